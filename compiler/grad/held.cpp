// Values that an array still holds at the end of the program: nothing of them needs to be kept.
#include "grad/held.h"

#include <algorithm>
#include <optional>
#include <set>

namespace nndiff::grad {

using ir::Elem;
using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Value;

namespace {

// A loop's counter plus a number, or the number alone.
struct Affine {
  Value loop;
  double offset = 0;
};

std::optional<Affine> affine(const Function& f, const Layout& at, Value v) {
  const Op& op = f[v];
  const Value around = at.home[v.id].op;
  if (op.kind == Kind::constant) return Affine{{}, op.number};
  if (op.kind == Kind::parameter && f[around].regions[0].params[0] == v) return Affine{around, 0};
  const bool counts = op.type.elem == Elem::i64 || op.type.elem == Elem::i32;
  if (op.kind == Kind::cast && counts) {
    const Elem from = f[op.operands[0]].type.elem;
    if (from == Elem::i32 || from == Elem::i64) return affine(f, at, op.operands[0]);
  }
  if (op.kind != Kind::map || !counts || (op.map != Map::add && op.map != Map::sub)) return std::nullopt;
  auto a = affine(f, at, op.operands[0]), b = affine(f, at, op.operands[1]);
  if (!a || !b) return std::nullopt;
  if (op.map == Map::add && b->loop) std::swap(a, b);
  if (b->loop) return std::nullopt;
  a->offset += op.map == Map::add ? b->offset : -b->offset;
  return a;
}

// An array through a nest of loops, with the only store that it meets there.
struct Chain {
  const Function& f;
  const Layout& at;
  std::vector<Value> loops = {};  // those around the store, outermost first
  std::set<Value> versions = {};  // of the array
  Value store = {};
  std::vector<std::size_t> axes = {};  // by loop: the axis along which it stores
  std::vector<double> offsets = {};

  // From what loop `loop` yields at `k` back to its parameter.
  bool follow(Value loop, std::size_t k) {
    const ir::Region& body = f[loop].regions[0];
    std::vector<Value> inner;
    for (Value v = body.yields[k]; v != body.params[k + 1];) {
      versions.insert(v);
      const Op& op = f[v];
      if (store || (op.kind != Kind::store && op.kind != Kind::result)) return false;
      if (op.kind == Kind::store) {
        store = v;
        v = op.operands[0];
        continue;
      }
      const Value of = op.operands[0];
      const auto number = static_cast<std::size_t>(op.index);
      if (f[of].kind != Kind::loop || !follow(of, number)) return false;
      v = f[of].operands[number + 1];
    }
    versions.insert(body.params[k + 1]);
    loops.insert(loops.begin(), loop);
    return static_cast<bool>(store);
  }

  std::vector<Value> index_of(Value v) const {
    const Op& op = f[v];
    return {op.operands.begin() + (op.kind == Kind::store ? 2 : 1), op.operands.end()};
  }

  // A block must be one of the array's own: all of its last axes.
  bool is_whole(Value access, const ir::Type& element) const {
    const ir::Shape& shape = f[store].type.shape;
    const std::vector<Value> index = index_of(access);
    if (index.size() != shape.size()) return false;
    const std::size_t first = shape.size() - element.shape.size();
    for (std::size_t i = first; i < shape.size(); ++i) {
      const Op& at_zero = f[index[i]];
      if (element.shape[i - first] != shape[i] || at_zero.kind != Kind::constant || at_zero.number != 0)
        return false;
    }
    return true;
  }

  // Whether each loop moves the store along an axis of its own: then no element is stored twice.
  bool is_once() {
    const ir::Type& element = f[f[store].operands[1]].type;
    if (!is_whole(store, element)) return false;
    const std::vector<Value> index = index_of(store);
    for (Value loop : loops) {
      const std::size_t before = axes.size();
      for (std::size_t i = 0; i < index.size() && axes.size() == before; ++i) {
        const auto a = affine(f, at, index[i]);
        if (!a || a->loop != loop) continue;
        axes.push_back(i);
        offsets.push_back(a->offset);
      }
      if (axes.size() == before) return false;
    }
    return true;
  }

  // Whether what `load` reads will not be overwritten: its element's turn has been, or was before the loop.
  bool is_settled(Value load) const {
    if (!is_whole(load, f[load].type)) return false;
    const std::vector<Value> index = index_of(load);
    for (std::size_t k = 0; k < loops.size(); ++k) {
      const auto a = affine(f, at, index[axes[k]]);
      if (!a || (a->loop && a->loop != loops[k])) return false;
      if (a->offset < offsets[k]) return true;
      if (!a->loop || a->offset > offsets[k]) return false;
    }
    return at.order[load.id] > at.order[store.id] && at.home[load.id] == at.home[store.id];
  }
};

}  // namespace

std::map<Value, Held> held(const Function& f, const Layout& at, const std::vector<bool>& consumed) {
  std::map<Value, Held> out;
  for (Value loop : f.body.ops) {
    if (f[loop].kind != Kind::loop) continue;
    const ir::Region& body = f[loop].regions[0];
    for (std::size_t k = 0; k < body.yields.size(); ++k) {
      const Value result = at.results[loop.id][k];
      if (f[body.yields[k]].type.shape.empty() || (result && consumed[result.id])) continue;
      Chain chain{f, at};
      if (!chain.follow(loop, k) || !chain.is_once()) continue;
      const Held element{body.params[k + 1], chain.index_of(chain.store)};
      const Value stored = f[chain.store].operands[1];
      if (at.home[stored.id] == at.home[chain.store.id]) out.emplace(stored, element);
      for_each(f, body, [&](Value v) {
        const Op& op = f[v];
        if (op.kind == Kind::load && chain.versions.count(op.operands[0]) && chain.is_settled(v))
          out.emplace(v, Held{body.params[k + 1], chain.index_of(v)});
      });
    }
  }
  return out;
}

}  // namespace nndiff::grad
