// How arguments that are no tensors are passed on, by what holds them.
#include "emit/holder.h"

namespace nndiff::emit {

using ir::Holder;

namespace {

/// What structs are made of.
std::string numbers(const ir::Leaf& leaf, const std::string& pointer) {
  return "nn::rt::numbers<" + ir::cpp_name(leaf.type.elem) + ">(" + pointer + ")";
}

}  // namespace

std::string range(const ir::Leaf& leaf, const std::string& expression, const std::string& size) {
  switch (leaf.holder) {
    case Holder::array:
      return "nn::rt::first(" + expression + "), " + ir::count(leaf.type.shape).text();
    case Holder::vector:
      return expression + ".data(), nn::rt::size_of(" + expression + ")";
    case Holder::span:
      return expression + ".data(), " + size;
    case Holder::member:
      return "std::data(" + expression + "), nn::rt::size_of(" + expression + ")";
    case Holder::pointer:
      return expression + ", 1";
    default:
      return expression;
  }
}

std::string plain_argument(const ir::Leaf& leaf, const std::string& expression) {
  switch (leaf.holder) {
    case Holder::array:
      return "nn::rt::first(" + expression + ")";
    case Holder::vector:
    case Holder::span:
      return expression + ".data()";
    case Holder::pointer:
      return leaf.packed ? numbers(leaf, expression) : expression;
    default:
      return (leaf.written ? "&" : "") + expression;
  }
}

std::string plain_gradient(const ir::Leaf& leaf, const std::string& gradient, const std::string& size) {
  switch (leaf.holder) {
    case Holder::array:
      return "nn::rt::first(" + gradient + ")";
    case Holder::vector:
      return "nn::rt::elements(" + gradient + ", " + size + ")";
    case Holder::span:
      return "nn::rt::writable(" + gradient + ".data())";
    case Holder::pointer:
      return "nn::rt::writable(" + (leaf.packed ? numbers(leaf, gradient) : gradient) + ")";
    default:
      return "&" + gradient;
  }
}

}  // namespace nndiff::emit
