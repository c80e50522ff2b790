// The lifter: runs a function's statements over symbolic objects, and what they compute becomes IR.
//
// A statement is executed as C++ would, except that tensors, arrays and run-time scalars are values of the
// IR while integers known at compile time stay numbers. Calls are entered. What a condition known only at run
// time decides is lifted aside, arm by arm, and objects that differ afterwards become results of a branch; a
// loop's body is lifted with a parameter for each object that it changes. Whatever does not fit this is
// refused at its place.
#ifndef NNDIFF_FRONTEND_LIFTER_H
#define NNDIFF_FRONTEND_LIFTER_H
#include <functional>

#include "frontend/lifter_state.h"
#include "frontend/parameters.h"
#include "ir/diagnostic.h"
#include "op/build.h"

namespace nndiff::frontend {

class Lifter : LifterState {
 public:
  /// `around`: the functions whose derivatives are being taken.
  Lifter(clang::ASTContext& context, const Derivatives& derivatives, ir::Function& function,
         const Derive& derive, std::vector<const clang::FunctionDecl*> around = {});

  /// Executes the body of the user's function with the objects of its parameters and makes its result, and
  /// what the parameters that it writes hold in the end, the yields.
  void lift(const clang::FunctionDecl* function, const Parameters& parameters);

  Objects& objects() { return objects_; }
  op::Builder& builder() { return build_; }

  /// The derivatives that the function takes of others with nn::partial.
  const std::vector<ir::Partial>& partials() const { return partials_; }

  /// The notes that go with the refusal in flight: the calls that led to it, innermost first.
  const std::vector<ir::Diagnostic>& notes() const { return notes_; }

 private:
  /// A point of the lifting to go back to.
  struct Mark;
  /// One side of a run-time branch, lifted aside.
  struct Arm;
  /// The yields of both sides of a branch.
  struct Join;
  /// A loop as it is written: what precedes it has been executed.
  struct Loop;
  /// What a loop's body carries from round to round.
  struct Carried;
  struct Round;
  struct Roots;
  enum class Rolled : std::uint8_t;
  struct NotUnrolled;

  struct PrimitiveCall;
  struct StaticArguments;
  using Arguments = const std::vector<Object*>&;

  // lifter.cpp: places in the source, refusals, values
  void yield(const Parameters& parameters, Object* result, const clang::FunctionDecl* function);
  [[noreturn]] void refuse(clang::SourceLocation where, const std::string& message);
  ir::Loc place(clang::SourceLocation where) const;
  bool is_library(clang::SourceLocation where) const;
  void at(const clang::Expr* expr) { build_.loc = place(expr->getExprLoc()); }
  std::string shown(clang::QualType type) const;
  void give_name(Object* object, llvm::StringRef name);
  Object* lookup(const clang::ValueDecl* decl) const;
  ir::Elem elem(clang::QualType type, const clang::Expr* where);
  ir::Value number(double number, ir::Elem elem);
  ir::Value integer(const llvm::APSInt& number, ir::Elem elem);
  ir::Value value_of(const Object* object, clang::QualType type, const clang::Expr* where);
  std::int64_t known_integer(const Object* object, const clang::Expr* where, const char* what);

  // memory.cpp: elements, reading, writing
  Index index_of(const Object* object, const clang::Expr* where);
  ir::Value value_of(const Index& index);
  Index plus(const Index& a, const Index& b);
  Index minus(const Index& a, const Index& b);
  Index times(const Index& a, const ir::Dim& by);
  Index flat(const Place& place);
  Index flat(const Place& place, const ir::Shape& shape);
  Object* part_at(Object* container, const Index& index);
  Object* element(Object* array, const Object* index, const clang::Expr* where);
  Object* element(Object* array, const Index& index, const clang::Expr* where);
  Object* materialise(const Object* parts, const clang::Expr* where);
  Object* one_of(const Object* parts, const Index& index, const clang::Expr* where);
  std::vector<ir::Value> indices(const Object* place);
  Object* read(const Object* object, const clang::Expr* where);
  void check_place(const Place& place, const clang::Expr* where);
  void note_move(Object* vector);
  void leave_empty(Object* object, clang::QualType type, const clang::Expr* where);
  void write_place(const Object* to, const Object& from, const clang::Expr* where);
  void assign(Object* to, const Object& from, const clang::Expr* where);
  void assign_elements(Object* to, const Object& from, const clang::Expr* where);
  void write(Object* to, const Object& from, const clang::Expr* where);
  Object* copy(const Object& from, const clang::Expr* where, bool is_moved = false);
  ir::Value owned(ir::Value v);
  Object* array_of_numbers(const ir::Type& type, bool zero);

  // pointer.cpp
  Object* address_of(Object* object);
  Object* dereference(const Object* pointer, clang::QualType to, const clang::Expr* where);
  Object* advance(const Object* pointer, const Index& by, clang::QualType to, const clang::Expr* where);
  std::int64_t cells_of(clang::QualType type) const;
  Object* cell(Object* container, const Index& index);
  Object* decay(Object* array);
  Object* pointer_arithmetic(clang::BinaryOperatorKind kind, const Object* a, const Object* b,
                             const clang::BinaryOperator* expr);
  bool is_same(ir::Value a, ir::Value b) const;
  bool is_same_root(const Object* a, const Object* b) const;
  Object* pointer_difference(clang::BinaryOperatorKind kind, const Object* a, const Object* b,
                             clang::QualType to, clang::QualType result, const clang::Expr* where);

  // branch.cpp: what is decided at run time
  Mark mark() const;
  void go_back(const Mark& mark);
  Arm lift_arm(Steps body);
  void reenter(Arm& arm, Steps body);
  void join(ir::Value condition, Arm& yes, Arm& no, clang::SourceLocation where);
  Content merge(Join& join, const Content& a, const Content& b);
  Content merge_places(Join& join, const Content& a, const Content& b);
  Content merge_parts(Join& join, const Content& a, const Content& b);
  std::optional<ir::Type> type_of(const Content& content) const;
  ir::Value as_value(const Content& content, const ir::Type& type);
  Flow choose(ir::Value condition, Steps yes, llvm::function_ref<Flow(Rest*)> no, Rest* rest,
              clang::SourceLocation where);
  Object* choose_object(ir::Value condition, llvm::function_ref<Object*()> yes,
                        llvm::function_ref<Object*()> no, clang::SourceLocation where);
  bool is_harmless(const ir::Region& region) const;
  Object* choose_between(ir::Value condition, const Content& a, const Content& b);
  bool is_view(const clang::Expr* expr) const;
  Object* eval_choice(const clang::AbstractConditionalOperator* expr, bool wants_value = false);
  Object* eval_check(const clang::AbstractConditionalOperator* expr);
  Object* eval_logical(const clang::BinaryOperator* expr);
  Object* truth(Object* condition, const clang::Expr* where);

  // control.cpp: blocks, if, switch, break, continue, return
  Flow exec(const clang::Stmt* stmt, Rest* rest = nullptr);
  Flow exec_list(llvm::ArrayRef<const clang::Stmt*> list, Rest* rest);
  Flow exec_if(const clang::IfStmt* stmt, Rest* rest);
  Flow exec_return(const clang::ReturnStmt* stmt);
  Object* pending(bool with_continue);
  void clear_exits();
  void mark_exit(Flow flow);
  Flow guarded(const Object* left, Steps steps, Rest* rest, clang::SourceLocation where);

  // switch.cpp
  struct Group;
  struct Switch;
  Flow exec_switch(const clang::SwitchStmt* stmt);
  std::vector<Group> groups_of(const clang::SwitchStmt* stmt);
  Object* matches(const Switch& cases, std::size_t group);
  Flow run_group(Switch& cases, std::size_t group);

  // loop.cpp
  Flow exec_round(const clang::VarDecl* variable, const clang::Expr* condition, const clang::Stmt* body);
  Flow exec_for(const clang::ForStmt* loop);
  Flow exec_while(const clang::WhileStmt* loop);
  Flow exec_range(const clang::CXXForRangeStmt* loop);
  Flow exec_range_parts(const clang::CXXForRangeStmt* loop, const Object* range, clang::QualType element);
  Flow exec_range_elements(const clang::CXXForRangeStmt* loop, Object* range, clang::QualType element);
  Flow exec_range_iterators(const clang::CXXForRangeStmt* loop);
  Object* loop_variable(const clang::VarDecl* variable, Object* part, clang::QualType element);
  void bind_loop_variable(const clang::CXXForRangeStmt* loop, Object* part, clang::QualType element);
  Flow run_loop(const Loop& loop);
  Flow unroll(const Loop& loop, std::int64_t limit);
  Flow unroll_rounds(const Loop& loop, std::int64_t last_step);

  // rolled.cpp: loops that stay loops
  Rolled roll(const Loop& loop, const Object* first, bool may_decline);
  bool is_worth_unrolling(const Mark& from) const;
  bool prepare_memory(const Round& round, const Mark& from);
  std::vector<Object*> guess(const Loop& loop);
  Round lift_round(const Loop& loop, const std::vector<Object*>& changing,
                   const std::map<Object*, Roots>& roots);
  void enter_round(Round& round, const std::vector<Object*>& changing);
  ir::Value slot_value(const Content& content, const ir::Type& type, bool is_pointer);
  void carry(Round& round, Carried& carried, clang::SourceLocation where);
  void finish(const Loop& loop, Round& round, const Object* first, const Mark& from);
  void replace_unchanged(Round& round, const Mark& from);

  // moving.cpp: pointers that a loop moves between two objects
  bool find_roots(const Round& round, std::map<Object*, Roots>& roots, const Mark& from);
  void enter_roots(Round& round, Carried& carried);
  ir::Value is_first(const Object* root, const Roots& roots);
  void carry_root(Round& round, Carried& carried);

  // lift_stmt.cpp
  void declare(const clang::VarDecl* variable);
  void name_parts(Object* object, const std::string& name, clang::QualType type);
  void declare_parts(const clang::DecompositionDecl* names, Object* whole);
  int note_statement(const clang::Stmt* stmt);

  // lift_expr.cpp
  Object* eval(const clang::Expr* expr);
  Object* eval_node(const clang::Expr* expr);
  Object* eval_wrapper(const clang::Expr* expr);
  Object* eval_name(const clang::DeclRefExpr* expr);
  Object* eval_global(const clang::VarDecl* variable, const clang::Expr* where);
  Object* eval_base(const clang::Expr* base, bool is_arrow);
  Object* eval_member(const clang::MemberExpr* expr);
  Object* member(Object* object, const clang::FieldDecl* field, const clang::Expr* where);
  Object* eval_subscript(const clang::ArraySubscriptExpr* expr);
  Object* self(const clang::Expr* where);
  std::vector<Object*> eval_unsequenced(llvm::ArrayRef<const clang::Expr*> exprs);
  std::vector<Object*> eval_sequenced(llvm::ArrayRef<const clang::Expr*> exprs);

  // scalar.cpp
  Object* convert(const Object* from, clang::QualType to, const clang::Expr* where);
  Object* load(const Object* place, const clang::Expr* where);
  Object* base_of(Object* object, const clang::CastExpr* cast);
  Object* eval_cast(const clang::CastExpr* cast);
  Object* eval_pointer_cast(const clang::CastExpr* cast);
  Object* eval_unary(const clang::UnaryOperator* expr);
  Object* eval_address(const clang::UnaryOperator* expr);
  Object* step(const clang::UnaryOperator* expr);
  Object* eval_binary(const clang::BinaryOperator* expr);
  Object* eval_assignment(const clang::BinaryOperator* expr);
  Object* eval_compound_assignment(const clang::CompoundAssignOperator* expr);
  Object* three_way(const clang::BinaryOperator* expr, const Object* a, const Object* b);
  Object* arithmetic(clang::BinaryOperatorKind kind, const Object* a, const Object* b,
                     clang::QualType operands, const clang::Expr* where);
  void name_after(const clang::Expr* target, Object* value);

  // constants.cpp
  Object* constant(const clang::Expr* expr);
  Object* from_constant(const clang::APValue& value, clang::QualType type);
  Object* struct_constant(const clang::APValue& value, clang::QualType type);

  // construct.cpp, tensor.cpp
  std::size_t part_of(const clang::CXXRecordDecl* record, const clang::FieldDecl* field) const;
  std::size_t part_of(const clang::CXXRecordDecl* record, const clang::CXXRecordDecl* base) const;
  Object* default_object(clang::QualType type, clang::SourceLocation where, bool zero);
  Object* default_array(clang::QualType type, clang::SourceLocation where, bool zero);
  Object* default_table(clang::QualType type, const ir::Shape& dims, bool zero);
  void fill(Object* array, const Object& element, const clang::Expr* where);
  void check_record(clang::QualType type, clang::SourceLocation where);
  Object* eval_construct(const clang::CXXConstructExpr* expr, clang::QualType type);
  void run_constructor(const clang::CXXConstructorDecl* constructor, Arguments arguments,
                       const clang::Expr* where, Object* object);
  void initialise(Object* part, clang::QualType type, const clang::Expr* value);
  Object* eval_list(const clang::InitListExpr* list);
  Object* eval_items(const clang::Expr* list, llvm::ArrayRef<clang::Expr*> items);
  Object* eval_lambda(const clang::LambdaExpr* lambda);
  Object* construct_tensor(const clang::CXXConstructExpr* expr, Arguments arguments, clang::QualType type);
  Object* tensor_of_numbers(const clang::CXXConstructExpr* expr, Arguments arguments, const ir::Type& tensor,
                            bool is_list);
  Object* call_tensor(llvm::StringRef name, Object* self, Arguments arguments, const clang::Expr* call);

  // lift_call.cpp
  Object* eval_call(const clang::CallExpr* call);
  Object* eval_indirect(const clang::CallExpr* call, const std::vector<const clang::Expr*>& sources);
  Object* eval_method(const clang::CXXMemberCallExpr* call, const clang::FunctionDecl* callee,
                      const std::vector<const clang::Expr*>& sources);
  Object* eval_operator(const clang::CXXOperatorCallExpr* call, const clang::FunctionDecl* callee,
                        std::vector<const clang::Expr*> sources);
  Object* call_on_choice(const clang::FunctionDecl* callee, Object* self, Arguments arguments,
                         llvm::ArrayRef<const clang::Expr*> sources, const clang::Expr* call);
  Object* call_function(const clang::FunctionDecl* callee, Object* self, Arguments arguments,
                        llvm::ArrayRef<const clang::Expr*> sources, const clang::Expr* call);
  void check_can_enter(const clang::FunctionDecl* callee, const clang::Expr* call);
  void in_frame(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                const clang::Expr* call, llvm::function_ref<void(Frame&)> body);
  Object* enter(const clang::FunctionDecl* callee, Object* self, Arguments arguments,
                const clang::Expr* call);

  // foreign.cpp: functions whose derivative the user has given
  Object* call_foreign(const clang::FunctionDecl* callee, Arguments arguments, const clang::Expr* call);
  struct ForeignCall;
  int foreign_number(const Derivative& derivative, const std::vector<ir::Value>& operands);

  // signature.cpp, routine.cpp: recursive functions
  struct Describer;
  struct Recursion;
  bool is_recursive(const clang::FunctionDecl* callee);
  Signature signature_of(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                         clang::SourceLocation where);
  Object* call_routine(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                       const clang::Expr* call);

  // library.cpp: the standard library's own
  Object* call_std(const clang::FunctionDecl* callee, Object* self, Arguments arguments,
                   const clang::Expr* call);
  Object* call_member(const clang::CXXMethodDecl* method, Object* self, Arguments arguments,
                      const clang::Expr* call);
  Object* call_array(llvm::StringRef name, Object* self, Arguments arguments, const clang::Expr* call);

  // container.cpp
  Object* count_object(const Index& count);
  Object* make_elements(clang::QualType element, const Index& count, bool zero, const clang::Expr* where);
  Object* empty_rows(clang::QualType element, std::int64_t count, const clang::Expr* where);
  Object* rows_of_one_length(const Index& count, const Object& row, const clang::Expr* where);
  Object* default_elements(clang::QualType element, const ir::Dim& dim, bool zero);
  ir::Value grown(ir::Value array);
  void make_room(Object* data, const Index& count, const clang::Expr* where);
  void repeat(const Index& from, const Index& to, const std::vector<Object*>& changing,
              const std::function<void(const Object*)>& body, const clang::Expr* where);
  Object* construct_vector(clang::QualType element, Arguments arguments, const clang::CXXConstructExpr* expr);
  Object* value_initialised(clang::QualType type, const clang::Expr* where);
  std::int64_t element_count(const Object* array) const;
  void fill_elements(Object* data, const Object& value, const Index& count, const clang::Expr* where);
  void resize(Object* vector, const Index& count, const Object* value, clang::QualType element,
              const clang::Expr* where);
  Object* call_vector(llvm::StringRef name, clang::QualType element, Object* self, Arguments arguments,
                      const clang::Expr* call);
  Object* call_sequence(llvm::StringRef name, Object* self, Object* begin, clang::QualType element,
                        Arguments arguments, const clang::Expr* call);
  Object* construct_span(Arguments arguments, const clang::CXXConstructExpr* expr);
  Object* call_span(llvm::StringRef name, clang::QualType element, Object* self, Arguments arguments,
                    const clang::Expr* call);

  // rows.cpp
  Object* make_rows(clang::QualType element, const Index& count, const clang::Expr* where);
  Object* row_at(const Object* rows, const Index& index);
  Index start_of(const Object* row, const clang::Expr* where);
  Object* in_row(const Object* place, const clang::Expr* where);
  void make_rows_room(const Object* rows, const Index& count, const clang::Expr* where);
  void make_row_room(const Object* row, const Index& count, const clang::Expr* where);
  void spread_rows(const Object* row, const Index& room, const clang::Expr* where);
  void assign_row(Object* to, const Object& from, const clang::Expr* where);

  // packed.cpp
  Object* gathered(const Object* place, const clang::Expr* where);
  void scatter(const Object* to, const Object& from, const clang::Expr* where);

  // iterator.cpp
  bool is_contiguous(clang::QualType type) const;
  clang::QualType pointee_of(clang::QualType type, const clang::Expr* where);
  Object* construct_std(const clang::CXXConstructExpr* expr, clang::QualType type);
  Object* call_iterator(const clang::FunctionDecl* callee, clang::QualType type, Object* self,
                        Arguments arguments, const clang::Expr* call);
  Object* compare_iterators(const clang::FunctionDecl* callee, Arguments arguments, const clang::Expr* call);
  Object* eval_rewritten(const clang::CXXRewrittenBinaryOperator* expr);
  Object* eval_new(const clang::CXXNewExpr* expr);

  // algorithm.cpp
  std::vector<Object*> leaves_of(Object* data);
  void copy_elements(const Object* to, const Object* from, const Index& count, clang::QualType element,
                     const clang::Expr* where);
  Object* call_algorithm(llvm::StringRef name, Arguments arguments, const clang::CallExpr* call);
  Object* convert_element(Object* value, clang::QualType element, const clang::Expr* where);
  Object* call_sort(const clang::FunctionDecl* callee, Arguments arguments, const clang::CallExpr* call);
  Object* call_stable_sort(const clang::FunctionDecl* callee, Arguments arguments,
                           const clang::CallExpr* call);
  Object* call_extreme(llvm::StringRef name, Arguments arguments, const clang::CallExpr* call);

  // bytes.cpp
  void move_elements(const Object* to, const Object* from, const Index& count, clang::QualType element,
                     const clang::Expr* where);
  Object* set_bytes(Arguments arguments, const Index& count, clang::QualType element,
                    const clang::CallExpr* call);
  Object* call_memory(llvm::StringRef name, Arguments arguments, const clang::CallExpr* call);

  // edit.cpp: vectors in the middle
  Object* emplaced(Arguments arguments, clang::QualType element, const clang::Expr* call);
  Object* edit_vector(llvm::StringRef name, clang::QualType element, Object* self, Arguments arguments,
                      const clang::Expr* call);
  Object* insert(Object* self, const Object* before, const Index& count, clang::QualType element,
                 const std::function<Object*(const Object*)>& item, const clang::Expr* call);
  Object* erase(Object* self, const Object* from, const Index& count, clang::QualType element,
                const clang::Expr* call);

  // primitives.cpp
  llvm::StringRef primitive_name(const clang::FunctionDecl* callee) const;
  Object* call_primitive(const PrimitiveCall& call);
  ir::Value operand(const PrimitiveCall& call, std::size_t i);
  ir::Value as_element(const Object* object, const clang::Expr* source, ir::Elem to);
  Object* call_map(ir::Map map, const PrimitiveCall& call);
  Object* call_in_place(const PrimitiveCall& call);
  Object* call_identity(const PrimitiveCall& call);
  Object* call_stop(const PrimitiveCall& call);
  Object* call_size(const PrimitiveCall& call);
  Object* call_reduction(const PrimitiveCall& call, const StaticArguments& statics);
  void check_size_of_name(const Object* size, const std::string& name, const clang::Expr* where);
  void check_new_sizes(const PrimitiveCall& call, const ir::Shape& from, const ir::Shape& to);
  Object* call_shape(const PrimitiveCall& call, const StaticArguments& statics);
  Object* call_element(const PrimitiveCall& call);
  Object* call_view(const PrimitiveCall& call, clang::QualType type);

  // nested.cpp
  struct Nested;
  Object* call_derivative(const PrimitiveCall& call);

  // math.cpp, math_pairs.cpp
  Object* call_math(const clang::FunctionDecl* callee, Arguments arguments, const clang::Expr* call);
  Object* choose_integer(const clang::FunctionDecl* callee, Arguments arguments, const clang::Expr* call);
  Object* call_math_pair(const clang::FunctionDecl* callee, Arguments arguments, const clang::CallExpr* call);
};

}  // namespace nndiff::frontend

#endif
