// std::vector and std::span: elements and how many these are; std::unique_ptr and new: the address of memory.
#include "frontend/lifter_parts.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

Object*& data_of(Object* container) {
  return container->parts.at(0);
}
Object* size_of(const Object* container) {
  return container->parts.at(1);
}

}  // namespace

/// The object of a number of elements, as C++ counts them.
Object* Lifter::count_object(const Index& count) {
  if (!count.is_known()) return objects_.of(build_.cast(count.value, ir::Elem::u64));
  return objects_.of(context_.MakeIntValue(static_cast<std::uint64_t>(count.known), context_.UnsignedLongTy));
}

/// Memory for `count` elements: with a named size where the number is known only at run time.
Object* Lifter::make_elements(clang::QualType element, const Index& count, bool zero,
                              const clang::Expr* where) {
  if (const auto inner = element_of(element, "vector")) return make_rows(*inner, count, where);
  if (!is_numeric(element, context_))
    refuse(where->getExprLoc(), "a container of '" + shown(element) +
                                    "' is not supported; use one of numbers, or "
                                    "of structs of numbers");
  at(where);
  const ir::Dim dim = count.is_known() ? ir::Dim(count.known) : build_.dimension(count.value, "size");
  if (count.is_known() && count.known == 0) return default_elements(element, ir::unknown_extent(), false);
  return default_elements(element, dim, zero);
}

/// Rows that get their lengths later, each its own: vectors beside each other.
Object* Lifter::empty_rows(clang::QualType element, std::int64_t count, const clang::Expr* where) {
  if (count > 65536)
    refuse(where->getExprLoc(), "more than 65536 rows that get a length later are not supported");
  std::vector<Object*> rows;
  for (std::int64_t i = 0; i < count; ++i)
    rows.push_back(
        objects_.of(std::vector<Object*>{make_elements(element, {}, false, where), count_object({})}));
  return objects_.of(std::move(rows));
}

/// An array of `element`, or a table, of one more axis than the element has.
Object* Lifter::default_elements(clang::QualType element, const ir::Dim& dim, bool zero) {
  Object* made = default_table(element, {dim}, zero);
  if (made->state == State::value) return made;
  Content content = *made;
  content.dims.insert(content.dims.begin(), dim);
  content.state = State::table;
  return objects_.holding(std::move(content));
}

/// An array whose size is fixed, with the same elements where it may grow.
ir::Value Lifter::grown(ir::Value array) {
  const ir::Type type = build_.type(array);
  const ir::Value memory = build_.alloc({type.elem, {ir::unknown_extent()}});
  const ir::Value room = build_.grow(memory, build_.size(ir::count(type.shape), {ir::Elem::i64, {}}));
  return build_.store(room, array, {value_of(Index{})});
}

/// Makes room for `count` elements in every array of a container.
void Lifter::make_room(Object* data, const Index& count, const clang::Expr* where) {
  if (data->state == State::rows) return make_rows_room(data, count, where);
  if (data->state == State::row) return make_row_room(data, count, where);
  if (data->has_parts()) {
    for (Object* part : std::vector<Object*>(data->parts)) make_room(part, count, where);
    return;
  }
  if (data->state != State::value || build_.shape(data->value).size() != 1)
    refuse(where->getExprLoc(),
           "a container that changes its size and holds arrays or rows is not supported");
  at(where);
  const bool is_fixed = build_.shape(data->value)[0] != ir::unknown_extent();
  const ir::Value array = is_fixed ? grown(data->value) : data->value;
  Content content{.state = State::value};
  content.in_memory = true;
  content.value = build_.grow(array, value_of(count));
  objects_.set(*data, std::move(content));
}

/// Executes `body` for each index from `from` to `to`; `changing` are the objects that it writes.
void Lifter::repeat(const Index& from, const Index& to, const std::vector<Object*>& changing,
                    const std::function<void(const Object*)>& body, const clang::Expr* where) {
  const clang::QualType wide = context_.getIntTypeForBitwidth(64, true);
  const auto as_object = [&](const Index& i) {
    return i.is_known() ? objects_.of(llvm::APSInt::get(i.known)) : objects_.of(i.value);
  };
  Object *index = as_object(from), *end = as_object(to);
  std::vector<Object*> own = {index};
  own.insert(own.end(), changing.begin(), changing.end());
  run_loop({where, [=, this] { return arithmetic(clang::BO_LT, index, end, wide, where); },
            [=] {
              body(index);
              return Flow::next;
            },
            [=, this] {
              objects_.set(*index,
                           *arithmetic(clang::BO_Add, index, objects_.of(llvm::APSInt::get(1)), wide, where));
            },
            true, own});
}

/// vector(n), vector(n, value), vector(list), vector(first, last) and copies.
Object* Lifter::construct_vector(clang::QualType element, Arguments arguments,
                                 const clang::CXXConstructExpr* expr) {
  const auto made = [&](Object* data, const Index& count) {
    return objects_.of(std::vector<Object*>{data, count_object(count)});
  };
  const auto type_at = [&](unsigned i) { return expr->getArg(i)->getType().getNonReferenceType(); };
  std::size_t given = 0;  // but for the allocator
  while (given < arguments.size() &&
         !llvm::isa<clang::CXXDefaultArgExpr>(expr->getArg(static_cast<unsigned>(given))))
    ++given;
  if (given == 0) return made(make_elements(element, {}, false, expr), {});
  if (element_of(type_at(0), "vector")) {
    Object* made = copy(*arguments[0], expr);
    if (expr->getArg(0)->isXValue()) {
      note_move(arguments[0]);
      leave_empty(arguments[0], type_at(0), expr);
    }
    return made;
  }
  if (specialisation(type_at(0), "std", "initializer_list")) {
    const std::vector<Object*> items = arguments[0]->parts;
    if (arguments[0]->state != State::parts)
      return made(copy(*arguments[0], expr), {{}, element_count(arguments[0])});
    const Index count{{}, static_cast<std::int64_t>(items.size())};
    const auto inner = element_of(element, "vector");
    Object* data = inner && count.known > 0 ? empty_rows(*inner, count.known, expr)
                                            : make_elements(element, count, false, expr);
    for (std::size_t i = 0; i < items.size(); ++i)
      assign(this->element(data, Index{{}, static_cast<std::int64_t>(i)}, expr), *items[i], expr);
    return made(data, count);
  }
  if (type_at(0)->isIntegralOrEnumerationType()) {
    const Index count = index_of(arguments[0], expr);
    if (const auto inner = element_of(element, "vector"); inner && given == 1 && count.known > 0)
      return made(empty_rows(*inner, count.known, expr), count);
    if (given == 2)
      if (Object* rows = rows_of_one_length(count, *arguments[1], expr)) return made(rows, count);
    Object* data = make_elements(element, count, given == 1, expr);
    const bool is_plain = !element->isRecordType() || element_of(element, "vector");
    if (given == 2 || !is_plain)
      fill_elements(data, given == 2 ? *arguments[1] : *value_initialised(element, expr), count, expr);
    return made(data, count);
  }
  if (given != 2) refuse(expr->getExprLoc(), "this way to make a container is not supported");
  const clang::QualType to = pointee_of(type_at(0), expr);
  const Index count = index_of(
      pointer_difference(clang::BO_Sub, arguments[1], arguments[0], to, context_.LongTy, expr), expr);
  Object* data = make_elements(element, count, false, expr);
  copy_elements(decay(data), arguments[0], count, element, expr);
  return made(data, count);
}

std::int64_t Lifter::element_count(const Object* array) const {
  if (array->state == State::parts) return static_cast<std::int64_t>(array->parts.size());
  const ir::Shape& shape = array->state == State::value ? build_.shape(array->value) : array->dims;
  return shape.at(0).value;
}

/// Rows of a vector of vectors that all get the length of `row`, as an array of two axes; null where that
/// may change, or is 0.
Object* Lifter::rows_of_one_length(const Index& count, const Object& row, const clang::Expr* where) {
  const Object* now = read(&row, where);
  const bool is_vector = now->state == State::parts && now->parts.size() == 2;
  const Object* data = is_vector ? now->parts[0] : nullptr;
  if (!data || data->state != State::value || count == Index{}) return nullptr;
  const ir::Type inner = build_.type(data->value);
  if (inner.shape.size() != 1 || inner.shape[0] == ir::unknown_extent()) return nullptr;
  at(where);
  Object* lengths = make_elements(context_.UnsignedLongTy, count, false, where);
  const ir::Dim outer = build_.shape(lengths->value)[0];
  fill(lengths, *now->parts[1], where);
  Content elements{.state = State::value};
  elements.in_memory = true;
  elements.value = build_.copy(build_.broadcast_to(data->value, {outer, inner.shape[0]}));
  Content rows{.state = State::table};
  rows.parts = {objects_.holding(std::move(elements)), lengths};
  rows.dims = {outer};
  return objects_.holding(std::move(rows));
}

/// Gives all elements of new memory one value.
void Lifter::fill_elements(Object* data, const Object& value, const Index& count, const clang::Expr* where) {
  if (data->state == State::rows) {
    const Object* row = copy(value, where);
    return repeat(
        {}, count, leaves_of(data),
        [=, this](const Object* i) { assign(element(data, i, where), *row, where); }, where);
  }
  if (data->state != State::value || build_.shape(data->value)[0] != ir::unknown_extent())
    fill(data, value, where);
}

/// What T() makes.
Object* Lifter::value_initialised(clang::QualType type, const clang::Expr* where) {
  Object* object = default_object(type, where->getExprLoc(), true);
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  if (!record || record->hasTrivialDefaultConstructor() || array_of(type, context_)) return object;
  for (const clang::CXXConstructorDecl* constructor : record->ctors()) {
    if (!constructor->isDefaultConstructor()) continue;
    if (constructor->getNumParams() > 0)
      refuse(where->getExprLoc(), "elements made with default arguments are not supported");
    run_constructor(constructor, {}, where, object);
    return object;
  }
  refuse(where->getExprLoc(), "elements of type '" + shown(type) + "' cannot be made here");
}

/// Resizes a vector; new elements are `value`, or 0.
void Lifter::resize(Object* vector, const Index& count, const Object* value, clang::QualType element,
                    const clang::Expr* where) {
  const Index old = index_of(size_of(vector), where);
  make_room(data_of(vector), count, where);
  Object* data = data_of(vector);
  const Object* filler = value ? value : value_initialised(element, where);
  repeat(
      old, count, leaves_of(data),
      [=, this](const Object* i) { assign(this->element(data, i, where), *filler, where); }, where);
  write(size_of(vector), *count_object(count), where);
}

Object* Lifter::call_vector(llvm::StringRef name, clang::QualType element, Object* self, Arguments arguments,
                            const clang::Expr* call) {
  if (!self->has_parts() || self->parts.size() != 2)
    refuse(call->getExprLoc(), "this vector is used before it is made");
  if (Object* result = call_sequence(name, self, decay(data_of(self)), element, arguments, call))
    return result;
  const auto first = [&] { return index_of(arguments.at(0), call); };
  const Index size = index_of(size_of(self), call);
  if (name == "push_back" || name == "emplace_back") {
    const Object* value =
        name == "push_back" ? copy(*arguments.at(0), call) : emplaced(arguments, element, call);
    const Index next = plus(size, {{}, 1});
    make_room(data_of(self), next, call);
    Object* place = this->element(data_of(self), size, call);
    write(place, *value, call);
    write(size_of(self), *count_object(next), call);
    return place;
  }
  if (Object* result = edit_vector(name, element, self, arguments, call)) return result;
  if (name == "pop_back") write(size_of(self), *count_object(plus(size, {{}, -1})), call);
  if (name == "clear") write(size_of(self), *count_object({}), call);
  if (name == "resize") resize(self, first(), arguments.size() > 1 ? arguments[1] : nullptr, element, call);
  if (name == "capacity") return load(size_of(self), call);
  if (name == "pop_back" || name == "clear" || name == "resize" || name == "reserve" ||
      name == "shrink_to_fit")
    return objects_.fresh();
  if (name == "swap") {
    const Object *a = copy(*self, call), *b = copy(*arguments.at(0), call);
    write(self, *b, call);
    write(arguments[0], *a, call);
    note_move(self);
    note_move(arguments[0]);
    return objects_.fresh();
  }
  if (name == "=") {
    write(self, *copy(*arguments.at(0), call), call);
    const auto* plain = llvm::cast<clang::CallExpr>(call);
    const clang::Expr* source = plain->getArg(plain->getNumArgs() - 1);
    if (source->isXValue() && arguments[0] != self) {
      note_move(self);
      note_move(arguments[0]);
      leave_empty(arguments[0], source->getType(), call);
    }
    return self;
  }
  if (name.contains("rbegin") || name.contains("rend")) return nullptr;  // made of begin and end
  refuse(call->getExprLoc(), "'" + name.str() + "' of a std::vector is not supported");
}

/// What vectors and spans have in common.
Object* Lifter::call_sequence(llvm::StringRef name, Object* self, Object* begin, clang::QualType element,
                              Arguments arguments, const clang::Expr* call) {
  Object* size = size_of(self);
  const auto at_index = [&](const Index& i) {
    return dereference(advance(begin, i, element, call), element, call);
  };
  const bool is_rows = data_of(self)->has_parts();
  if ((name == "[]" || name == "at") && arguments.size() == 1)
    return is_rows ? this->element(data_of(self), arguments[0], call)
                   : at_index(index_of(arguments[0], call));
  if (name == "size") return load(size, call);
  if (name == "empty") return arithmetic(clang::BO_EQ, size, count_object({}), context_.UnsignedLongTy, call);
  if (name == "front") return at_index({});
  if (name == "back") return at_index(plus(index_of(size, call), {{}, -1}));
  if (name == "data" || name == "begin" || name == "cbegin") return copy(*begin, call);
  if (name == "end" || name == "cend") return advance(begin, index_of(size, call), element, call);
  return nullptr;
}

/// span(pointer, n), span(first, last), of an array or a container, and copies.
Object* Lifter::construct_span(Arguments arguments, const clang::CXXConstructExpr* expr) {
  const auto made = [&](Object* begin, Object* size) {
    return objects_.of(std::vector<Object*>{begin, size});
  };
  if (arguments.empty()) return made(objects_.of(State::pointer, Place{}), count_object({}));
  const clang::QualType type = expr->getArg(0)->getType().getNonReferenceType();
  if (element_of(type, "span")) return copy(*arguments[0], expr);
  if (element_of(type, "vector"))
    return made(decay(data_of(arguments[0])), load(size_of(arguments[0]), expr));
  if (const auto array = array_of(type, context_))
    return made(decay(arguments[0]), count_object({{}, static_cast<std::int64_t>(array->count)}));
  if (arguments.size() < 2) refuse(expr->getExprLoc(), "a span of a '" + shown(type) + "' is not supported");
  Object* begin = copy(*arguments[0], expr);
  if (expr->getArg(1)->getType()->isIntegralOrEnumerationType())
    return made(begin, count_object(index_of(arguments[1], expr)));
  Object* size =
      pointer_difference(clang::BO_Sub, arguments[1], begin, pointee_of(type, expr), context_.LongTy, expr);
  return made(begin, count_object(index_of(size, expr)));
}

Object* Lifter::call_span(llvm::StringRef name, clang::QualType element, Object* self, Arguments arguments,
                          const clang::Expr* call) {
  Object* begin = data_of(self);
  if (Object* result = call_sequence(name, self, begin, element, arguments, call)) return result;
  const auto made = [&](const Index& from, const Index& count) {
    return objects_.of(std::vector<Object*>{advance(begin, from, element, call), count_object(count)});
  };
  const Index size = index_of(size_of(self), call);
  if (name == "first" && arguments.size() == 1) return made({}, index_of(arguments[0], call));
  if (name == "last" && arguments.size() == 1) {
    const Index count = index_of(arguments[0], call);
    return made(minus(size, count), count);
  }
  if (name == "subspan" && !arguments.empty()) {
    const Index from = index_of(arguments[0], call);
    const bool has_count = !llvm::isa<clang::CXXDefaultArgExpr>(
        llvm::cast<clang::CallExpr>(call)->getArg(llvm::cast<clang::CallExpr>(call)->getNumArgs() - 1));
    return made(from, has_count && arguments.size() > 1 ? index_of(arguments[1], call) : minus(size, from));
  }
  if (name == "=") {
    write(self, *copy(*arguments.at(0), call), call);
    return self;
  }
  if (name.contains("rbegin") || name.contains("rend")) return nullptr;  // made of begin and end
  refuse(call->getExprLoc(), "'" + name.str() + "' of a std::span is not supported");
}

}  // namespace nndiff::frontend
