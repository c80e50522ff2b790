// The objects behind the arguments of a recursive call.
#include "frontend/lifter_parts.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

std::string number_of(const void* address) {
  return std::to_string(reinterpret_cast<std::uintptr_t>(address));
}

}  // namespace

struct Lifter::Describer {
  Lifter& l;
  clang::SourceLocation where;
  Signature s = {};
  std::string name = {};  // of the argument that is being looked at

  /// Adds an object, and what it leads to.
  void add(Object* object, bool is_own) {
    const auto seen = std::find(s.objects.begin(), s.objects.end(), object);
    if (seen != s.objects.end()) {
      s.key += "#" + std::to_string(seen - s.objects.begin()) + ";";
      return;
    }
    s.objects.push_back(object);
    s.key += object->read_only ? "const " : "";
    switch (object->state) {
      case State::parts:
      case State::table:
        return add_parts(object, is_own);
      case State::place:
      case State::pointer:
        return add_place(object, is_own);
      case State::closure:
        return add_closure(*object->closure);
      case State::function:
        s.key += "function " + number_of(object->function) + ";";
        return;
      case State::choice:
        l.refuse(where,
                 "an object chosen by a condition as argument of a recursive function is not supported");
      default:
        break;
    }
    const auto type = l.type_of(*object);
    s.key += type ? ir::to_string(*type) + ";" : "unset;";
    if (type) s.slots.push_back({object, *type, false, name.empty() ? object->name : name, is_own});
  }

  void add_parts(const Object* object, bool is_own) {
    s.key += "(";
    for (Object* part : std::vector<Object*>(object->parts)) add(part, is_own);
    s.key += ")" + ir::to_string(object->dims);
  }

  void add_place(Object* object, bool is_own) {
    s.key += object->state == State::place ? "element" + ir::to_string(object->dims) : "pointer";
    Object* root = object->place.root;
    if (!root) {
      s.key += " to nothing;";
      return;
    }
    if (root->state == State::choice)
      l.refuse(where, "a pointer to one of two objects as argument of a recursive function is not supported");
    if (object->place.index.empty())
      s.key += " whole";
    else
      s.slots.push_back({object, {ir::Elem::i64, {}}, true, name.empty() ? "" : name + "_at", is_own});
    s.key += object->place.checked ? " checked " : " ";
    for (const std::int64_t stride : object->place.strides) s.key += "by " + std::to_string(stride) + " ";
    add(root, false);
  }

  void add_closure(const Closure& closure) {
    s.key += "lambda " + number_of(closure.lambda) + "[";
    name.clear();
    for (const clang::LambdaCapture& capture : closure.lambda->captures()) {
      if (!capture.capturesVariable()) continue;
      const auto held = closure.captured.find(capture.getCapturedVar());
      if (held != closure.captured.end()) add(held->second, false);
    }
    if (closure.self) add(closure.self, false);
    s.key += "]";
  }
};

Signature Lifter::signature_of(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                               clang::SourceLocation where) {
  Describer describer{*this, where};
  if (self) describer.add(self, false);
  for (unsigned i = 0; i < function->getNumParams(); ++i) {
    describer.name = function->getParamDecl(i)->getNameAsString();
    describer.add(arguments[i], !function->getParamDecl(i)->getType()->isReferenceType());
  }
  return std::move(describer.s);
}

}  // namespace nndiff::frontend
