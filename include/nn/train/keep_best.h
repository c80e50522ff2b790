// Early stopping: the best weights so far, and whether it is still worth going on.
#ifndef NN_TRAIN_KEEP_BEST_H
#define NN_TRAIN_KEEP_BEST_H

#include <optional>

#include "nn/train/reflect.h"

namespace nn::train {

struct KeepBestOptions {
  int patience = 0;  ///< how many offers in a row may be no better before exhausted(); 0: any number
};

/// Keeps a copy of the weights with the highest score offered. Allocates at the first offer only.
template <class Model>
class KeepBest {
 public:
  explicit KeepBest(KeepBestOptions options = {}) : options_(options) {}

  /// Takes a copy of the weights if `score` (of held-out examples; minus the loss, or the accuracy) is higher
  /// than all before; a NaN never is. Returns whether it did.
  bool offer(const Model& model, double score) {
    ++offers_;
    const bool better = best_ ? score > score_ : score == score;
    if (!better) {
      ++in_vain_;
      return false;
    }
    in_vain_ = 0;
    score_ = score;
    best_offer_ = offers_;
    if (!best_) best_ = zeros_like(model);
    copy_elements(model, *best_);
    return true;
  }

  /// Writes the best weights into `model`. Throws nn::Error if none were offered.
  void restore(Model& model) const {
    if (!best_) throw Error("KeepBest: no weights were offered, or none with a score that is a number");
    copy_elements(*best_, model);
  }

  double score() const { return score_; }
  /// Number of the best offer, from 1; 0 if there was none.
  int best_offer() const { return best_offer_; }
  /// Whether the last `patience` offers were all in vain.
  bool exhausted() const { return options_.patience > 0 && in_vain_ >= options_.patience; }

 private:
  KeepBestOptions options_;
  std::optional<Model> best_;
  double score_ = 0;
  int offers_ = 0, best_offer_ = 0, in_vain_ = 0;
};

}  // namespace nn::train

#endif  // NN_TRAIN_KEEP_BEST_H
