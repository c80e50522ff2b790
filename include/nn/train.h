// Everything for training programs: optimisers, first weights, mini-batches, steps, progress, files. Models
// need nn.h only.
#ifndef NN_TRAIN_H
#define NN_TRAIN_H

#include "nn/random.h"
#include "nn/step.h"
#include "nn/to.h"
#include "nn/train/batches.h"
#include "nn/train/chart.h"
#include "nn/train/idx.h"
#include "nn/train/init.h"
#include "nn/train/keep_best.h"
#include "nn/train/optimizer.h"
#include "nn/train/progress.h"
#include "nn/train/reflect.h"
#include "nn/train/safetensors.h"
#include "nn/train/summary.h"
#include "nn/train/watch.h"

#endif  // NN_TRAIN_H
