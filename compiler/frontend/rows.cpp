// Vectors of vectors whose rows change their lengths: all elements in one array that grows, with room for as
// many in each row as the longest one needs. Places in a row say its number: where it begins may change.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

// The parts of rows.
Object* elements_of(const Object* rows) {
  return rows->parts[0];
}
Object* lengths_of(const Object* rows) {
  return rows->parts[1];
}
Object* room_of(const Object* rows) {  // of each row
  return rows->parts[2];
}
Object* count_of(const Object* rows) {  // rows that there is room for
  return rows->parts[3];
}

}  // namespace

/// `count` rows without elements.
Object* Lifter::make_rows(clang::QualType element, const Index& count, const clang::Expr* where) {
  if (!element->isArithmeticType() || !elem_of(element))
    refuse(where->getExprLoc(), "vectors of vectors of '" + shown(element) +
                                    "' are not supported; use vectors of vectors of numbers");
  const auto number = [&](const Index& n) {
    return n.is_known() ? objects_.of(llvm::APSInt::get(n.known)) : objects_.of(n.value);
  };
  Content rows{.state = State::rows};
  rows.parts = {make_elements(element, {}, false, where),
                make_elements(context_.UnsignedLongTy, count, true, where), number({}), number(count)};
  return objects_.holding(std::move(rows));
}

/// Row number `index`, as a vector.
Object* Lifter::row_at(const Object* rows, const Index& index) {
  Content row{.state = State::row};
  row.parts = rows->parts;
  row.place.index = {index};
  Object* length = objects_.of(State::place, {lengths_of(rows), {index}});
  return objects_.of(std::vector<Object*>{objects_.holding(std::move(row)), length});
}

namespace {

ir::Value product(op::Builder& build, ir::Value a, ir::Value b) {
  return build.map(ir::Map::mul, a, b);
}

}  // namespace

/// Where a row begins among all elements.
Index Lifter::start_of(const Object* row, const clang::Expr* where) {
  const Index number = row->place.index[0], room = index_of(room_of(row), where);
  if (number == Index{} || room == Index{}) return {};
  const ir::Value left = value_of(number);
  return {product(build_, left, value_of(room))};
}

/// A place in a row as a place among all elements.
Object* Lifter::in_row(const Object* place, const clang::Expr* where) {
  const Object* row = place->place.root;
  Content content = *place;
  content.place.root = elements_of(row);
  content.place.moves = content.place.root->moves;
  content.place.index = {plus(start_of(row, where), place->place.index.at(0))};
  return objects_.holding(std::move(content));
}

/// Makes room for `count` rows.
void Lifter::make_rows_room(const Object* rows, const Index& count, const clang::Expr* where) {
  make_room(lengths_of(rows), count, where);
  const Index room = index_of(room_of(rows), where);
  if (!(room == Index{})) {
    const ir::Value left = value_of(count);
    make_room(elements_of(rows), {product(build_, left, value_of(room))}, where);
  }
  write(count_of(rows),
        count.is_known() ? *objects_.of(llvm::APSInt::get(count.known)) : *objects_.of(count.value), where);
}

/// Makes room for `count` elements in a row: at least twice of what there is, where that is not enough.
void Lifter::make_row_room(const Object* row, const Index& count, const clang::Expr* where) {
  const clang::QualType wide = context_.getIntTypeForBitwidth(64, true);
  const auto as_object = [&](const Index& n) {
    return n.is_known() ? objects_.of(llvm::APSInt::get(n.known)) : objects_.of(n.value);
  };
  const Object* is_short = arithmetic(clang::BO_GT, as_object(count), room_of(row), wide, where);
  const auto widen = [&] {
    const Index room = index_of(room_of(row), where), twice = plus(room, room);
    Index wanted = count;
    if (!(room == Index{})) {
      const ir::Value left = value_of(count);
      wanted = {build_.map(ir::Map::maximum, left, value_of(twice))};
    }
    spread_rows(row, wanted, where);
    return Flow::next;
  };
  if (is_short->state == State::integer) {
    if (is_short->integer.getBoolValue()) widen();
    return;
  }
  choose(is_short->value, widen, [](Rest*) { return Flow::next; }, nullptr, where->getExprLoc());
}

/// Moves all rows apart, from the last element to the first, so that each has the room `room`.
void Lifter::spread_rows(const Object* row, const Index& room, const clang::Expr* where) {
  Object *data = elements_of(row), *lengths = lengths_of(row);
  const Index before = index_of(room_of(row), where), count = index_of(count_of(row), where);
  const ir::Value rows = value_of(count);
  make_room(data, {product(build_, rows, value_of(room))}, where);
  const auto at_index = [=, this](const ir::Value& number, const Index& each, const Index& i) {
    const ir::Value start = product(build_, number, value_of(each));
    return cell(data, plus({start}, i));
  };
  const auto from_behind = [=, this](const Index& n, const Object* i) {
    return minus(plus(n, {{}, -1}), index_of(i, where));
  };
  if (!(before == Index{}))
    repeat(
        {}, count, {data},
        [=, this](const Object* i) {
          const Index number = from_behind(count, i);
          const Index length = index_of(element(lengths, number, where), where);
          const ir::Value nth = value_of(number);
          repeat(
              {}, length, {data},
              [=, this](const Object* j) {
                const Index at = from_behind(length, j);
                write(at_index(nth, room, at), *copy(*at_index(nth, before, at), where), where);
              },
              where);
        },
        where);
  write(room_of(row),
        room.is_known() ? *objects_.of(llvm::APSInt::get(room.known)) : *objects_.of(room.value), where);
}

/// A row gets the elements of a vector.
void Lifter::assign_row(Object* to, const Object& from, const clang::Expr* where) {
  const Object* source = copy(from, where);
  const Index count = index_of(source->parts.at(1), where);
  const Object* row = to->parts[0];
  make_row_room(row, count, where);
  copy_elements(decay(to->parts[0]), decay(source->parts[0]), count, context_.DoubleTy, where);
  write(to->parts[1], *count_object(count), where);
}

}  // namespace nndiff::frontend
