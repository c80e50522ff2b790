// Derivatives that a function takes of another one: that one is lifted on its own and differentiated, and its
// operations become a part of this one.
#include <algorithm>

#include "frontend/lifter.h"
#include "frontend/lifter_parts.h"
#include "frontend/types.h"

namespace nndiff::frontend {

/// The other function, and its derivative.
struct Lifter::Nested {
  Lifter& here;
  const PrimitiveCall& call;
  const clang::FunctionDecl* function = nullptr;
  std::string mode = {};           // what grad makes of it
  std::optional<int> number = {};  // of the only parameter that is differentiated
  ir::Function lifted = {};
  std::unique_ptr<Lifter> lifter = {};
  Parameters parameters = {};
  std::vector<ir::Value> inputs = {};  // of the derivative, here
  std::vector<ir::Value> outputs = {};

  std::string name() const { return "'" + function->getNameAsString() + "'"; }
  std::vector<std::string> wanted() const;
  void lift();
  void note(const ir::Partial& partial) const;
  void check() const;
  void bind_arguments();
  void bind_leaves(const Object* parameter, const Object* argument, const clang::Expr* where,
                   bool is_direction);
  void bind_leaf(const ir::Type& type, const Object* argument, const clang::Expr* where);
  Object* result(llvm::StringRef what) const;
  Object* gradient(const Object* parameter, std::size_t& next) const;
};

namespace {

/// A leaf of `f` whose input is `v`, or null.
const ir::Leaf* leaf_of(const ir::Function& f, ir::Value v) {
  for (const ir::Leaf* leaf : ir::leaves(f))
    if (leaf->value == v) return leaf;
  return nullptr;
}

/// Copies the operations of a function into another one.
struct Splice {
  const ir::Function& from;
  ir::Function& to;
  const std::vector<ir::Value>& inputs;
  int statements = static_cast<int>(to.statements.size());
  std::vector<ir::Value> renamed = std::vector<ir::Value>(from.ops.size());

  void operation(ir::Value v, std::vector<ir::Value>& out) {
    ir::Op op = from[v];
    if (op.kind == ir::Kind::input) {
      renamed[v.id] = inputs.at(static_cast<std::size_t>(op.index));
      return;
    }
    for (ir::Value& o : op.operands) o = renamed[o.id];
    for (ir::Region& r : op.regions) r = region(r);
    op.sweep = ir::Sweep::forward;
    if (op.statement >= 0) op.statement += statements;
    renamed[v.id] = to.make(std::move(op));
    if (from[v].kind != ir::Kind::parameter) out.push_back(renamed[v.id]);
  }

  ir::Region region(const ir::Region& r) {
    ir::Region copy;
    std::vector<ir::Value> none;
    for (ir::Value p : r.params) {
      operation(p, none);
      copy.params.push_back(renamed[p.id]);
    }
    for (ir::Value v : r.ops) operation(v, copy.ops);
    for (ir::Value y : r.yields) copy.yields.push_back(renamed[y.id]);
    return copy;
  }
};

}  // namespace

/// nn::value_and_grad, grad, partial, vjp, jvp and hvp in a function; null for other primitives.
Object* Lifter::call_derivative(const PrimitiveCall& call) {
  llvm::StringRef name = call.name;
  if (!name.consume_front("derivative.")) return nullptr;
  const auto* list = call.callee->getTemplateSpecializationArgs();
  const clang::TemplateArgument& first = list->get(0);
  const bool is_function = first.getKind() == clang::TemplateArgument::Declaration;
  const auto* function = is_function ? first.getAsDecl()->getAsFunction() : nullptr;
  if (!function || !function->getDefinition())
    refuse(call.expr->getExprLoc(), "the body of the function to differentiate is not visible here");
  Nested nested{*this, call, function->getDefinition()};
  nested.mode = name == "grad" || name == "partial" ? "value_and_grad" : name.str();
  if (name == "partial") nested.number = static_cast<int>(list->get(1).getAsIntegral().getExtValue());
  nested.lift();
  nested.check();
  nested.bind_arguments();
  const ir::Function derivative = derive_(nested.lifted, nested.mode);
  Splice splice{derivative, f_, nested.inputs};
  f_.statements.insert(f_.statements.end(), derivative.statements.begin(), derivative.statements.end());
  for (ir::Value v : derivative.body.ops) splice.operation(v, build_.region->ops);
  for (ir::Value y : derivative.body.yields) nested.outputs.push_back(splice.renamed[y.id]);
  at(call.expr);
  return nested.result(name);
}

/// The parameters to differentiate with respect to, as Annotated has them.
std::vector<std::string> Lifter::Nested::wanted() const {
  const clang::SourceLocation where = call.expr->getExprLoc();
  const auto named = wanted_in(function);
  if (!named) here.refuse(where, name() + " is not marked for differentiation; write NN_DIFF before it");
  if (!number) return *named;
  const std::string parameter = function->getParamDecl(*number)->getNameAsString();
  if (!named->empty() && std::find(named->begin(), named->end(), parameter) == named->end())
    here.refuse(
        where, name() + " is not differentiated with respect to '" + parameter + "'; name it in its NN_DIFF");
  return {parameter};
}

void Lifter::Nested::note(const ir::Partial& partial) const {
  std::vector<ir::Partial>& all = here.partials_;
  if (std::find(all.begin(), all.end(), partial) == all.end()) all.push_back(partial);
}

void Lifter::Nested::lift() {
  const clang::SourceLocation where = call.expr->getExprLoc();
  const Annotated annotated{function, wanted()};
  if (number) note({function->getQualifiedNameAsString(), *number, annotated.wanted[0]});
  std::vector<const clang::FunctionDecl*> around = here.around_;
  for (const Frame* frame : here.frames_) around.push_back(frame->function->getCanonicalDecl());
  if (std::find(around.begin(), around.end(), function->getCanonicalDecl()) != around.end())
    here.refuse(where, name() + " takes the derivative of itself, which has no end");
  lifted = describe(function, here.context_);
  // Names of sizes that are bound here are not given again.
  for (const ir::Op& op : here.f_.ops)
    if (op.kind == ir::Kind::dimension) lifted.make(op);
  lifter = std::make_unique<Lifter>(here.context_, here.derivatives_, lifted, here.derive_, around);
  try {
    parameters = add_parameters(annotated, here.context_, lifter->builder(), lifter->objects());
    lifter->lift(function, parameters);
  } catch (const ir::Refusal&) {
    here.notes_.insert(here.notes_.end(), lifter->notes().begin(), lifter->notes().end());
    here.notes_.push_back(
        {ir::Severity::note, here.place(where), "in the derivative of " + name() + " from here"});
    throw;
  }
  for (const ir::Partial& partial : lifter->partials()) note(partial);
}

/// What a derivative inside of a function may be of.
void Lifter::Nested::check() const {
  const clang::SourceLocation where = call.expr->getExprLoc();
  if (mode == "value_and_grad" && !lifted.result.shape.empty())
    here.refuse(where, name() + " has a tensor for its result; use nn::vjp with an upstream gradient");
  ir::for_each(lifted, lifted.body, [&](ir::Value v) {
    if (lifted[v].kind == ir::Kind::routine)
      here.refuse(where, "the derivative of a recursive function cannot be taken here; write " + name() +
                             " with a loop");
    if (lifted[v].kind == ir::Kind::foreign)
      here.refuse(where, "the derivative of " + name() + " cannot be differentiated again: it calls '" +
                             lifted.foreigns[static_cast<std::size_t>(lifted[v].index)].name +
                             "', whose derivative is the user's");
  });
  for (const ir::Leaf* leaf : ir::leaves(lifted)) {
    if (leaf->written)
      here.refuse(where, name() + " changes its argument '" + leaf->path +
                             "', so its derivative cannot be taken here");
    const bool is_whole = leaf->holder == ir::Holder::scalar || leaf->holder == ir::Holder::tensor ||
                          leaf->holder == ir::Holder::array;
    if (!is_whole)
      here.refuse(where,
                  "the derivative of a function of pointers, spans and vectors cannot be taken here; take '" +
                      leaf->path + "' as an nn::Tensor or an array");
  }
}

/// The values of the arguments, of a direction and of an upstream gradient, in the order of inputs.
void Lifter::Nested::bind_arguments() {
  const std::size_t count = parameters.objects.size();
  const bool more = mode != "value_and_grad";
  if (call.arguments.size() != count + (more ? 1 : 0))
    here.refuse(call.expr->getExprLoc(),
                "inside of a function, derivatives are returned: leave out what they would be written to");
  for (std::size_t i = 0; i < count; ++i)
    bind_leaves(parameters.objects[i], call.arguments[i], call.sources[i], false);
  if (!more) return;
  const Object* last = call.arguments[count];
  if (mode == "vjp") return bind_leaf(lifted.result, last, call.sources[count]);
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!lifted.params[i].differentiated) continue;
    if (last->state != Object::State::parts)
      here.refuse(call.sources[count]->getExprLoc(), "this direction is not supported; name its members");
    bind_leaves(parameters.objects[i], last->parts.at(next++), call.sources[count], true);
  }
}

void Lifter::Nested::bind_leaves(const Object* parameter, const Object* argument, const clang::Expr* where,
                                 bool is_direction) {
  if (parameter->state == Object::State::value) {
    const ir::Leaf* leaf = leaf_of(lifted, parameter->value);
    if (leaf && (leaf->wanted || !is_direction)) bind_leaf(leaf->type, argument, where);
    return;
  }
  argument = here.read(argument, where);
  if (argument->state != Object::State::parts || argument->parts.size() != parameter->parts.size())
    here.refuse(where->getExprLoc(),
                "a value of type '" + here.shown(where->getType()) + "' cannot be used here");
  for (std::size_t i = 0; i < parameter->parts.size(); ++i)
    bind_leaves(parameter->parts[i], argument->parts[i], where, is_direction);
}

void Lifter::Nested::bind_leaf(const ir::Type& type, const Object* argument, const clang::Expr* where) {
  argument = here.read(argument, where);
  here.at(where);
  ir::Value value = argument->state == Object::State::real ? here.number(argument->real, type.elem)
                                                           : here.value_of(argument, where->getType(), where);
  value = here.build_.cast(value, type.elem);
  if (!(here.build_.type(value) == type))
    here.refuse(where->getExprLoc(),
                "this is " + to_string(here.build_.type(value)) + ", not " + to_string(type));
  inputs.push_back(value);
}

/// What the call returns, from the outputs: the value, then gradients by leaf, in order.
Object* Lifter::Nested::result(llvm::StringRef what) const {
  std::size_t next = 1;
  const auto gradients = [&] {
    std::vector<Object*> parts;
    for (std::size_t i = 0; i < lifted.params.size(); ++i)
      if (lifted.params[i].differentiated) parts.push_back(gradient(parameters.objects[i], next));
    return parts;
  };
  if (what == "partial") return gradients().at(0);
  if (what == "grad") return here.objects_.of(gradients());
  std::vector<Object*> parts = {here.objects_.of(outputs[0])};
  if (what == "jvp") {
    parts.push_back(here.objects_.of(outputs.at(1)));
  } else {
    parts.push_back(here.objects_.of(gradients()));
    if (what == "hvp") parts.push_back(here.objects_.of(gradients()));
  }
  return here.objects_.of(std::move(parts));
}

Object* Lifter::Nested::gradient(const Object* parameter, std::size_t& next) const {
  if (parameter->state == Object::State::parts) {
    std::vector<Object*> parts;
    for (const Object* part : parameter->parts) parts.push_back(gradient(part, next));
    return here.objects_.of(std::move(parts));
  }
  const ir::Leaf* leaf = leaf_of(lifted, parameter->value);
  if (!leaf) ir::bug("a parameter without a leaf");
  const ir::Value value = leaf->wanted ? outputs.at(next++) : here.build_.constant(0, leaf->type);
  Object* object = here.objects_.of(value);
  object->in_memory = parameter->in_memory;
  return object;
}

}  // namespace nndiff::frontend
