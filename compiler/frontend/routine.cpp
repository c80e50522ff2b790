// Recursive functions: lifted once for each kind of arguments, with a parameter for everything that these
// reach, and called.
//
// What such a function changes shows only when its body has been lifted, but its own calls must know. So it
// is lifted with a guess, and again with what turned out to be missing, until nothing is.
#include "frontend/routine.h"

#include "frontend/lifter_parts.h"
#include "frontend/recursive.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

bool Lifter::is_recursive(const clang::FunctionDecl* callee) {
  const clang::FunctionDecl* definition = callee->getDefinition();
  return definition && definition->getBody() &&
         frontend::is_recursive(definition, context_.getSourceManager(), recursive_);
}

/// Adds an object, and what it leads to, to what a call hands over.
void Lifter::describe(Signature& s, Object* object, bool is_own, clang::SourceLocation where) {
  const auto seen = std::find(s.seen.begin(), s.seen.end(), object);
  if (seen != s.seen.end()) {
    s.key += "#" + std::to_string(seen - s.seen.begin()) + ";";
    return;
  }
  s.seen.push_back(object);
  s.key += object->read_only ? "const " : "";
  switch (object->state) {
    case State::parts:
    case State::table:
      s.key += "(";
      for (Object* part : std::vector<Object*>(object->parts)) describe(s, part, is_own, where);
      s.key += ")" + ir::to_string(object->dims);
      return;
    case State::place:
    case State::pointer:
      return describe_place(s, object, is_own, where);
    case State::closure:
      return describe_closure(s, *object->closure, where);
    case State::function:
      s.key += "function " + std::to_string(reinterpret_cast<std::uintptr_t>(object->function)) + ";";
      return;
    case State::choice:
      refuse(where, "an object chosen by a condition as argument of a recursive function is not supported");
    default:
      break;
  }
  const auto type = type_of(*object);
  s.key += type ? ir::to_string(*type) + ";" : "unset;";
  if (type) s.slots.push_back({object, *type, false, s.name.empty() ? object->name : s.name, is_own});
}

void Lifter::describe_place(Signature& s, Object* object, bool is_own, clang::SourceLocation where) {
  const bool is_element = object->state == State::place;
  s.key += is_element ? "element" + ir::to_string(object->dims) : "pointer";
  Object* root = object->place.root;
  if (!root) {
    s.key += " to nothing;";
    return;
  }
  if (root->state == State::choice)
    refuse(where, "a pointer to one of two objects as argument of a recursive function is not supported");
  if (!object->place.index.empty())
    s.slots.push_back({object, {ir::Elem::i64, {}}, true, s.name.empty() ? "" : s.name + "_at", is_own});
  else
    s.key += " whole";
  s.key += object->place.checked ? " checked " : " ";
  describe(s, root, false, where);
}

void Lifter::describe_closure(Signature& s, const Closure& closure, clang::SourceLocation where) {
  s.key += "lambda " + std::to_string(reinterpret_cast<std::uintptr_t>(closure.lambda)) + "[";
  for (const clang::LambdaCapture& capture : closure.lambda->captures()) {
    if (!capture.capturesVariable()) continue;
    const auto held = closure.captured.find(capture.getCapturedVar());
    if (held != closure.captured.end()) describe(s, held->second, false, where);
  }
  if (closure.self) describe(s, closure.self, false, where);
  s.key += "]";
}

Signature Lifter::signature_of(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                               clang::SourceLocation where) {
  Signature s;
  if (self) describe(s, self, false, where);
  for (unsigned i = 0; i < function->getNumParams(); ++i) {
    const bool is_reference = function->getParamDecl(i)->getType()->isReferenceType();
    s.name = function->getParamDecl(i)->getNameAsString();
    describe(s, arguments[i], !is_reference, where);
  }
  return s;
}

/// Makes the objects behind the arguments hold parameters of `region`.
void Lifter::enter_routine(const Signature& s, ir::Region& region) {
  for (const Slot& slot : s.slots) {
    const ir::Value param = build_.parameter(region, slot.type);
    Content inside = *slot.object;
    if (slot.is_index) {
      inside.place.index = {{param}};
      inside.place.flat = true;
    } else {
      inside = {.state = State::value};
      inside.value = param;
      inside.in_memory = slot.type.rank() > 0;
    }
    f_[param].name = slot.name;
    objects_.set(*slot.object, std::move(inside));
  }
}

/// The object that a function returns, with a number for each part that it will have.
Object* Lifter::result_object(const clang::FunctionDecl* function, std::vector<Object*>& leaves,
                              clang::SourceLocation where) {
  const clang::QualType type = function->getReturnType();
  if (type->isVoidType()) return objects_.fresh();
  Object* result = is_numeric(type, context_) ? default_object(type, where, false) : objects_.fresh();
  const std::function<void(Object*)> add = [&](Object* object) {
    if (object->state == State::parts) {
      for (Object* part : object->parts) add(part);
    } else if (object->state == State::unset && object->elem) {
      leaves.push_back(object);
    } else {
      refuse(where, "a recursive function that returns a '" + shown(type) +
                        "' is not supported; return numbers or structs of numbers, and write arrays "
                        "through a parameter");
    }
  };
  add(result);
  return result;
}

namespace {

/// The parameter among `params` whose memory array `v` of a routine is in, or -1 if it is elsewhere.
int home_of(const ir::Function& f, const std::vector<ir::Value>& params, ir::Value v) {
  while (true) {
    const auto it = std::find(params.begin(), params.end(), v);
    if (it != params.end()) return static_cast<int>(it - params.begin());
    const ir::Op& op = f[v];
    if (op.kind == ir::Kind::store) {
      v = op.operands[0];
      continue;
    }
    if (op.kind != ir::Kind::result) return -1;
    const ir::Op& of = f[op.operands[0]];
    const auto k = static_cast<std::size_t>(op.index);
    if (of.kind == ir::Kind::call) {
      if (of.axes[k] < 0) return -1;
      v = of.operands[static_cast<std::size_t>(of.axes[k])];
    } else if (of.kind == ir::Kind::loop) {
      const ir::Region& body = of.regions[0];
      if (home_of(f, {body.params[k + 1]}, body.yields[k]) != 0) return -1;
      v = of.operands[k + 1];
    } else {
      const int yes = home_of(f, params, of.regions[0].yields[k]);
      return yes == home_of(f, params, of.regions[1].yields[k]) ? yes : -1;
    }
  }
}

bool is_static(const ir::Type& type) {
  return std::all_of(type.shape.begin(), type.shape.end(), [](const ir::Dim& d) { return d.is_static(); });
}

}  // namespace

/// The body of a recursive function, lifted.
struct Lifter::Body {
  ir::Region region;
  std::vector<bool> written;  // by slot
  std::vector<int> places;    // by yield: see ir::Kind::routine
};

/// Lifts the function's body aside, its own calls as `routines_` has them by now.
Lifter::Body Lifter::lift_body(const clang::FunctionDecl* function, const Signature& s, Object* self,
                               Arguments arguments, const clang::Expr* call) {
  Body body;
  const Restore<ir::Region*> region(build_.region);
  const Restore<ir::Region> entry(entry_);
  const Restore<std::map<const Object*, Object*>> tables(tables_);
  const Restore<std::vector<const Object*>*> reads(reads_);
  const Restore<std::uint64_t> oldest_write(oldest_write_);
  entry_ = {};
  tables_.clear();
  reads_ = nullptr;
  build_.region = &body.region;
  build_.loc = place(function->getLocation());
  const std::size_t start = objects_.changes();
  const std::uint64_t birth = objects_.count();
  enter_routine(s, body.region);
  const std::size_t entered = objects_.changes();
  std::vector<Object*> leaves;
  Object* result = result_object(function, leaves, call->getExprLoc());
  in_frame(function, self, arguments, call, [&](Frame& frame) {
    frame.result = result;
    exec(function->getBody());
    build_.loc = place(function->getBody()->getEndLoc());
    leave_routine(body, s, leaves, birth, entered, call->getExprLoc());
  });
  objects_.restore(start, birth);
  body.region.ops.insert(body.region.ops.begin(), entry_.ops.begin(), entry_.ops.end());
  return body;
}

/// The yields of a routine: what the function returns, and what it has changed.
void Lifter::leave_routine(Body& body, const Signature& s, const std::vector<Object*>& leaves,
                           std::uint64_t birth, std::size_t entered, clang::SourceLocation where) {
  const std::vector<Objects::Change> changes = objects_.since(entered, birth);
  for (Object* leaf : leaves) {
    ir::Value v = as_value(*leaf, *type_of(*leaf));
    body.region.yields.push_back(v);
    body.places.push_back(-1);
  }
  for (std::size_t i = 0; i < s.slots.size(); ++i) {
    const Slot& slot = s.slots[i];
    Content content = *slot.object;
    const bool is_index = content.state == State::pointer || content.state == State::place;
    if (slot.is_own && is_index != slot.is_index) continue;
    if (is_index != slot.is_index || (slot.is_index && content.place.index.empty()))
      refuse(where, "a recursive function that makes an argument another kind of object is not supported");
    if (!slot.is_index && type_of(content) != slot.type)
      refuse(where, "a recursive function that changes the size of an argument is not supported");
    const ir::Value v = slot.is_index ? value_of(content.place.index[0]) : as_value(content, slot.type);
    const bool is_written = v != body.region.params[i] && !slot.is_own;
    body.written.push_back(is_written);
    if (!is_written) continue;
    body.region.yields.push_back(v);
    body.places.push_back(slot.type.rank() > 0 ? home_of(f_, body.region.params, v) : -1);
    if (slot.type.rank() > 0 && body.places.back() != static_cast<int>(i))
      refuse(where, "a recursive function that replaces a whole array is not supported; assign its elements");
  }
  for (const Objects::Change& change : changes)
    if (std::none_of(s.slots.begin(), s.slots.end(),
                     [&](const Slot& slot) { return slot.object == change.object; }))
      refuse(where,
             "a recursive function that changes more than numbers and elements of its arguments is not "
             "supported");
}

/// What a routine cannot do: it has memory for what is of a fixed size only, and sees nothing from outside.
void Lifter::check_routine(const ir::Region& body) {
  std::set<ir::Value> inside(body.params.begin(), body.params.end());
  const std::function<void(const ir::Region&)> collect = [&](const ir::Region& r) {
    inside.insert(r.params.begin(), r.params.end());
    inside.insert(r.ops.begin(), r.ops.end());
    for (ir::Value v : r.ops)
      for (const ir::Region& inner : f_[v].regions) collect(inner);
  };
  collect(body);
  ir::for_each(f_, body, [&](ir::Value v) {
    const ir::Op& op = f_[v];
    const bool writes = op.kind == ir::Kind::store || op.kind == ir::Kind::result;
    if (op.kind == ir::Kind::grow || op.kind == ir::Kind::dimension || (!writes && !is_static(op.type)))
      throw ir::Refusal({ir::Severity::error, op.loc,
                         "memory of a size known at run time only is not supported in a recursive function; "
                         "make it outside and pass it"});
    for (ir::Value o : op.operands)
      if (inside.count(o) == 0)
        throw ir::Refusal({ir::Severity::error, op.loc,
                           "this use of a value from outside of a recursive function is not supported; pass "
                           "it as an argument"});
  });
}

/// A recursive function for arguments like these.
std::size_t Lifter::lift_routine(const clang::FunctionDecl* function, const Signature& s, Object* self,
                                 Arguments arguments, const clang::Expr* call) {
  const std::size_t index = routines_.size();
  routines_.push_back({function, s.key, routine_count_++, {}, std::vector<bool>(s.slots.size(), false)});
  const Restore<int> statement(build_.statement);
  try {
    while (true) {
      const Mark from = mark();
      Body body = lift_body(function, s, self, arguments, call);
      bool grows = false;
      for (std::size_t i = 0; i < s.slots.size(); ++i)
        grows |= body.written[i] && !routines_[index].written[i];
      if (!grows) return finish_routine(index, function, std::move(body));
      for (std::size_t i = 0; i < s.slots.size(); ++i)
        if (body.written[i]) routines_[index].written[i] = true;
      go_back(from);
      routines_.resize(index + 1);
    }
  } catch (...) {
    routines_.resize(index);
    throw;
  }
}

std::size_t Lifter::finish_routine(std::size_t index, const clang::FunctionDecl* function, Body body) {
  check_routine(body.region);
  ir::Op op{.kind = ir::Kind::routine, .type = {ir::Elem::i64, {}}};
  op.axes = std::move(body.places);
  op.index = routines_[index].number;
  op.loc = place(function->getLocation());
  op.name = function->getNameAsString();
  op.regions.push_back(std::move(body.region));
  routines_[index].op = f_.make(std::move(op));
  return index;
}

/// Calls a recursive function.
Object* Lifter::call_routine(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                             const clang::Expr* call) {
  const clang::SourceLocation where = call->getExprLoc();
  const Signature s = signature_of(function, self, arguments, where);
  const auto found = std::find_if(routines_.begin(), routines_.end(),
                                  [&](const Routine& r) { return r.function == function && r.key == s.key; });
  const ir::Loc loc = place(where);
  const std::size_t index = found != routines_.end() ? static_cast<std::size_t>(found - routines_.begin())
                                                     : lift_routine(function, s, self, arguments, call);
  const Routine routine = routines_[index];
  build_.loc = loc;
  std::vector<Object*> leaves;
  Object* result = result_object(function, leaves, where);
  std::vector<ir::Type> types;
  std::vector<int> places(leaves.size(), -1);
  for (const Object* leaf : leaves) types.push_back({*leaf->elem, {}});
  std::vector<ir::Value> operands;
  for (std::size_t i = 0; i < s.slots.size(); ++i) {
    const Slot& slot = s.slots[i];
    const bool is_array = slot.type.rank() > 0;
    if (reads_) reads_->push_back(slot.object);
    ir::Value v = slot.is_index ? value_of(flat(slot.object->place)) : as_value(*slot.object, slot.type);
    if (routine.written[i]) {
      if (is_array) v = slot.object->in_memory ? owned(v) : build_.copy(v);
      types.push_back(slot.type);
      places.push_back(is_array ? static_cast<int>(i) : -1);
    }
    operands.push_back(v);
  }
  const std::vector<ir::Value> results = build_.call(routine.number, operands, types, places).results;
  for (std::size_t k = 0; k < leaves.size(); ++k) objects_.set(*leaves[k], *objects_.of(results[k]));
  std::size_t next = leaves.size();
  for (std::size_t i = 0; i < s.slots.size(); ++i)
    if (routine.written[i]) receive(s.slots[i], results[next++]);
  return result;
}

/// What a call has left in an object.
void Lifter::receive(const Slot& slot, ir::Value v) {
  Content content = *slot.object;
  if (slot.is_index) {
    content.place.index = {{v}};
    content.place.flat = true;
  } else {
    content = {.state = State::value};
    content.value = v;
    content.in_memory = slot.type.rank() > 0;
  }
  objects_.set(*slot.object, std::move(content));
  give_name(slot.object, slot.object->name);
  oldest_write_ = std::min(oldest_write_, slot.object->born);
}

}  // namespace nndiff::frontend
