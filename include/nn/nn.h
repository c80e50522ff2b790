// Everything a model file needs: tensors with their shape in the type, operators, losses, NN_DIFF.
#ifndef NN_NN_H
#define NN_NN_H

#include "nn/activations.h"
#include "nn/annotate.h"
#include "nn/assign.h"
#include "nn/cast.h"
#include "nn/dim.h"
#include "nn/error.h"
#include "nn/expr.h"
#include "nn/losses.h"
#include "nn/map.h"
#include "nn/matmul.h"
#include "nn/pick.h"
#include "nn/reduce.h"
#include "nn/shape_ops.h"
#include "nn/softmax.h"
#include "nn/stop_gradient.h"
#include "nn/tensor.h"
#include "nn/view.h"

#endif  // NN_NN_H
