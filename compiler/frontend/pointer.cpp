// Pointers: the address of a place, which integers move along the cells of its root.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

clang::QualType innermost(clang::QualType type, const clang::ASTContext& context) {
  while (const auto array = array_of(type, context)) type = array->element;
  return type;
}

/// An object that a root may be: of a choice, one of its sides.
const Object* a_side(const Object* root) {
  while (root->state == State::choice) root = root->parts[0];
  return root;
}

/// True where memory holds elements one after the other.
bool has_cells(const Object* root, const op::Builder& build) {
  const Object* side = a_side(root);
  return side->state == State::table || (side->state == State::value && !build.shape(side->value).empty());
}

/// Calls `visit` for a place, or for those that a condition chooses from.
void for_each_place(Object* object, const std::function<void(Object*)>& visit) {
  if (object->state == State::place) visit(object);
  if (object->state == State::choice)
    for (Object* side : object->parts) for_each_place(side, visit);
}

/// True where a condition chooses between an element and a variable.
bool is_mixed(const Object* root, const op::Builder& build) {
  if (root->state != State::choice) return false;
  const Object *yes = root->parts[0], *no = root->parts[1];
  return is_mixed(yes, build) || is_mixed(no, build) || has_cells(yes, build) != has_cells(no, build);
}

/// A place that a condition chooses, on one of the sides: variables have no index.
Place on_side(Place place, Object* side, const op::Builder& build) {
  place.root = side;
  if (!is_mixed(side, build) && !has_cells(side, build)) place.index.clear();
  return place;
}

}  // namespace

/// How many cells an object of the type takes: the elements of arrays of arrays are counted as one array's.
std::int64_t Lifter::cells_of(clang::QualType type) const {
  std::int64_t cells = 1;
  while (const auto array = array_of(type, context_)) {
    cells *= static_cast<std::int64_t>(array->count);
    type = array->element;
  }
  return cells;
}

Object* Lifter::address_of(Object* object) {
  if (object->state == State::place) {
    Place place{object->place.root, {flat(object->place)}, true};
    Object* pointer = objects_.of(State::pointer, std::move(place));
    return pointer;
  }
  return objects_.of(State::pointer, {object, {}, true});
}

/// An array as the address of its first element.
Object* Lifter::decay(Object* array) {
  if (array->state == State::place) return address_of(array);
  return objects_.of(State::pointer, {array, {Index{}}, true});
}

/// Cell number `index` of an array, a table or a choice of these.
Object* Lifter::cell(Object* container, const Index& index) {
  Content content = *container;
  if (container->state == State::value) {
    content = {.state = State::place};
    content.place = {container, {index}, true};
    content.place.moves = container->moves;
    content.place.flat = build_.shape(container->value).size() > 1;
    return objects_.holding(std::move(content));
  }
  if (container->state != State::table && container->state != State::choice)
    ir::bug("an object without cells");
  const std::size_t axes = container->state == State::table ? container->dims.size() : 0;
  const std::function<Object*(Object*)> inside = [&](Object* part) {
    Content inner = *part;
    if (part->has_parts()) {
      for (Object*& p : inner.parts) p = inside(p);
      return objects_.holding(std::move(inner));
    }
    if (part->state == State::place) {  // structs that lie in memory one behind the other
      inner.dims.erase(inner.dims.begin(), inner.dims.begin() + static_cast<std::ptrdiff_t>(axes));
      std::vector<std::int64_t>& strides = inner.place.strides;
      inner.place.index[0] = plus(inner.place.index[0], times(index, ir::Dim(strides.at(axes - 1))));
      strides.erase(strides.begin(), strides.begin() + static_cast<std::ptrdiff_t>(axes));
      return objects_.holding(std::move(inner));
    }
    const ir::Shape shape = build_.shape(part->value);
    inner = {.state = State::place};
    inner.dims.assign(shape.begin() + static_cast<std::ptrdiff_t>(axes), shape.end());
    inner.place = {part, {times(index, ir::count(inner.dims))}, shape.size() > 1};
    inner.place.moves = part->moves;
    return objects_.holding(std::move(inner));
  };
  for (Object*& part : content.parts) part = axes > 0 ? inside(part) : cell(part, index);
  if (axes > 0) {
    content.state = State::parts;
    content.dims.clear();
  }
  return objects_.holding(std::move(content));
}

/// The object of type `to` that a pointer points to.
Object* Lifter::dereference(const Object* pointer, clang::QualType to, const clang::Expr* where) {
  pointer = read(pointer, where);
  if (pointer->state == State::closure || pointer->state == State::function)
    return const_cast<Object*>(pointer);
  if (pointer->state == State::unset)
    refuse(where->getExprLoc(), "this pointer is used before it points to anything");
  if (pointer->state != State::pointer) refuse(where->getExprLoc(), "this cannot be used as a pointer");
  Object* root = pointer->place.root;
  if (!root) refuse(where->getExprLoc(), "this pointer is null");
  check_place(pointer->place, where);
  at(where);
  if (is_mixed(root, build_)) {
    Content content = *root;
    for (Object*& side : content.parts)
      side = dereference(objects_.of(State::pointer, on_side(pointer->place, side, build_)), to, where);
    return objects_.holding(std::move(content));
  }
  const bool of_cells = has_cells(root, build_);
  const Object* kind = a_side(root);
  const bool is_whole = pointer->place.index.empty();
  if (is_whole && (!of_cells || !innermost(to, context_)->isScalarType() || array_of(to, context_)))
    return root;
  const Index index = is_whole ? Index{} : pointer->place.index[0];
  if (!of_cells) {
    if (kind->state == State::rows || kind->state == State::row) return element(root, index, where);
    if (kind->state == State::parts && !is_whole) return element(root, index, where);
    if (kind->state == State::place && !kind->dims.empty()) return element(root, index, where);
    if (!(index == Index{}))
      refuse(where->getExprLoc(), "this pointer does not point to an element of an array");
    return root;
  }
  Object* result = cell(root, index);
  for_each_place(result, [&](Object* place) {
    for (auto array = array_of(to, context_); array; array = array_of(array->element, context_)) {
      place->place.flat = true;
      place->dims.push_back(ir::Dim(static_cast<std::int64_t>(array->count)));
    }
    if (const auto whole = value_type(to); whole && !whole->shape.empty()) {
      place->place.flat = true;
      place->place.checked = is_slice(to);
      place->dims = whole->shape;
    }
  });
  result->read_only = root->read_only;
  return result;
}

/// pointer + by, for a pointer to objects of type `to`.
Object* Lifter::advance(const Object* pointer, const Index& by, clang::QualType to,
                        const clang::Expr* where) {
  pointer = read(pointer, where);
  if (pointer->state != State::pointer || !pointer->place.root)
    refuse(where->getExprLoc(), "this cannot be used as a pointer into an array");
  check_place(pointer->place, where);
  at(where);
  Place place = pointer->place;
  const Index now = place.index.empty() ? Index{} : place.index[0];
  place.index = {plus(now, times(by, ir::Dim(cells_of(to))))};
  place.flat = true;
  return objects_.of(State::pointer, std::move(place));
}

/// p + n, n + p, p - n, p - q and comparisons.
Object* Lifter::pointer_arithmetic(clang::BinaryOperatorKind kind, const Object* a, const Object* b,
                                   const clang::BinaryOperator* expr) {
  const clang::QualType left = expr->getLHS()->getType(), right = expr->getRHS()->getType();
  if (left->isPointerType() && right->isPointerType())
    return pointer_difference(kind, a, b, left->getPointeeType(), expr->getType(), expr);
  if (!left->isPointerType() && !right->isPointerType())
    refuse(expr->getExprLoc(), "this comparison with a null pointer is not supported");
  if (right->isPointerType()) return advance(b, index_of(a, expr), right->getPointeeType(), expr);
  Index by = index_of(b, expr);
  at(expr);
  if (kind == clang::BO_Sub)
    by = by.is_known() ? Index{{}, -by.known} : Index{build_.map(ir::Map::neg, by.value)};
  return advance(a, by, left->getPointeeType(), expr);
}

/// Whether two values are the same number for sure.
bool Lifter::is_same(ir::Value a, ir::Value b) const {
  if (a == b) return true;
  if (!a || !b) return false;
  const ir::Op &x = f_[a], &y = f_[b];
  const bool is_pure = x.kind == ir::Kind::cast || x.kind == ir::Kind::map || x.kind == ir::Kind::constant;
  if (!is_pure || x.kind != y.kind || x.map != y.map || !(x.type == y.type) || x.number != y.number)
    return false;
  for (std::size_t i = 0; i < x.operands.size(); ++i)
    if (!is_same(x.operands[i], y.operands[i])) return false;
  return true;
}

/// Whether pointers with these roots point into the same object for sure.
bool Lifter::is_same_root(const Object* a, const Object* b) const {
  if (a == b) return true;
  if (!a || !b || a->state != b->state) return false;
  if (a->state == State::choice)
    return is_same(a->value, b->value) && is_same_root(a->parts[0], b->parts[0]) &&
           is_same_root(a->parts[1], b->parts[1]);
  if (a->state != State::row || a->parts != b->parts) return false;
  const Index &i = a->place.index[0], &j = b->place.index[0];
  return i == j || (!i.is_known() && is_same(i.value, j.value));
}

Object* Lifter::pointer_difference(clang::BinaryOperatorKind kind, const Object* a, const Object* b,
                                   clang::QualType to, clang::QualType result, const clang::Expr* where) {
  const Object *p = read(a, where), *q = read(b, where);
  if (p->state != State::pointer || q->state != State::pointer)
    refuse(where->getExprLoc(), "these pointers cannot be compared");
  const bool is_equality = kind == clang::BO_EQ || kind == clang::BO_NE;
  if (!is_same_root(p->place.root, q->place.root)) {
    const auto may_differ = [](const Place& place) {
      return place.root && (place.root->state == State::choice || place.root->state == State::row);
    };
    if (!is_equality || may_differ(p->place) || may_differ(q->place))
      refuse(where->getExprLoc(), "these pointers point into different objects");
    return objects_.of(kind == clang::BO_NE);
  }
  at(where);
  const auto as_object = [&](const Object* pointer) {
    const Index index = pointer->place.index.empty() ? Index{} : pointer->place.index[0];
    return index.is_known() ? objects_.of(llvm::APSInt::get(index.known)) : objects_.of(index.value);
  };
  const clang::QualType wide = context_.getIntTypeForBitwidth(64, true);
  Object* difference = arithmetic(kind, as_object(p), as_object(q), wide, where);
  if (kind != clang::BO_Sub) return difference;
  const std::int64_t cells = cells_of(to);
  if (cells > 1)
    difference = arithmetic(clang::BO_Div, difference, objects_.of(llvm::APSInt::get(cells)), wide, where);
  return convert(difference, result, where);
}

}  // namespace nndiff::frontend
