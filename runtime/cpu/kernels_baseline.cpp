// Kernels in 16-byte vectors for every processor: SSE2 on x86, NEON on ARM.
#include <cstdint>
#include <utility>

#include "kernels.h"

#define NN_ISA baseline
#define NN_VECTOR_BYTES 16
#define NN_TILE_ROWS 4
#include "kernels_impl.h"
