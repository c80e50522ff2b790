// What a routine's backward one is given and gives back.
#ifndef NNDIFF_GRAD_ROUTINE_H
#define NNDIFF_GRAD_ROUTINE_H
#include "grad/layout.h"

namespace nndiff::grad {

/// The adjoints that the backward routine of a routine takes, after the number of the call that it undoes:
/// those of `yields`, then those of `borrowed`. It gives back those of `numbers`, then what it has made of
/// the arrays among what it was given.
struct Exchange {
  std::vector<std::size_t> yields;    // active numbers, and arrays that the routine writes, by yield
  std::vector<std::size_t> borrowed;  // arrays that it only reads, by parameter
  std::vector<std::size_t> numbers;   // by parameter
};

Exchange exchange_of(const ir::Function& f, const std::vector<bool>& is_active, ir::Value routine);

}  // namespace nndiff::grad

#endif
