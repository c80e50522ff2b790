// The lifter: runs a function's statements over symbolic objects, and what they compute becomes IR.
//
// A statement is executed as C++ would, except that tensors and run-time scalars are values of the IR while
// integers known at compile time stay numbers. Calls are entered, loops with known bounds are run, `if
// constexpr` has been decided by Clang. Whatever does not fit this is refused at its place.
#ifndef NNDIFF_FRONTEND_LIFTER_H
#define NNDIFF_FRONTEND_LIFTER_H
#include "frontend/object.h"
#include "ir/diagnostic.h"
#include "op/build.h"

namespace nndiff::frontend {

/// Where execution goes after a statement.
enum class Flow : std::uint8_t { next, leave_function, leave_loop, next_round };

class Lifter {
 public:
  Lifter(clang::ASTContext& context, ir::Function& function);

  /// Executes the body of the user's function with the objects of its parameters and makes its result the
  /// yield.
  void lift(const clang::FunctionDecl* function, const std::vector<Object*>& parameters);

  Objects& objects() { return objects_; }
  op::Builder& builder() { return build_; }

  /// The notes that go with the refusal in flight: the calls that led to it, innermost first.
  const std::vector<ir::Diagnostic>& notes() const { return notes_; }

 private:
  /// A function being executed.
  struct Frame {
    const clang::FunctionDecl* function = nullptr;
    bool in_library = false;  // its body is not the user's
    ir::Loc place;            // in a library function: the user's call that led here
    Object* self = nullptr;   // what `this` points to
    Object* result = nullptr;
    std::unordered_map<const clang::ValueDecl*, Object*> locals;
  };
  /// Restores what it was given at the end of a scope.
  template <class T>
  struct Restore {
    T& place;
    T saved;
    explicit Restore(T& p) : place(p), saved(p) {}
    ~Restore() { place = std::move(saved); }
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;
  };

  /// A call of a library function marked NN_PRIMITIVE.
  struct PrimitiveCall {
    llvm::StringRef name;
    const clang::FunctionDecl* callee;
    Object* self;  // the object of a member function, or null
    const std::vector<Object*>& arguments;
    llvm::ArrayRef<const clang::Expr*> sources;
    const clang::Expr* expr;
  };
  struct StaticArguments;

  // lifter.cpp: places, refusals, writes, values
  [[noreturn]] void refuse(clang::SourceLocation where, const std::string& message);
  ir::Loc place(clang::SourceLocation where) const;
  bool is_library(clang::SourceLocation where) const;
  void at(const clang::Expr* expr) { build_.loc = place(expr->getExprLoc()); }
  std::string shown(clang::QualType type) const;
  void write(Object* to, const Object& from, const clang::Expr* where);
  void give_name(const Object* object, llvm::StringRef name);
  Object* lookup(const clang::ValueDecl* decl) const;
  ir::Elem elem(clang::QualType type, const clang::Expr* where);
  ir::Value number(double number, ir::Elem elem);
  ir::Value value_of(const Object* object, clang::QualType type, const clang::Expr* where);
  std::int64_t known_integer(const Object* object, const clang::Expr* where, const char* what);

  // lift_stmt.cpp
  Flow exec(const clang::Stmt* stmt);
  Flow exec_block(const clang::CompoundStmt* block);
  Flow exec_if(const clang::IfStmt* stmt);
  Flow exec_for(const clang::ForStmt* loop);
  Flow exec_loop(const clang::Stmt* loop, const clang::Expr* condition, const clang::Stmt* body,
                 const clang::Expr* step, bool test_first);
  Flow exec_range(const clang::CXXForRangeStmt* loop);
  Flow exec_return(const clang::ReturnStmt* stmt);
  Object* loop_variable(const clang::VarDecl* variable, Object* part, clang::QualType element);
  void count_round(const clang::Stmt* loop, int& rounds);
  void declare(const clang::VarDecl* variable);
  void declare_parts(const clang::DecompositionDecl* names, Object* whole);
  bool known_condition(const clang::Expr* condition, const char* construct, const char* instead);
  int note_statement(const clang::Stmt* stmt);

  // lift_expr.cpp
  Object* eval(const clang::Expr* expr);
  Object* eval_node(const clang::Expr* expr);
  Object* eval_wrapper(const clang::Expr* expr);
  Object* eval_name(const clang::DeclRefExpr* expr);
  Object* eval_global(const clang::VarDecl* variable, const clang::Expr* where);
  Object* eval_base(const clang::Expr* base, bool is_arrow);
  Object* eval_member(const clang::MemberExpr* expr);
  Object* eval_subscript(const clang::ArraySubscriptExpr* expr);
  Object* element(Object* array, const Object* index, const clang::Expr* where);
  Object* eval_choice(const clang::AbstractConditionalOperator* expr);
  Object* self(const clang::Expr* where);
  std::vector<Object*> eval_unsequenced(llvm::ArrayRef<const clang::Expr*> exprs);
  std::vector<Object*> eval_sequenced(llvm::ArrayRef<const clang::Expr*> exprs);

  // scalar.cpp
  Object* convert(const Object* from, clang::QualType to, const clang::Expr* where);
  Object* load(const Object* place, const clang::Expr* where);
  Object* base_of(Object* object, const clang::CastExpr* cast);
  Object* eval_cast(const clang::CastExpr* cast);
  Object* eval_unary(const clang::UnaryOperator* expr);
  Object* step(const clang::UnaryOperator* expr);
  Object* eval_binary(const clang::BinaryOperator* expr);
  Object* eval_assignment(const clang::BinaryOperator* expr);
  Object* eval_compound_assignment(const clang::CompoundAssignOperator* expr);
  Object* eval_logical(const clang::BinaryOperator* expr);
  Object* arithmetic(clang::BinaryOperatorKind kind, const Object* a, const Object* b,
                     clang::QualType operands, const clang::Expr* where);
  void name_after(const clang::Expr* target, const Object* value);

  // constants.cpp
  Object* constant(const clang::Expr* expr);
  Object* from_constant(const clang::APValue& value, clang::QualType type);
  Object* struct_constant(const clang::APValue& value, clang::QualType type);

  // construct.cpp
  std::size_t part_of(const clang::CXXRecordDecl* record, const clang::FieldDecl* field) const;
  std::size_t part_of(const clang::CXXRecordDecl* record, const clang::CXXRecordDecl* base) const;
  Object* default_object(clang::QualType type, clang::SourceLocation where, bool zero);
  void check_record(clang::QualType type, clang::SourceLocation where);
  Object* eval_construct(const clang::CXXConstructExpr* expr, clang::QualType type);
  void check_tensor_constructor(const clang::CXXConstructExpr* expr, clang::QualType type);
  Object* construct_tensor(const clang::CXXConstructExpr* expr, const std::vector<Object*>& arguments,
                           clang::QualType type);
  void run_constructor(const clang::CXXConstructorDecl* constructor, const std::vector<Object*>& arguments,
                       const clang::Expr* where, Object* object);
  Object* eval_list(const clang::InitListExpr* list);
  Object* eval_items(const clang::Expr* list, llvm::ArrayRef<clang::Expr*> items);
  Object* eval_lambda(const clang::LambdaExpr* lambda);

  // lift_call.cpp
  Object* eval_call(const clang::CallExpr* call);
  Object* eval_method(const clang::CXXMemberCallExpr* call, const clang::FunctionDecl* callee,
                      const std::vector<const clang::Expr*>& sources);
  Object* eval_operator(const clang::CXXOperatorCallExpr* call, const clang::FunctionDecl* callee,
                        std::vector<const clang::Expr*> sources);
  Object* call_function(const clang::FunctionDecl* callee, Object* self,
                        const std::vector<Object*>& arguments, llvm::ArrayRef<const clang::Expr*> sources,
                        const clang::Expr* call);
  Object* call_std(const clang::FunctionDecl* callee, Object* self, const std::vector<Object*>& arguments,
                   const clang::Expr* call);
  void check_can_enter(const clang::FunctionDecl* callee, const clang::Expr* call);
  void in_frame(const clang::FunctionDecl* function, Object* self, const std::vector<Object*>& arguments,
                const clang::Expr* call, llvm::function_ref<void()> body, Object** result = nullptr);
  Object* enter(const clang::FunctionDecl* callee, Object* self, const std::vector<Object*>& arguments,
                const clang::Expr* call);

  // primitives.cpp
  llvm::StringRef primitive_name(const clang::FunctionDecl* callee) const;
  Object* call_primitive(const PrimitiveCall& call);
  ir::Value operand(const PrimitiveCall& call, std::size_t i);
  ir::Value as_element(const Object* object, const clang::Expr* source, ir::Elem to);
  Object* call_map(ir::Map map, const PrimitiveCall& call);
  Object* call_in_place(const PrimitiveCall& call);
  Object* call_identity(const PrimitiveCall& call);
  Object* call_size(const PrimitiveCall& call);
  Object* call_reduction(const PrimitiveCall& call, const StaticArguments& statics);
  void check_new_sizes(const PrimitiveCall& call, const ir::Shape& from, const ir::Shape& to);
  Object* call_shape(const PrimitiveCall& call, const StaticArguments& statics);

  // math.cpp
  Object* call_math(const clang::FunctionDecl* callee, const std::vector<Object*>& arguments,
                    const clang::Expr* call);
  Object* choose_integer(const clang::FunctionDecl* callee, const std::vector<Object*>& arguments,
                         const clang::Expr* call);

  clang::ASTContext& context_;
  ir::Function& f_;
  op::Builder build_;
  Objects objects_;
  std::vector<Frame*> frames_;  // innermost last
  std::vector<ir::Diagnostic> notes_;
  std::uint64_t oldest_write_ = ~std::uint64_t{0};  // the oldest object written since this was last reset
  int depth_ = 0;                                   // of nested expressions, over all frames
  std::int64_t steps_ = 0;                          // statements executed
};

}  // namespace nndiff::frontend

#endif
