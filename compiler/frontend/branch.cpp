// What is decided at run time: both sides are lifted aside, and what they leave different is merged.
#include <bit>

#include "frontend/lifter_parts.h"

namespace nndiff::frontend {

using State = Content::State;

Lifter::Mark Lifter::mark() const {
  return {f_.ops.size(),     f_.statements.size(), build_.region->ops.size(),
          entry_.ops.size(), objects_.changes(),   notes_.size(),
          objects_.count(),  oldest_write_,        build_.statement};
}

/// Forgets what has been lifted into the current region since `mark`.
void Lifter::go_back(const Mark& mark) {
  objects_.restore(mark.changes, mark.birth);
  build_.region->ops.resize(mark.here);
  entry_.ops.resize(mark.entry);
  f_.ops.resize(mark.ops);
  f_.statements.resize(mark.statements);
  build_.statement = mark.statement;
  notes_.resize(mark.notes);
  oldest_write_ = mark.oldest_write;
  std::erase_if(routines_, [&](const Routine& r) { return r.op && r.op.id >= mark.ops; });
  const auto is_younger = [&](const auto& entry) { return entry.second->born > mark.birth; };
  std::erase_if(tables_, is_younger);
  std::erase_if(globals_, is_younger);
}

/// Runs `body` with its operations and changes going to an arm.
Lifter::Arm Lifter::lift_arm(Steps body) {
  Arm arm;
  arm.birth = objects_.count();
  arm.ops = f_.ops.size();
  reenter(arm, body);
  return arm;
}

/// Continues an arm.
void Lifter::reenter(Arm& arm, Steps body) {
  const Restore<ir::Region*> region(build_.region);
  const Restore<int> statement(build_.statement);
  build_.region = &arm.region;
  const std::size_t mark = objects_.changes();
  for (const Objects::Change& change : arm.finals) objects_.set(*change.object, change.before);
  arm.flow = body();
  arm.finals = objects_.since(mark, arm.birth);
  for (Objects::Change& change : arm.finals) change.before = *change.object;
  objects_.restore(mark, arm.birth);
}

namespace {

constexpr std::uint32_t first_pending = 1u << 31;  // stands for a result of the branch that is being made

ir::Value patched(ir::Value v, const std::vector<ir::Value>& results) {
  return v && v.id >= first_pending ? results.at(v.id - first_pending) : v;
}

void patch(Content& content, const std::vector<ir::Value>& results) {
  content.value = patched(content.value, results);
  for (Index& index : content.place.index) index.value = patched(index.value, results);
  for (Object* part : content.parts) patch(*part, results);
}

const Content* final_of(const std::vector<Objects::Change>& finals, const Object* object) {
  for (const Objects::Change& change : finals)
    if (change.object == object) return &change.before;
  return object;
}

}  // namespace

/// Makes the branch, and objects hold its results where its sides differ.
void Lifter::join(ir::Value condition, Arm& yes, Arm& no, clang::SourceLocation where) {
  const auto is_false = [](const Content& c) {
    return c.state == State::integer && !c.integer.getBoolValue();
  };
  std::erase_if(yes.finals, [&](const Objects::Change& change) {  // cleared where it was false: see guarded
    return change.object->is_flag && is_false(change.before) &&
           final_of(no.finals, change.object) == change.object;
  });
  std::vector<Object*> objects;
  for (const Arm* arm : {&yes, &no})
    for (const Objects::Change& change : arm->finals)
      if (std::find(objects.begin(), objects.end(), change.object) == objects.end())
        objects.push_back(change.object);
  build_.loc = place(where);
  Join join{condition, &yes.region, &no.region, yes.birth, yes.ops, where};
  std::vector<Content> merged;
  for (Object* object : objects)
    merged.push_back(merge(join, *final_of(yes.finals, object), *final_of(no.finals, object)));
  std::vector<ir::Value> results;
  if (!yes.region.yields.empty()) {
    build_.loc = place(where);
    results = build_.branch(condition, std::move(yes.region), std::move(no.region)).results;
  }
  for (std::size_t i = 0; i < objects.size(); ++i) {
    patch(merged[i], results);
    objects_.set(*objects[i], std::move(merged[i]));
    give_name(objects[i], objects[i]->name);
  }
}

std::optional<ir::Type> Lifter::type_of(const Content& content) const {
  switch (content.state) {
    case State::value:
      return build_.type(content.value);
    case State::integer: {
      const bool is_signed = content.integer.isSigned();
      switch (content.integer.getBitWidth()) {
        case 1:
          return ir::Type{ir::Elem::boolean, {}};
        case 8:
          return ir::Type{is_signed ? ir::Elem::i8 : ir::Elem::u8, {}};
        case 16:
          return ir::Type{is_signed ? ir::Elem::i16 : ir::Elem::u16, {}};
        case 32:
          return ir::Type{is_signed ? ir::Elem::i32 : ir::Elem::u32, {}};
        default:
          return ir::Type{is_signed ? ir::Elem::i64 : ir::Elem::u64, {}};
      }
    }
    case State::real:
    case State::unset:
      return content.elem ? std::optional(ir::Type{*content.elem, {}}) : std::nullopt;
    default:
      return std::nullopt;
  }
}

/// What a leaf holds as a value of the IR; an unset one is 0, since reading it is undefined.
ir::Value Lifter::as_value(const Content& content, const ir::Type& type) {
  switch (content.state) {
    case State::value: {
      const bool is_growing = type.rank() == 1 && type.shape[0] == ir::unknown_extent();
      return is_growing && !(build_.type(content.value) == type) ? grown(content.value) : content.value;
    }
    case State::real:
      return number(content.real, type.elem);
    case State::integer:
      return integer(content.integer, type.elem);
    default:
      return type.shape.empty() ? build_.constant(0, type) : build_.alloc(type);
  }
}

namespace {

const char chosen_function[] =
    "a function that depends on a condition is not supported, because it must be known at compile time; call "
    "each one in a branch of its own";

bool grows(const ir::Type& type) {
  return type.rank() == 1 && type.shape[0] == ir::unknown_extent();
}

}  // namespace

/// What an object holds after a branch. Results of the branch stand in it as pending values.
Content Lifter::merge(Join& join, const Content& a, const Content& b) {
  const auto is_leaf = [](const Content& c) {
    return c.is_known() || c.state == State::value || c.state == State::unset;
  };
  if (a.state == State::unset && b.state == State::unset) return a;
  if (is_leaf(a) && is_leaf(b)) {
    auto type = type_of(a.state == State::unset ? b : a);
    const auto other = type_of(b.state == State::unset ? a : b);
    if (type && other && grows(*other) && type->rank() == 1 && type->elem == other->elem) type = other;
    if (!type ||
        (type != other && !(other && grows(*type) && other->rank() == 1 && type->elem == other->elem)))
      refuse(join.where, "a value whose shape or type depends on a condition is not supported");
    const bool is_same = a.state == b.state && a.value == b.value &&
                         (a.state != State::integer || a.integer == b.integer) &&
                         (a.state != State::real ||
                          std::bit_cast<std::uint64_t>(a.real) == std::bit_cast<std::uint64_t>(b.real));
    if (is_same) return a;
    Content content{.state = State::value};
    content.in_memory = a.in_memory && b.in_memory;
    if (a.state == State::integer && b.state == State::integer && type->elem == ir::Elem::boolean) {
      content.value =
          a.integer.getBoolValue() ? join.condition : build_.map(ir::Map::logical_not, join.condition);
      return content;
    }
    content.value = {first_pending + static_cast<std::uint32_t>(join.yes->yields.size())};
    const Restore<ir::Region*> region(build_.region);
    build_.region = join.yes;
    join.yes->yields.push_back(owned(as_value(a, *type)));
    build_.region = join.no;
    join.no->yields.push_back(owned(as_value(b, *type)));
    return content;
  }
  if ((a.has_parts() || a.state == State::unset) && (b.has_parts() || b.state == State::unset))
    return merge_parts(join, a, b);
  if (a.state == State::pointer || b.state == State::pointer) return merge_places(join, a, b);
  const bool is_same = a.state == b.state && a.closure == b.closure && a.function == b.function;
  if (is_same && (a.state == State::closure || a.state == State::function)) return a;
  if (a.state == State::function || b.state == State::function) refuse(join.where, chosen_function);
  refuse(join.where, "an object that depends on a condition in this way is not supported");
}

Content Lifter::merge_parts(Join& join, const Content& a, const Content& b) {
  if (a.state == b.state && a.parts == b.parts) return a;
  Content content = a.has_parts() ? a : b;
  if (a.has_parts() && b.has_parts() &&
      (a.state != b.state || a.parts.size() != b.parts.size() || a.dims != b.dims))
    refuse(join.where, "an object whose size depends on a condition is not supported");
  for (std::size_t i = 0; i < content.parts.size(); ++i)
    content.parts[i] = objects_.holding(
        merge(join, a.has_parts() ? *a.parts[i] : Content{}, b.has_parts() ? *b.parts[i] : Content{}));
  return content;
}

/// Pointers: into one object at two places, or into two objects.
Content Lifter::merge_places(Join& join, const Content& a, const Content& b) {
  const auto is_code = [](const Content& c) {
    return c.state == State::function || c.state == State::closure ||
           (c.state == State::pointer && c.place.root && c.place.root->state == State::function);
  };
  if (is_code(a) || is_code(b)) refuse(join.where, chosen_function);
  const Content& first = a.state == State::pointer ? a : b;
  const Content& second = b.state == State::pointer ? b : a;
  for (const Content* side : {&a, &b})
    if (side->state != State::unset && (side->state != State::pointer || !side->place.root))
      refuse(join.where, "a pointer that is null or not, depending on a condition, is not supported");
  Content content = first;
  const bool is_whole = first.place.index.empty() && second.place.index.empty();
  if (first.place.root != second.place.root) {
    Content root{.state = State::choice};
    root.value = join.condition;
    root.parts = {a.place.root, b.place.root};
    content.place.root = objects_.holding(std::move(root));
  }
  const std::function<bool(const Object*)> is_outer = [&](const Object* root) {
    if (root->state != State::choice || root->value.id >= join.ops) return root->born <= join.birth;
    return is_outer(root->parts[0]) && is_outer(root->parts[1]);
  };
  for (const Object* root : {first.place.root, second.place.root})
    if (!is_outer(root))
      refuse(join.where, "a pointer to an object that only one side of a condition makes is not supported");
  if (is_whole) return content;
  const auto index_in = [&](const Content& side) {
    Content index{.state = State::integer};
    index.integer = llvm::APSInt::get(0);
    if (side.state != State::pointer || side.place.index.empty()) return index;
    if (side.place.index[0].is_known()) {
      index.integer = llvm::APSInt::get(side.place.index[0].known);
    } else {
      index.state = State::value;
      index.value = side.place.index[0].value;
    }
    return index;
  };
  const Content index = merge(join, index_in(a), index_in(b));
  content.place.flat = true;
  content.place.index = {index.state == State::integer ? Index{{}, index.integer.getExtValue()}
                                                       : Index{index.value}};
  return content;
}

/// True where computing what a region computes does no harm, and costs little, although it is not needed.
bool Lifter::is_harmless(const ir::Region& region) const {
  if (region.ops.size() > 8) return false;
  return std::all_of(region.ops.begin(), region.ops.end(), [&](ir::Value v) {
    const ir::Op& op = f_[v];
    if (!op.type.shape.empty()) return false;
    if (op.kind == ir::Kind::constant || op.kind == ir::Kind::size) return true;
    if (op.kind == ir::Kind::cast)  // from a number that does not fit an integer it is undefined
      return ir::is_floating(op.type.elem) || !ir::is_floating(build_.type(op.operands[0]).elem);
    if (op.kind != ir::Kind::map) return false;
    switch (op.map) {
      case ir::Map::div:
      case ir::Map::add:  // of signed integers it might overflow
      case ir::Map::sub:
      case ir::Map::mul:
      case ir::Map::neg:
      case ir::Map::abs:
        return ir::is_floating(op.type.elem);
      case ir::Map::maximum:
      case ir::Map::minimum:
      case ir::Map::where:
      case ir::Map::bit_and:
      case ir::Map::bit_or:
      case ir::Map::logical_not:
        return true;
      default:
        return ir::is_comparison(op.map);
    }
  });
}

/// One of two scalars that have both been computed.
Object* Lifter::choose_between(ir::Value condition, const Content& a, const Content& b) {
  const ir::Type type = *type_of(a);
  if (type.elem == ir::Elem::boolean) {
    if (b.state == State::integer && !b.integer.getBoolValue() && a.state == State::value)
      return objects_.of(build_.map(ir::Map::bit_and, condition, a.value));
    if (a.state == State::integer && a.integer.getBoolValue() && b.state == State::value)
      return objects_.of(build_.map(ir::Map::bit_or, condition, b.value));
  }
  const ir::Value left = as_value(a, type);
  return objects_.of(build_.map(ir::Map::where, {condition, left, as_value(b, type)}));
}

/// The object that one of two sides makes. Where that is harmless, both are executed.
Object* Lifter::choose_object(ir::Value condition, llvm::function_ref<Object*()> yes,
                              llvm::function_ref<Object*()> no, clang::SourceLocation where) {
  Object* result = objects_.fresh();
  const auto side = [&](llvm::function_ref<Object*()> make) {
    return lift_arm([&] {
      objects_.set(*result, *make());
      return Flow::next;
    });
  };
  Arm a = side(yes), b = side(no);
  if (a.finals.size() == 1 && b.finals.size() == 1 && is_harmless(a.region) && is_harmless(b.region)) {
    build_.loc = place(where);
    const Content &left = a.finals[0].before, &right = b.finals[0].before;
    const auto type = type_of(left);
    if (type && type->shape.empty() && type == type_of(right)) {
      for (const Arm* arm : {&a, &b})
        build_.region->ops.insert(build_.region->ops.end(), arm->region.ops.begin(), arm->region.ops.end());
      return choose_between(condition, left, right);
    }
  }
  join(condition, a, b, where);
  return result;
}

/// Executes one of two sides. Where one of them leaves, what follows the statement belongs to the other.
Flow Lifter::choose(ir::Value condition, Steps yes, llvm::function_ref<Flow(Rest*)> no, Rest* rest,
                    clang::SourceLocation where) {
  Arm a = lift_arm(yes);
  Arm b = lift_arm([&] { return no(a.flow != Flow::next ? rest : nullptr); });
  if (rest && !rest->used && (a.flow == Flow::next) != (b.flow == Flow::next)) {
    rest->used = true;
    reenter(a.flow == Flow::next ? a : b, rest->run);
  }
  Flow flow = a.flow;
  if (a.flow != b.flow) {
    flow = a.flow == Flow::next || b.flow == Flow::next ? Flow::next : Flow::left;
    for (Arm* arm : {&a, &b})
      if (const Flow leaves = arm->flow; leaves != Flow::next && leaves != Flow::left)
        reenter(*arm, [&] {
          mark_exit(leaves);
          return Flow::left;
        });
  }
  join(condition, a, b, where);
  return flow;
}

/// A condition as a boolean: known, or a value.
Object* Lifter::truth(Object* condition, const clang::Expr* where) {
  return convert(condition, context_.BoolTy, where);
}

}  // namespace nndiff::frontend
