// Warp-wide calls: collecting the lanes of a mask and giving each its result.
#include "warps.h"

#include <bit>
#include <cstdio>

#include "block.h"

namespace nn_emulation {
namespace {

std::string hex(unsigned mask) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "0x%08x", mask);
  return digits;
}

constexpr unsigned nobody = ~0u;

unsigned votes(const WarpCall& call) {
  unsigned bits = 0;
  for (unsigned rest = call.arrived; rest != 0; rest &= rest - 1) {
    const int lane = std::countr_zero(rest);
    bits |= static_cast<unsigned>(call.value[lane] != 0) << lane;
  }
  return bits;
}

}  // namespace

void Warps::begin(unsigned threads) {
  const unsigned warps = (threads + 31) / 32;
  active_.assign(warps, ~0u);
  if (threads % 32 != 0) active_.back() = (1u << threads % 32) - 1;
  waiting_.resize(warps);
  for (auto& calls : waiting_) calls.clear();
  result_.resize(threads);
  done_.assign(threads, false);
}

std::string Warps::arrive(unsigned thread, WarpOp op, unsigned mask, std::uint64_t value, int source,
                          void (*resume)(unsigned)) {
  const unsigned warp = thread / 32, lane = thread % 32;
  if ((mask >> lane & 1) == 0) return "calls with mask " + hex(mask) + ", in which its lane is not";
  auto& calls = waiting_[warp];
  WarpCall* call = nullptr;
  for (WarpCall& other : calls)
    if (other.mask == mask) call = &other;
  if (call == nullptr) {
    call = &calls.emplace_back();
    call->mask = mask;
    call->op = op;
  }
  if (call->op != op) return "calls something else than the other lanes of mask " + hex(mask);
  call->arrived |= 1u << lane;
  call->value[lane] = value;
  call->source[lane] = source;
  return call->arrived == (mask & active_[warp]) ? complete(warp, *call, thread, resume) : "";
}

std::string Warps::complete(unsigned warp, WarpCall& call, unsigned last, void (*resume)(unsigned)) {
  const unsigned ballot = call.op == WarpOp::ballot ? votes(call) : 0;
  for (unsigned rest = call.arrived; rest != 0; rest &= rest - 1) {
    const int lane = std::countr_zero(rest);
    const unsigned thread = warp * 32 + static_cast<unsigned>(lane);
    result_[thread] = ballot;
    if (call.op == WarpOp::shuffle) {
      const int source = call.source[lane];
      if ((call.arrived >> source & 1) == 0)
        return "makes lane " + std::to_string(lane) + " read lane " + std::to_string(source) +
               ", which has exited or is not in the mask " + hex(call.mask);
      result_[thread] = call.value[source];
    }
    done_[thread] = true;
    if (thread != last) resume(thread);
  }
  if (&call != &waiting_[warp].back()) call = waiting_[warp].back();
  waiting_[warp].pop_back();
  return "";
}

void Warps::exit(unsigned thread, void (*resume)(unsigned)) {
  const unsigned warp = thread / 32;
  active_[warp] &= ~(1u << thread % 32);
  for (WarpCall& call : waiting_[warp]) {
    if (call.arrived != (call.mask & active_[warp])) continue;
    const std::string problem = complete(warp, call, nobody, resume);
    if (!problem.empty())
      die("kernel '" + std::string(running_kernel()) + "': the exit of a thread " + problem);
    return;  // masks don't overlap
  }
}

std::string Warps::describe() const {
  std::string text;
  for (std::size_t warp = 0; warp < waiting_.size(); ++warp)
    for (const WarpCall& call : waiting_[warp])
      text += " lanes " + hex(call.arrived) + " of warp " + std::to_string(warp) +
              " wait for the rest of mask " + hex(call.mask) + ";";
  return text;
}

}  // namespace nn_emulation
