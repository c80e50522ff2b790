// Memory: elements of arrays, reading and writing, copies.
#include "frontend/lifter.h"
#include "frontend/types.h"
#include "ir/linear.h"

namespace nndiff::frontend {

using State = Content::State;

/// An integer as an index.
Index Lifter::index_of(const Object* object, const clang::Expr* where) {
  const Object* now = read(object, where);
  if (now->state == State::integer) return {{}, known_integer(now, where, "an index")};
  if (now->state != State::value || !build_.shape(now->value).empty())
    refuse(where->getExprLoc(), "this cannot be an index");
  at(where);
  return {build_.cast(now->value, ir::Elem::i64)};
}

ir::Value Lifter::value_of(const Index& index) {
  if (!index.is_known()) return index.value;
  return integer(llvm::APSInt::get(index.known), ir::Elem::i64);
}

Index Lifter::plus(const Index& a, const Index& b) {
  if (a.is_known() && b.is_known()) return {{}, a.known + b.known};
  if (a == Index{} || b == Index{}) return a == Index{} ? b : a;
  if (b.is_known() && b.known < 0) return {build_.map(ir::Map::sub, a.value, value_of(Index{{}, -b.known}))};
  const ir::Value left = value_of(a);
  return {build_.map(ir::Map::add, left, value_of(b))};
}

Index Lifter::minus(const Index& a, const Index& b) {
  if (b.is_known()) return plus(a, {{}, -b.known});
  const ir::Value left = value_of(a);
  return {build_.map(ir::Map::sub, left, b.value)};
}

Index Lifter::times(const Index& a, const ir::Dim& by) {
  if (by.is_static() && a.is_known()) return {{}, a.known * by.value};
  if (by == ir::Dim{1} || a == Index{}) return a;
  const ir::Value left = value_of(a);
  return {build_.map(ir::Map::mul, left, build_.size(by, {ir::Elem::i64, {}}))};
}

/// Where a place in an array of the given shape begins, counted in its elements.
Index Lifter::flat(const Place& place, const ir::Shape& shape) {
  if (place.flat) return place.index.at(0);
  Index sum;
  for (std::size_t axis = 0; axis < place.index.size(); ++axis) {
    const ir::Shape inner(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, shape.end());
    sum = plus(sum, times(place.index[axis], ir::count(inner)));
  }
  return sum;
}

Index Lifter::flat(const Place& place) {
  const Object* root = place.root;
  while (root->state == State::choice) root = root->parts[0];
  if (place.flat || place.index.empty()) return place.index.empty() ? Index{} : place.index[0];
  return flat(place, root->state == State::value ? build_.shape(root->value) : root->dims);
}

/// Element `index` along the first axis, in all arrays of a table.
Object* Lifter::part_at(Object* container, const Index& index) {
  Content content = *container;
  switch (container->state) {
    case State::value: {
      const ir::Shape& shape = build_.shape(container->value);
      content = {.state = State::place};
      content.dims.assign(shape.begin() + 1, shape.end());
      content.place = {container, {index}};
      content.place.moves = container->moves;
      break;
    }
    case State::place:
      content.dims.erase(content.dims.begin());
      if (std::vector<std::int64_t>& strides = content.place.strides; !strides.empty()) {
        content.place.index[0] = plus(content.place.index[0], times(index, ir::Dim(strides[0])));
        strides.erase(strides.begin());
      } else if (content.place.flat)
        content.place.index[0] = plus(content.place.index[0], times(index, ir::count(content.dims)));
      else
        content.place.index.push_back(index);
      break;
    case State::parts:
    case State::table:
    case State::choice:
      for (Object*& part : content.parts) part = part_at(part, index);
      break;
    default:
      ir::bug("an array whose parts are not arrays");
  }
  Object* result = objects_.holding(std::move(content));
  result->read_only = container->read_only;
  return result;
}

Object* Lifter::element(Object* array, const Object* index, const clang::Expr* where) {
  return element(array, index_of(index, where), where);
}

Object* Lifter::element(Object* array, const Index& index, const clang::Expr* where) {
  if (array->state == State::choice) {
    Content content = *array;
    for (Object*& part : content.parts) part = element(part, index, where);
    return objects_.holding(std::move(content));
  }
  if (array->state == State::rows) return row_at(array, index);
  if (array->state == State::row) return objects_.of(State::place, {array, {index}, true});
  ir::Shape dims = array->dims;
  if (array->state == State::value) dims = build_.shape(array->value);
  if (array->state == State::parts) dims = {ir::Dim(static_cast<std::int64_t>(array->parts.size()))};
  if (dims.empty()) refuse(where->getExprLoc(), "this array cannot be indexed here");
  if (index.is_known() &&
      (index.known < 0 || (dims[0].is_static() && dims[0].value > 0 && index.known >= dims[0].value)))
    refuse(where->getExprLoc(),
           "index " + std::to_string(index.known) + " is out of range for an array of " + dims[0].text());
  if (array->state == State::parts) {
    if (index.is_known()) return array->parts[index.known];
    const bool is_constant = std::all_of(array->parts.begin(), array->parts.end(),
                                         [](const Object* part) { return part->is_known(); });
    return is_constant ? element(materialise(array, where), index, where) : one_of(array, index, where);
  }
  if (array->state != State::table) return part_at(array, index);
  Content content = *array;
  for (Object*& part : content.parts) {
    if (part->state == State::unset)
      refuse(where->getExprLoc(), "these rows are used before they have a length");
    part = part_at(part, index);
  }
  content.dims.erase(content.dims.begin());
  if (content.dims.empty()) content.state = State::parts;
  Object* result = objects_.holding(std::move(content));
  result->read_only = array->read_only;
  return result;
}

/// An array of constants that is indexed at run time, as memory that is filled once, on entry.
Object* Lifter::materialise(const Object* parts, const clang::Expr* where) {
  if (const auto found = tables_.find(parts); found != tables_.end()) return found->second;
  const std::optional<ir::Type> type = type_of(*parts->parts.at(0));
  if (!type) refuse(where->getExprLoc(), "this array must be indexed by what is known at compile time");
  const Restore<ir::Region*> region(build_.region);
  build_.region = &entry_;
  const auto count = static_cast<std::int64_t>(parts->parts.size());
  Object* array = array_of_numbers({type->elem, {ir::Dim(count)}}, false);
  for (std::int64_t i = 0; i < count; ++i) assign(part_at(array, {{}, i}), *parts->parts[i], where);
  array->read_only = true;
  return tables_[parts] = array;
}

/// The element of a few objects, each of its own, that an index chooses at run time.
Object* Lifter::one_of(const Object* parts, const Index& index, const clang::Expr* where) {
  constexpr std::size_t most = 64;
  const std::vector<Object*> objects = parts->parts;
  if (objects.size() > most || objects.empty())
    refuse(where->getExprLoc(), "the index of an array of more than " + std::to_string(most) +
                                    " objects that are no numbers must be an integer known at compile time");
  at(where);
  Object* chosen = objects.back();
  for (std::size_t i = objects.size() - 1; i-- > 0;) {
    Content content{.state = State::choice};
    const ir::Value number = value_of(Index{{}, static_cast<std::int64_t>(i)});
    content.value = build_.map(ir::Map::eq, index.value, number);
    content.parts = {objects[i], chosen};
    chosen = objects_.holding(std::move(content));
  }
  return chosen;
}

/// The index operands of an access to a place.
std::vector<ir::Value> Lifter::indices(const Object* place) {
  const ir::Shape shape = build_.shape(place->place.root->value);
  if (place->place.flat || place->place.index.size() < shape.size())
    return {value_of(flat(place->place, shape))};
  std::vector<ir::Value> values;
  for (const Index& index : place->place.index) values.push_back(value_of(index));
  return values;
}

/// Refuses what refers to elements that have gone to another vector since: C++ lets it go along.
void Lifter::check_place(const Place& place, const clang::Expr* where) {
  if (place.root && where && place.moves != moves_of(*place.root))
    refuse(
        where->getExprLoc(),
        "this refers to an element of a vector that has been swapped or moved since, which is not supported; "
        "name the element anew");
}

/// Another vector takes over the elements of this one.
void Lifter::note_move(Object* vector) {
  if (!vector->has_parts() || vector->parts.size() != 2) return;
  if (vector->parts[0]->state == State::row) {
    ++vector->parts[0]->parts[0]->moves;
    return;
  }
  ++vector->parts[0]->moves;
  for (Object* leaf : leaves_of(vector->parts[0]))
    if (leaf != vector->parts[0]) ++leaf->moves;
}

/// What is left behind where vectors, and those in structs and arrays, are moved out of `object`: nothing.
void Lifter::leave_empty(Object* object, clang::QualType type, const clang::Expr* where) {
  if (!object->has_parts()) return;
  if (element_of(type, "vector")) {
    if (object->parts.size() == 2) write(object->parts[1], *count_object({}), where);
    return;
  }
  const std::vector<Object*> parts = object->parts;
  if (const auto array = array_of(type, context_)) {
    for (Object* part : parts) leave_empty(part, array->element, where);
    return;
  }
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (!record || object->state != State::parts) return;
  for (const clang::FieldDecl* field : record->fields())
    if (const std::size_t at = part_of(record, field); at < parts.size())
      leave_empty(parts[at], field->getType(), where);
}

/// What an object holds: elements are loaded, choices made.
Object* Lifter::read(const Object* object, const clang::Expr* where) {
  if (object->state == State::choice) {
    const clang::SourceLocation loc = where ? where->getExprLoc() : clang::SourceLocation();
    const std::vector<Object*> sides = object->parts;
    return choose_object(
        object->value, [&] { return read(sides[0], where); }, [&] { return read(sides[1], where); }, loc);
  }
  if (object->state == State::row) {
    Object* data = object->parts[0];
    const Index start = start_of(object, where), room = index_of(object->parts[2], where);
    const ir::Dim length = room.is_known() ? ir::Dim(room.known) : build_.dimension(room.value, "room");
    Content content{.state = State::value};
    content.in_memory = true;
    content.value = build_.copy(build_.load(data->value, {value_of(start)}, {length}));
    return objects_.holding(std::move(content));
  }
  if (object->state == State::place) check_place(object->place, where);
  if (object->state == State::place && !object->place.strides.empty()) return gathered(object, where);
  if (object->state == State::place && object->place.root->state == State::row)
    return read(in_row(object, where), where);
  if (object->state != State::place) {
    if (reads_) reads_->push_back(object);
    return const_cast<Object*>(object);
  }
  Object* root = object->place.root;
  if (root->state == State::choice) {
    Content content = *root;
    for (Object*& side : content.parts) {
      side = objects_.holding(*object);
      side->place.root = root->parts[&side - content.parts.data()];
    }
    return read(objects_.holding(std::move(content)), where);
  }
  if (reads_) reads_->push_back(root);
  if (root->state != State::value) refuse(where->getExprLoc(), "this array is used before it has elements");
  if (where) at(where);
  const ir::Value loaded = build_.load(root->value, indices(object), object->dims);
  f_[loaded].checked = object->place.checked;
  return objects_.of(loaded);
}

void Lifter::write_place(const Object* to, const Object& from, const clang::Expr* where) {
  Object* root = to->place.root;
  check_place(to->place, where);
  if (!to->place.strides.empty()) return scatter(to, from, where);
  if (root->state == State::row) return write_place(in_row(to, where), from, where);
  if (root->state == State::choice) {
    const auto side = [&](int i) {
      Object* place = objects_.holding(*to);
      place->place.root = root->parts[i];
      write(place, from, where);
      return Flow::next;
    };
    choose(
        root->value, [&] { return side(0); }, [&](Rest*) { return side(1); }, nullptr, where->getExprLoc());
    return;
  }
  if (root->state != State::value) refuse(where->getExprLoc(), "this array is used before it has elements");
  const ir::Type type{build_.type(root->value).elem, to->dims};
  const Object* now = read(&from, where);
  if (now->state == State::unset)
    refuse(where->getExprLoc(), "this value is used before anything was assigned to it");
  if (now->has_parts()) return assign_elements(const_cast<Object*>(to), *now, where);
  const ir::Value value = as_value(*now, type);
  at(where);
  if (!(build_.type(value) == type)) refuse(where->getExprLoc(), "this value does not fit the element");
  Content content{.state = State::value};
  content.in_memory = true;
  const ir::Value array = root->in_memory ? owned(root->value) : build_.copy(root->value);
  content.value = build_.store(array, value, indices(to));
  f_[content.value].checked = to->place.checked;
  objects_.set(*root, std::move(content));
  oldest_write_ = std::min(oldest_write_, root->born);
}

/// A value that may be consumed: itself, or a copy of what is not the function's own.
ir::Value Lifter::owned(ir::Value v) {
  if (build_.shape(v).empty() || ir::is_owner(f_, v) || lent_.count(v) > 0) return v;
  return build_.copy(v);
}

/// Writes an array that has an object for each element into one that is a value, or into a row of one.
void Lifter::assign_elements(Object* to, const Object& from, const clang::Expr* where) {
  const std::vector<Object*> parts = from.parts;
  for (std::size_t i = 0; i < parts.size(); ++i)
    assign(element(to, Index{{}, static_cast<std::int64_t>(i)}, where), *parts[i], where);
}

/// Makes `to` hold what `from` holds, part by part where both have parts, so that references to parts of `to`
/// see the change.
void Lifter::assign(Object* to, const Object& from, const clang::Expr* where) {
  if (to->state == State::choice) {
    const std::vector<Object*> sides = to->parts;
    const auto side = [&](int i) {
      write(sides[i], from, where);
      return Flow::next;
    };
    choose(to->value, [&] { return side(0); }, [&](Rest*) { return side(1); }, nullptr, where->getExprLoc());
    return;
  }
  if (to->state == State::place) return write_place(to, from, where);
  const Object* source =
      from.state == State::place || from.state == State::choice ? read(&from, where) : &from;
  if (to->has_parts() && to->parts.size() == 2 && to->parts[0]->state == State::row)
    return assign_row(to, *source, where);
  if (to->has_parts() && source->has_parts() && to->parts.size() == source->parts.size()) {
    if (to->state != source->state)  // here a part is a member, there an element
      refuse(where->getExprLoc(),
             "assigning rows with lengths of their own to rows of one length, or these to those, is not "
             "supported");
    const std::vector<Object*> targets = to->parts, sources = source->parts;
    for (std::size_t i = 0; i < targets.size(); ++i) assign(targets[i], *sources[i], where);
    return;
  }
  const bool is_array = to->state == State::value && !build_.shape(to->value).empty();
  if (is_array && source->has_parts()) return assign_elements(to, *source, where);
  if (to->has_parts() && source->state == State::value) {
    const std::vector<Object*> targets = to->parts;
    for (std::size_t i = 0; i < targets.size(); ++i)
      assign(targets[i], *part_at(const_cast<Object*>(source), {{}, static_cast<std::int64_t>(i)}), where);
    return;
  }
  Content content = *source;
  for (Object*& part : content.parts) part = copy(*part, where, true);
  if (content.state == State::unset && !content.elem) content.elem = to->elem;
  objects_.set(*to, std::move(content));
}

void Lifter::write(Object* to, const Object& from, const clang::Expr* where) {
  const Object* owner = to->state == State::place ? to->place.root : to;
  if (to->read_only || owner->read_only)
    refuse(where->getExprLoc(),
           "writing to what a parameter refers to is not supported; copy it to a local variable and return "
           "the result");
  assign(to, from, where);
  oldest_write_ = std::min(oldest_write_, owner->born);
}

/// An independent object holding the same. Where `from` is of no further use, memory need not be copied.
Object* Lifter::copy(const Object& from, const clang::Expr* where, bool is_moved) {
  const Object* source = read(&from, where);
  Content content = *source;
  for (Object*& part : content.parts) part = copy(*part, where, is_moved);
  if (content.in_memory && !is_moved) content.value = build_.copy(content.value);
  if (content.closure && content.closure->lambda->isMutable()) {
    auto closure = std::make_shared<Closure>(*content.closure);
    for (const clang::LambdaCapture& capture : closure->lambda->captures())
      if (capture.capturesVariable() && capture.getCaptureKind() == clang::LCK_ByCopy) {
        Object*& held = closure->captured[capture.getCapturedVar()];
        held = copy(*held, where);
      }
    content.closure = std::move(closure);
  }
  return objects_.holding(std::move(content));
}

/// Memory for an array of numbers.
Object* Lifter::array_of_numbers(const ir::Type& type, bool zero) {
  Object* object = objects_.of(zero ? build_.zeros(type) : build_.alloc(type));
  object->in_memory = true;
  return object;
}

}  // namespace nndiff::frontend
