// How a kernel's loops are shared out over the threads of a GPU.
#ifndef NNDIFF_EMIT_CUDA_SHAPE_H
#define NNDIFF_EMIT_CUDA_SHAPE_H
#include "plan/plan.h"

namespace nndiff::emit {

/// Threads of a block.
inline constexpr int block_threads = 256;

/// What becomes of one loop nest inside a row.
struct LoopShape {
  std::vector<int> parallel;  // loops whose elements the lanes of the row take in turn, outermost first
  std::vector<int> serial;    // loops that one lane runs alone, for it accumulates over them
  bool packed = false;        // lanes take packs of `width` elements along the last parallel loop
  std::set<int> kept;         // nodes whose elements lanes leave in registers for later loops
  std::set<int> given;        // those that earlier loops have left
};

/// What becomes of a reduction over rows.
enum class Across : std::uint8_t {
  number,   // a variable of each thread, joined in the block
  columns,  // an array of each thread, for its columns
  memory,   // the block's row of partial results, for there are too many columns
};

struct KernelShape {
  bool flat = false;             // the rows are elements, a thread each
  int lanes = 1;                 // threads of a row: 1, 2, 4, … 32 or block_threads
  int width = 1;                 // elements that are one access where memory is aligned
  std::vector<LoopShape> loops;  // as in the kernel
};

KernelShape shape_of(const plan::Kernel& k);

/// The elements of the parallel loops, if static.
std::optional<std::int64_t> elements_of(const plan::Kernel& k, const LoopShape& loop);

/// `loop` is the shape of the loop around sink `s`.
Across across_of(const plan::Kernel& k, const plan::Sink& s, const LoopShape& loop, int lanes, int width);

/// Decides what lanes keep in registers from one loop of a row to the next.
void hold_in_registers(const plan::Kernel& k, KernelShape& shape);

/// The accesses of a loop, along the last parallel one, that may be packed: loads first, then stores; and
/// which of them load.
struct PackedAccess {
  plan::Access access;
  ir::Elem elem = ir::Elem::f32;
  bool loads = false, stores = false;
};
std::vector<PackedAccess> packed_accesses(const plan::Kernel& k, const KernelShape& shape, std::size_t loop);

}  // namespace nndiff::emit

#endif
