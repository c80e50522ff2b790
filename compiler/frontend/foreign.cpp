// Calls of functions whose derivative the user has given: their bodies are not looked into.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;
using ir::Foreign;
using Form = Foreign::Argument::Form;
using Role = Foreign::Argument::Role;

/// The number of the function, given arguments of these types, among those that the function being lifted
/// calls; its adjoint's is the next one.
int Lifter::foreign_number(const Derivative& derivative, const std::vector<ir::Value>& operands) {
  Foreign call = derivative.call, backward = derivative.backward;
  std::string types;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    call.arguments[i].type = build_.type(operands[i]);
    types += ir::to_string(call.arguments[i].type) + ";";
  }
  const auto [at, fresh] =
      foreigns_.emplace(std::pair(&derivative, types), static_cast<int>(f_.foreigns.size()));
  if (!fresh) return at->second;
  for (Foreign::Argument& a : backward.arguments)
    if (a.number >= 0) a.type = call.arguments[static_cast<std::size_t>(a.number)].type;
  call.adjoint = at->second + 1;
  f_.foreigns.push_back(std::move(call));
  f_.foreigns.push_back(std::move(backward));
  return at->second;
}

struct Lifter::ForeignCall {
  Lifter& l;
  const Derivative& derivative;
  const clang::Expr* where;
  std::vector<ir::Value> operands = {};

  const Foreign::Argument& next() const { return derivative.call.arguments[operands.size()]; }

  [[noreturn]] void refuse(const std::string& why) const {
    l.refuse(where->getExprLoc(), "'" + next().name + "' of '" +
                                      derivative.call.name.substr(derivative.call.name.rfind(':') + 1) +
                                      "' " + why);
  }

  void pass(Object* object, clang::QualType type) {
    if (type->isPointerType()) return pointer(object);
    if (element_of(type, "span")) return span(object);
    if (element_of(type, "vector")) {
      const Object* vector = l.read(object, where);
      return elements({vector->parts.at(0), {Index{}}, true}, vector->parts.at(1));
    }
    if (next().form == Form::array && array_of(type, l.context_)) return array(object, next().type);
    if (tensor_type(type) || elem_of(type)) return plain(object, type);
    if (const auto list = array_of(type, l.context_)) {
      for (std::uint64_t i = 0; i < list->count; ++i)
        pass(l.element(object, Index{{}, static_cast<std::int64_t>(i)}, where), list->element);
      return;
    }
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    const std::vector<Object*> parts = l.read(object, where)->parts;
    for (const clang::CXXBaseSpecifier& base : record->bases())
      pass(parts.at(l.part_of(record, base.getType()->getAsCXXRecordDecl())), base.getType());
    for (const clang::FieldDecl* field : record->fields())
      pass(parts.at(l.part_of(record, field)), field->getType());
  }

  void plain(const Object* object, clang::QualType type) {
    const ir::Value v = l.value_of(object, type, where);
    const ir::Type& given = l.build_.type(v);
    if (!(given == next().type)) refuse("is " + to_string(next().type) + ", not " + to_string(given));
    operands.push_back(v);
  }

  /// An array of numbers as one value, whatever holds it.
  void array(const Object* object, const ir::Type& type) {
    const Object* now = l.read(object, where);
    if (now->state == State::unset) refuse("has no elements yet");
    if (now->has_parts()) {
      Object* whole = l.array_of_numbers(type, false);
      l.assign_elements(whole, *now, where);
      now = whole;
    }
    operands.push_back(l.as_value(*now, type));
  }

  void pointer(const Object* object) {
    const Place place = pointed(l.read(object, where));
    const ir::Value array = place.root->value;
    const bool is_unknown = l.build_.shape(array) == ir::Shape{ir::unknown_extent()};
    if (is_unknown && (!place.root->read_only || l.f_[array].kind != ir::Kind::input))
      refuse(
          "points into memory whose extent the compiler does not know, and which is not const; take a "
          "std::span");
    operands.push_back(array);
    operands.push_back(l.value_of(l.flat(place)));
  }

  /// Where a pointer points: into an array that is a value.
  Place pointed(const Object* pointer) const {
    if (pointer->state != State::pointer || !pointer->place.root)
      refuse("must be a pointer to elements of one array");
    Place place = pointer->place;
    l.check_place(place, where);
    if (place.root->state == State::parts) place.root = l.materialise(place.root, where);
    if (place.root->state == State::row) place = l.in_row(l.objects_.of(State::place, place), where)->place;
    if (place.root->state != State::value || l.build_.shape(place.root->value).empty())
      refuse("must be a pointer to elements of one array; take a number by value");
    return place;
  }

  void span(const Object* object) {
    const Object* span = l.read(object, where);
    elements(pointed(l.read(span->parts.at(0), where)), span->parts.at(1));
  }

  /// As many elements from there on as `size` says.
  void elements(Place place, const Object* size) {
    if (place.root->state == State::row) place = l.in_row(l.objects_.of(State::place, place), where)->place;
    const Index count = l.index_of(size, where), at = l.flat(place);
    if (place.root->state != State::value) refuse("has no elements");
    const ir::Value array = place.root->value;
    const ir::Shape shape = l.build_.shape(array);
    l.at(where);
    if (at == Index{} && shape.size() == 1 && is_count(count, shape[0])) return operands.push_back(array);
    const ir::Dim dim = count.is_known() && count.known > 0
                            ? ir::Dim(count.known)
                            : l.build_.dimension(l.value_of(count), next().name + "_size");
    const ir::Value start = l.value_of(at);
    operands.push_back(l.build_.load(array, {start}, {dim}));
  }

  bool is_count(const Index& count, const ir::Dim& dim) const {
    if (count.is_known()) return dim == ir::Dim(count.known);
    ir::Value v = count.value;
    while (l.f_[v].kind == ir::Kind::cast) v = l.f_[v].operands[0];
    return l.f_[v].kind == ir::Kind::size && l.f_[v].dim == dim && dim != ir::unknown_extent();
  }
};

Object* Lifter::call_foreign(const clang::FunctionDecl* callee, Arguments arguments,
                             const clang::Expr* call) {
  const auto found = derivatives_.find(callee->getCanonicalDecl());
  if (found == derivatives_.end()) return nullptr;
  ForeignCall passed{*this, found->second, call};
  for (unsigned i = 0; i < callee->getNumParams(); ++i)
    passed.pass(arguments.at(i), callee->getParamDecl(i)->getType().getNonReferenceType());
  at(call);
  const int number = foreign_number(found->second, passed.operands);
  return objects_.of(build_.foreign(number, std::move(passed.operands)).op);
}

}  // namespace nndiff::frontend
