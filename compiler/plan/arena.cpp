// The arena: offsets for static sizes, slots for named ones, dead space reused.
#include <algorithm>

#include "plan/place.h"

namespace nndiff::plan {

namespace {

constexpr std::int64_t alignment = 64;

std::int64_t aligned(std::int64_t bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

bool overlap(const Buffer& a, const Buffer& b) {
  return a.first <= b.last && b.first <= a.last;
}

// The lowest offset at which `b` meets none of the placed buffers that live at the same time.
std::int64_t lowest_offset(const Buffer& b, const std::vector<const Buffer*>& placed) {
  std::vector<std::pair<std::int64_t, std::int64_t>> taken;
  for (const Buffer* other : placed)
    if (overlap(b, *other)) taken.emplace_back(other->offset, other->offset + aligned(other->bytes.factor));
  std::sort(taken.begin(), taken.end());
  std::int64_t offset = 0;
  for (const auto& [begin, end] : taken) {
    if (offset + aligned(b.bytes.factor) <= begin) break;
    offset = std::max(offset, end);
  }
  return offset;
}

void place_static(Plan& plan) {
  std::vector<Buffer*> open;
  for (Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::arena && b.first >= 0 && b.bytes.is_static()) open.push_back(&b);
  std::stable_sort(open.begin(), open.end(),
                   [](const Buffer* a, const Buffer* b) { return a->bytes.factor > b->bytes.factor; });
  std::vector<const Buffer*> placed;
  for (Buffer* b : open) {
    b->offset = lowest_offset(*b, placed);
    placed.push_back(b);
    plan.static_bytes = std::max(plan.static_bytes, b->offset + aligned(b->bytes.factor));
  }
}

// A slot serves buffers that live one after the other, the largest of which is known whatever the named sizes
// are.
void place_named(Plan& plan) {
  std::vector<Buffer*> open;
  for (Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::arena && b.first >= 0 && !b.bytes.is_static()) open.push_back(&b);
  std::stable_sort(open.begin(), open.end(),
                   [](const Buffer* a, const Buffer* b) { return a->first < b->first; });
  std::vector<int> busy_until;
  for (Buffer* b : open) {
    int best = -1;
    for (int s = 0; s < static_cast<int>(plan.slots.size()); ++s) {
      const bool comparable = never_larger(b->bytes, plan.slots[s]) || never_larger(plan.slots[s], b->bytes);
      if (busy_until[s] >= b->first || !comparable) continue;
      if (best < 0 || estimate(plan.slots[s]) < estimate(plan.slots[best])) best = s;
    }
    if (best < 0) {
      best = static_cast<int>(plan.slots.size());
      plan.slots.push_back(b->bytes);
      busy_until.push_back(-1);
    }
    if (never_larger(plan.slots[best], b->bytes)) plan.slots[best] = b->bytes;
    busy_until[best] = b->last;
    b->slot = best;
  }
}

}  // namespace

void pack_arena(Plan& plan) {
  place_static(plan);
  place_named(plan);
}

}  // namespace nndiff::plan
