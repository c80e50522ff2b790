// Clang's types as the IR's: element types, tensors, arrays, and how a type is spelled in generated code.
#ifndef NNDIFF_FRONTEND_TYPES_H
#define NNDIFF_FRONTEND_TYPES_H
#include "frontend/clang.h"
#include "ir/type.h"

namespace nndiff::frontend {

/// The element type of bool, integers, enumerations, float and double; nothing for other types.
std::optional<ir::Elem> elem_of(clang::QualType type);

/// True where `decl` lies inside the namespace `name` at global scope.
bool is_inside(const clang::Decl* decl, llvm::StringRef name);

/// The class template specialisation `ns::name<…>` behind a type, or null.
const clang::ClassTemplateSpecializationDecl* specialisation(clang::QualType type, llvm::StringRef ns,
                                                             llvm::StringRef name);

/// A template argument that is an nn::Dim.
std::optional<ir::Dim> dim_of(const clang::TemplateArgument& argument);

/// The IR type of an nn::Tensor<T, Dims…>; nothing for other types.
std::optional<ir::Type> tensor_type(clang::QualType type);

/// True for nn::Slice<T, Dims…>: an object of such a type is another's part, as a reference is.
bool is_slice(clang::QualType type);
/// True for a slice of what is const: nn::Slice<const T, Dims…>.
bool is_const_slice(clang::QualType type);

/// The IR type of an nn::Tensor, or of a slice or lazy expression that stands for one; nothing for other
/// types.
std::optional<ir::Type> value_type(clang::QualType type);

/// std::array<T, N> or T[N].
struct ArrayOf {
  clang::QualType element;
  std::uint64_t count = 0;
};
std::optional<ArrayOf> array_of(clang::QualType type, const clang::ASTContext& context);

/// T of std::name<T, …>; nothing for other types.
std::optional<clang::QualType> element_of(clang::QualType type, llvm::StringRef name);

/// True for iterators of contiguous containers and std::unique_ptr: pointers by another name.
bool is_pointer_like(clang::QualType type);

/// True for numbers, arrays of these, and structs that hold nothing else.
bool is_numeric(clang::QualType type, const clang::ASTContext& context);

/// Numbers of one type, so many, and nothing between them: what a struct is made of.
struct Packed {
  ir::Elem elem;
  std::int64_t count = 0;
};
/// Nothing where it holds anything else, or padding.
std::optional<Packed> packed_of(clang::QualType type, const clang::ASTContext& context);

/// Why a class cannot be taken apart into independent members, or empty if it can.
std::string record_problem(clang::QualType type, const clang::ASTContext& context);

/// A type as generated code writes it, fully qualified, sizes by their names: nn::Tensor<float, nn::Dim{"N"},
/// 784>.
std::string spell(clang::QualType type, const clang::ASTContext& context);

/// A type as the user would write it, for messages.
std::string shown(clang::QualType type, const clang::ASTContext& context);

}  // namespace nndiff::frontend

#endif
