// Names and small queries of the IR.
#include "ir/function.h"

#include <algorithm>

#include "ir/diagnostic.h"

namespace nndiff::ir {

namespace {
struct MapNames {
  std::string_view name;
  int arity;
  bool comparison, integral;
};
constexpr MapNames maps[] = {
#define NN_MAP1(name, ...) {#name, 1, false, false},
#define NN_MAP2(name, ...) {#name, 2, false, false},
#define NN_MAP3(name, ...) {#name, 3, false, false},
#define NN_COMPARE(name, ...) {#name, 2, true, false},
#include <nn/ops.def>
#define NN_INTEGER1(name, ...) {#name, 1, false, true},
#define NN_INTEGER2(name, ...) {#name, 2, false, true},
#include "ir/integers.def"

};
const MapNames& info(Map map) {
  return maps[static_cast<int>(map)];
}

constexpr std::string_view kinds[] = {
    "input",   "constant", "size",    "iota",  "map",        "cast",        "broadcast", "reduce",
    "reshape", "permute",  "matmul",  "pick",  "softmax",    "log_softmax", "logsumexp", "stop_gradient",
    "alloc",   "copy",     "load",    "store", "accumulate", "grow",        "dimension", "parameter",
    "loop",    "branch",   "routine", "call",  "result",     "foreign",     "written"};
constexpr std::string_view reducers[] = {"sum", "max", "min"};
}  // namespace

std::vector<const Leaf*> leaves(const Function& f) {
  std::vector<const Leaf*> out;
  for (const Param& p : f.params)
    for (const Leaf& leaf : p.leaves) out.push_back(&leaf);
  return out;
}

Value routine_of(const Function& f, const Op& call) {
  for (Value v : f.body.ops) {
    if (f[v].kind != Kind::routine) break;
    if (f[v].index == call.index) return v;
  }
  bug("a call of no routine");
}

bool is_unique(const Op& op) {
  switch (op.kind) {
    case Kind::alloc:
    case Kind::copy:
    case Kind::store:
    case Kind::accumulate:
    case Kind::grow:
    case Kind::dimension:
    case Kind::loop:
    case Kind::branch:
    case Kind::foreign:
    case Kind::written:
    case Kind::routine:
    case Kind::call:
      return true;
    default:
      return false;
  }
}
bool consumes(const Op& op, std::size_t i) {
  if (op.kind == Kind::call)
    return std::find(op.axes.begin(), op.axes.end(), static_cast<int>(i)) != op.axes.end();
  const bool writes = op.kind == Kind::store || op.kind == Kind::accumulate || op.kind == Kind::grow;
  if (op.kind == Kind::foreign) return i + static_cast<std::size_t>(op.writes) >= op.operands.size();
  return writes && i == 0;
}

std::string_view name_of(Map map) {
  return info(map).name;
}
int arity(Map map) {
  return info(map).arity;
}
bool is_integral(Map map) {
  return info(map).integral;
}
bool is_comparison(Map map) {
  return info(map).comparison;
}
std::string_view name_of(Kind kind) {
  return kinds[static_cast<int>(kind)];
}
std::string_view name_of(Reducer reducer) {
  return reducers[static_cast<int>(reducer)];
}

std::optional<Map> map_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(maps); ++i)
    if (maps[i].name == name) return static_cast<Map>(i);
  return std::nullopt;
}

}  // namespace nndiff::ir
