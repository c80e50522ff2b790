// Structs behind a pointer, which lie in memory as numbers one behind the other: members of several of them.
#include "frontend/lifter.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

/// How many there are; nothing where only the run says.
std::int64_t packed_count(const Object* place) {
  return place->dims.at(0).is_static() ? place->dims[0].value : 0;
}

}  // namespace

/// The same member of some structs as an array of its own.
Object* Lifter::gathered(const Object* place, const clang::Expr* where) {
  if (packed_count(place) == 0)
    refuse(where ? where->getExprLoc() : clang::SourceLocation(),
           "all structs behind a pointer are used at once, which is not supported; use them one by one");
  const ir::Type type{build_.type(place->place.root->value).elem, place->dims};
  Object* whole = array_of_numbers(type, false);
  for (std::int64_t i = 0; i < packed_count(place); ++i)
    assign(part_at(whole, {{}, i}), *part_at(const_cast<Object*>(place), {{}, i}), where);
  return whole;
}

/// Writes an array of its own to the same member of some structs.
void Lifter::scatter(const Object* to, const Object& from, const clang::Expr* where) {
  const Object* now = read(&from, where);
  if (packed_count(to) == 0 || (now->state != State::value && !now->has_parts()))
    refuse(where->getExprLoc(), "this value does not fit these structs; write them one by one");
  for (std::int64_t i = 0; i < packed_count(to); ++i)
    assign(part_at(const_cast<Object*>(to), {{}, i}), *element(const_cast<Object*>(now), Index{{}, i}, where),
           where);
}

}  // namespace nndiff::frontend
