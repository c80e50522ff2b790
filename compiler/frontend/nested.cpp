// Derivatives that a function takes of another one: that one is lifted on its own and differentiated, and its
// operations become a part of this one.
#include <algorithm>

#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

/// The other function, and its derivative.
struct Lifter::Nested {
  const clang::FunctionDecl* function = nullptr;
  std::string mode;           // what grad makes of it
  std::optional<int> number;  // of the only parameter that is differentiated
  ir::Function lifted = {};
  std::unique_ptr<Lifter> lifter = {};
  Parameters parameters = {};
  std::vector<ir::Value> inputs = {};  // of the derivative, here
  std::vector<ir::Value> outputs = {};
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
  Nested nested;
  nested.function = is_function ? first.getAsDecl()->getAsFunction() : nullptr;
  if (!nested.function) refuse(call.expr->getExprLoc(), "this is not the derivative of a function");
  nested.function = nested.function->getDefinition();
  nested.mode = name == "grad" || name == "partial" ? "value_and_grad" : name.str();
  if (name == "partial") nested.number = static_cast<int>(list->get(1).getAsIntegral().getExtValue());
  lift_nested(nested, call);
  bind_arguments(nested, call);
  const ir::Function derivative = derive_(nested.lifted, nested.mode);
  Splice splice{derivative, f_, nested.inputs};
  f_.statements.insert(f_.statements.end(), derivative.statements.begin(), derivative.statements.end());
  for (ir::Value v : derivative.body.ops) splice.operation(v, build_.region->ops);
  for (ir::Value y : derivative.body.yields) nested.outputs.push_back(splice.renamed[y.id]);
  at(call.expr);
  return derivative_result(nested, name);
}

void Lifter::lift_nested(Nested& nested, const PrimitiveCall& call) {
  const clang::SourceLocation where = call.expr->getExprLoc();
  const auto wanted = nested.function ? wanted_in(nested.function) : std::nullopt;
  const std::string name = nested.function ? "'" + nested.function->getNameAsString() + "'" : "this function";
  if (!wanted) refuse(where, name + " is not marked for differentiation; write NN_DIFF before it");
  std::vector<const clang::FunctionDecl*> around = around_;
  for (const Frame* frame : frames_) around.push_back(frame->function->getCanonicalDecl());
  if (std::find(around.begin(), around.end(), nested.function->getCanonicalDecl()) != around.end())
    refuse(where, name + " takes the derivative of itself, which has no end");
  Annotated annotated{nested.function, *wanted};
  if (nested.number) {
    const std::string parameter = nested.function->getParamDecl(*nested.number)->getNameAsString();
    if (!wanted->empty() && std::find(wanted->begin(), wanted->end(), parameter) == wanted->end())
      refuse(where, name + " is not differentiated with respect to '" + parameter + "'; name it in its NN_DIFF");
    annotated.wanted = {parameter};
    note_partial({nested.function->getQualifiedNameAsString(), *nested.number, parameter});
  }
  nested.lifted = describe(nested.function, context_);
  if (nested.mode == "value_and_grad" && !nested.lifted.result.shape.empty())
    refuse(where, name + " has a tensor for its result; use nn::vjp with an upstream gradient");
  // Names of sizes that are bound here are not given again.
  for (const ir::Op& op : f_.ops)
    if (op.kind == ir::Kind::dimension) nested.lifted.make(op);
  nested.lifter = std::make_unique<Lifter>(context_, nested.lifted, derive_, around);
  try {
    nested.parameters =
        add_parameters(annotated, context_, nested.lifter->builder(), nested.lifter->objects());
    nested.lifter->lift(nested.function, nested.parameters);
  } catch (const ir::Refusal&) {
    notes_.insert(notes_.end(), nested.lifter->notes().begin(), nested.lifter->notes().end());
    notes_.push_back({ir::Severity::note, place(where), "in the derivative of " + name + " from here"});
    throw;
  }
  for (const ir::Partial& partial : nested.lifter->partials()) note_partial(partial);
  for (const ir::Leaf* leaf : ir::leaves(nested.lifted)) {
    if (leaf->written)
      refuse(where, name + " changes its argument '" + leaf->path + "', so its derivative cannot be taken here");
    if (leaf->holder != ir::Holder::scalar && leaf->holder != ir::Holder::tensor && leaf->holder != ir::Holder::array)
      refuse(where, "the derivative of a function of pointers, spans and vectors cannot be taken here; take '" +
                        leaf->path + "' as an nn::Tensor or an array");
  }
}

void Lifter::note_partial(const ir::Partial& partial) {
  if (std::find(partials_.begin(), partials_.end(), partial) == partials_.end()) partials_.push_back(partial);
}

/// The values of the arguments, of a direction and of an upstream gradient, in the order of inputs.
void Lifter::bind_arguments(Nested& nested, const PrimitiveCall& call) {
  const std::size_t count = nested.parameters.objects.size();
  const bool more = nested.mode != "value_and_grad";
  if (call.arguments.size() != count + (more ? 1 : 0))
    refuse(call.expr->getExprLoc(),
           "inside of a function, derivatives are returned: leave out what they would be written to");
  for (std::size_t i = 0; i < count; ++i)
    bind_leaves(nested, nested.parameters.objects[i], call.arguments[i], call.sources[i], false);
  if (!more) return;
  const Object* last = call.arguments[count];
  if (nested.mode == "vjp") return bind_leaf(nested, nested.lifted.result, last, call.sources[count]);
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!nested.lifted.params[i].differentiated) continue;
    if (last->state != Object::State::parts) refuse(call.sources[count]->getExprLoc(), "no direction is known here");
    bind_leaves(nested, nested.parameters.objects[i], last->parts.at(next++), call.sources[count], true);
  }
}

void Lifter::bind_leaves(Nested& nested, const Object* parameter, const Object* argument, const clang::Expr* where,
                         bool is_direction) {
  if (parameter->state == Object::State::value) {
    const ir::Leaf* leaf = leaf_of(nested.lifted, parameter->value);
    if (leaf && (leaf->wanted || !is_direction)) bind_leaf(nested, leaf->type, argument, where);
    return;
  }
  argument = read(argument, where);
  if (argument->state != Object::State::parts || argument->parts.size() != parameter->parts.size())
    refuse(where->getExprLoc(), "a value of type '" + shown(where->getType()) + "' cannot be used here");
  for (std::size_t i = 0; i < parameter->parts.size(); ++i)
    bind_leaves(nested, parameter->parts[i], argument->parts[i], where, is_direction);
}

void Lifter::bind_leaf(Nested& nested, const ir::Type& type, const Object* argument, const clang::Expr* where) {
  argument = read(argument, where);
  at(where);
  ir::Value value;
  if (argument->is_known())
    value = number(argument->state == Object::State::real ? argument->real : argument->integer.extOrTrunc(64).getSExtValue(), type.elem);
  else
    value = build_.cast(value_of(argument, where->getType(), where), type.elem);
  if (!(build_.type(value) == type))
    refuse(where->getExprLoc(), "this is " + to_string(build_.type(value)) + ", not " + to_string(type));
  nested.inputs.push_back(value);
}

/// What the call returns, from the outputs: the value, then gradients by leaf, in order.
Object* Lifter::derivative_result(const Nested& nested, llvm::StringRef name) {
  std::size_t next = 1;
  const auto gradients = [&] {
    std::vector<Object*> parts;
    for (std::size_t i = 0; i < nested.lifted.params.size(); ++i)
      if (nested.lifted.params[i].differentiated)
        parts.push_back(gradient_object(nested, nested.parameters.objects[i], next));
    return parts;
  };
  if (name == "partial") return gradients().at(0);
  if (name == "grad") return objects_.of(gradients());
  std::vector<Object*> parts = {objects_.of(nested.outputs[0])};
  if (name == "jvp") {
    parts.push_back(objects_.of(nested.outputs.at(1)));
  } else {
    parts.push_back(objects_.of(gradients()));
    if (name == "hvp") parts.push_back(objects_.of(gradients()));
  }
  return objects_.of(std::move(parts));
}

Object* Lifter::gradient_object(const Nested& nested, const Object* parameter, std::size_t& next) {
  if (parameter->state == Object::State::parts) {
    std::vector<Object*> parts;
    for (const Object* part : parameter->parts) parts.push_back(gradient_object(nested, part, next));
    return objects_.of(std::move(parts));
  }
  const ir::Leaf* leaf = leaf_of(nested.lifted, parameter->value);
  if (!leaf) ir::bug("a parameter without a leaf");
  Object* object =
      objects_.of(leaf->wanted ? nested.outputs.at(next++) : build_.constant(0, leaf->type));
  object->in_memory = parameter->in_memory;
  return object;
}

}  // namespace nndiff::frontend
