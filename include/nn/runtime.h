// Everything that generated code calls: workspace, matrix products, parallel loops, floating-point mode,
// vector math.
#ifndef NN_RUNTIME_H
#define NN_RUNTIME_H

#include "nn/error.h"
#include "nn/math.h"
#include "nn/rt/float_mode.h"
#include "nn/rt/gemm.h"
#include "nn/rt/gemm_small.h"
#include "nn/rt/loops.h"
#include "nn/rt/parallel.h"
#include "nn/rt/room.h"
#include "nn/rt/rounds.h"
#include "nn/workspace.h"

#endif  // NN_RUNTIME_H
