// What the lifter works on and remembers.
#ifndef NNDIFF_FRONTEND_LIFTER_STATE_H
#define NNDIFF_FRONTEND_LIFTER_STATE_H
#include <set>

#include "frontend/derivatives.h"
#include "frontend/frame.h"
#include "frontend/lift.h"
#include "frontend/routine.h"
#include "op/build.h"

namespace nndiff::frontend {

class LifterState {
 protected:
  LifterState(clang::ASTContext& context, const Derivatives& derivatives, ir::Function& function,
              const Derive& derive, std::vector<const clang::FunctionDecl*> around)
      : context_(context),
        derivatives_(derivatives),
        f_(function),
        derive_(derive),
        around_(std::move(around)),
        build_(function) {}

  clang::ASTContext& context_;
  const Derivatives& derivatives_;
  ir::Function& f_;
  const Derive& derive_;
  std::vector<const clang::FunctionDecl*> around_;
  std::vector<ir::Partial> partials_ = {};
  op::Builder build_;
  Objects objects_ = {};
  std::vector<Frame*> frames_ = {};  // innermost last
  std::vector<ir::Diagnostic> notes_ = {};
  std::map<const clang::Decl*, Object*> globals_ = {};  // constants outside of the function
  std::map<const Object*, Object*> tables_ = {};  // constant arrays that are indexed at run time, as memory
  std::map<std::pair<const Derivative*, std::string>, int> foreigns_ = {};  // see foreign_number
  ir::Region entry_ = {};               // what is executed first: filling these
  std::vector<Routine> routines_ = {};  // recursive functions, those being lifted too
  int routine_count_ = 0;               // of all that were ever begun
  std::map<const clang::FunctionDecl*, bool> recursive_ = {};
  std::set<ir::Value> lent_ = {};                   // inputs that the function may write
  std::vector<const Object*>* reads_ = nullptr;     // where reads are noted, if they matter
  std::uint64_t oldest_write_ = ~std::uint64_t{0};  // the oldest object written since this was last reset
  int depth_ = 0;                                   // of nested expressions, over all frames
  std::int64_t steps_ = 0;                          // statements executed
};

}  // namespace nndiff::frontend

#endif
