// Softmax and its relatives, written with other operators: the compiler reads them like any user's function.
#ifndef NN_SOFTMAX_H
#define NN_SOFTMAX_H

#include "nn/map.h"
#include "nn/pick.h"
#include "nn/reduce.h"

namespace nn {

/// exp(x) / Σ exp(x) along an axis (the last unless given), without overflow.
template <int Axis = -1, detail::AnyTensor X>
auto softmax(const X& x) {
  auto e = exp(x - max<Axis>(x, keep_dims));
  return e / sum<Axis>(e, keep_dims);
}

/// log(softmax(x)) along an axis (the last unless given), without overflow: x − log Σ exp(x).
template <int Axis = -1, detail::AnyTensor X>
auto log_softmax(const X& x) {
  auto z = x - max<Axis>(x, keep_dims);
  return z - log(sum<Axis>(exp(z), keep_dims));
}

/// log Σ exp(x) along an axis (the last unless given), without overflow. The axis is removed.
template <int Axis = -1, detail::AnyTensor X>
auto logsumexp(const X& x) {
  auto z = x - max<Axis>(x, keep_dims);
  return log(sum<Axis>(exp(z))) + max<Axis>(x);
}

/// −log softmax(logits) at the label of each row. Logits [..., C] with integer labels [...], or with rows of
/// weights
/// [..., C] (one-hot, or any targets: −Σ y·log softmax(logits)); the result is [...]. Throws nn::Error where
/// a label is out of range.
template <detail::AnyTensor X, detail::AnyTensor Y>
auto softmax_cross_entropy(const X& logits, const Y& labels) {
  if constexpr (detail::is_index<detail::tensor_type_of<Y>>) {
    return -pick(log_softmax(logits), labels);
  } else {
    return -sum<-1>(labels * log_softmax(logits));
  }
}

}  // namespace nn

#endif  // NN_SOFTMAX_H
