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

// A slot serves buffers that don't live at the same time and are never larger than its first one. The
// smallest such slot is taken, the largest buffers choosing first.
void place_named(Plan& plan) {
  std::vector<Buffer*> open;
  for (Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::arena && b.first >= 0 && !b.bytes.is_static()) open.push_back(&b);
  std::stable_sort(open.begin(), open.end(),
                   [](const Buffer* a, const Buffer* b) { return estimate(a->bytes) > estimate(b->bytes); });
  std::vector<std::vector<const Buffer*>> guests;  // by slot
  for (Buffer* b : open) {
    const auto is_free = [&](std::size_t slot) {
      return never_larger(b->bytes, plan.slots[slot]) &&
             std::none_of(guests[slot].begin(), guests[slot].end(),
                          [&](const Buffer* other) { return overlap(*b, *other); });
    };
    std::size_t best = plan.slots.size();
    for (std::size_t slot = 0; slot < plan.slots.size(); ++slot) {
      const bool smaller =
          best == plan.slots.size() || estimate(plan.slots[slot]) < estimate(plan.slots[best]);
      if (smaller && is_free(slot)) best = slot;
    }
    if (best == plan.slots.size()) {
      plan.slots.push_back(b->bytes);
      guests.emplace_back();
    }
    guests[best].push_back(b);
    b->slot = static_cast<int>(best);
  }
}

}  // namespace

bool share_memory(const Buffer& a, const Buffer& b) {
  if (a.place != b.place || a.place != Buffer::Place::arena || a.first < 0 || b.first < 0) return false;
  if (a.slot >= 0 || b.slot >= 0) return a.slot == b.slot;
  return a.offset < b.offset + aligned(b.bytes.factor) && b.offset < a.offset + aligned(a.bytes.factor);
}

void pack_arena(Plan& plan) {
  place_static(plan);
  place_named(plan);
}

}  // namespace nndiff::plan
