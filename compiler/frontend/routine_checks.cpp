// What a recursive function may hold.
#include "frontend/routine_checks.h"

#include <algorithm>
#include <set>

#include "ir/diagnostic.h"

namespace nndiff::frontend {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

int home_of(const Function& f, const std::vector<Value>& params, Value v) {
  while (true) {
    const auto it = std::find(params.begin(), params.end(), v);
    if (it != params.end()) return static_cast<int>(it - params.begin());
    const Op& op = f[v];
    if (op.kind == Kind::store) {
      v = op.operands[0];
      continue;
    }
    if (op.kind != Kind::result) return -1;
    const Op& of = f[op.operands[0]];
    const auto k = static_cast<std::size_t>(op.index);
    if (of.kind == Kind::call) {
      if (of.axes[k] < 0) return -1;
      v = of.operands[static_cast<std::size_t>(of.axes[k])];
    } else if (of.kind == Kind::loop) {
      const Region& body = of.regions[0];
      if (home_of(f, {body.params[k + 1]}, body.yields[k]) != 0) return -1;
      v = of.operands[k + 1];
    } else {
      const int yes = home_of(f, params, of.regions[0].yields[k]);
      return yes == home_of(f, params, of.regions[1].yields[k]) ? yes : -1;
    }
  }
}

namespace {

struct Check {
  const Function& f;
  std::set<Value> inside = {};
  std::set<std::string, std::less<>> sizes = {};  // known on entry

  [[noreturn]] static void refuse(const Op& op, const std::string& message) {
    throw ir::Refusal({ir::Severity::error, op.loc, message});
  }

  void collect(const Region& r) {
    inside.insert(r.params.begin(), r.params.end());
    inside.insert(r.ops.begin(), r.ops.end());
    for (Value v : r.ops)
      for (const Region& inner : f[v].regions) collect(inner);
  }

  bool is_known(const ir::Dim& dim) const {
    bool known = true;
    dim.for_each_name([&](std::string_view name) { known = known && sizes.count(name) > 0; });
    return known;
  }

  static bool is_static(const ir::Type& type) {
    return std::all_of(type.shape.begin(), type.shape.end(), [](const ir::Dim& d) { return d.is_static(); });
  }

  static bool is_for_arrays(Kind kind) {
    switch (kind) {
      case Kind::alloc:
      case Kind::copy:
      case Kind::load:
      case Kind::store:
      case Kind::result:
      case Kind::constant:
        return true;
      default:
        return false;
    }
  }

  // The sizes that finding an element takes.
  bool has_strides(Value v) const {
    const Op& op = f[v];
    if (op.kind == Kind::size) return is_known(op.dim);
    if (op.kind != Kind::load && op.kind != Kind::store) return true;
    const ir::Shape& shape = f[op.operands[0]].type.shape;
    return shape.empty() ||
           std::all_of(shape.begin() + 1, shape.end(), [&](const ir::Dim& d) { return is_known(d); });
  }

  void visit(Value v) const {
    const Op& op = f[v];
    const bool is_array = !op.type.shape.empty();
    const bool makes = op.kind != Kind::store && op.kind != Kind::result;
    if (op.kind == Kind::grow || op.kind == Kind::dimension || (makes && is_array && !is_static(op.type)))
      refuse(op,
             "memory of a size known at run time only is not supported in a recursive function; make it "
             "outside and pass it");
    if (!has_strides(v))
      refuse(op, "an array with sizes computed at run time is not supported in a recursive function");
    const bool whole =
        (is_array && !is_for_arrays(op.kind)) || op.kind == Kind::reduce || op.kind == Kind::pick;
    if (whole)
      refuse(op,
             "operations on whole tensors are not supported in a recursive function; use elements or a loop");
    for (Value o : op.operands)
      if (inside.count(o) == 0)
        refuse(op,
               "a value from outside of a recursive function is not supported here; pass it as an argument");
  }
};

}  // namespace

void check_routine(const Function& f, const Region& body) {
  Check check{f};
  check.collect(body);
  for (const ir::Leaf* leaf : ir::leaves(f))
    for (const ir::Dim& d : leaf->type.shape)
      if (!(d == ir::unknown_extent()))
        d.for_each_name([&](std::string_view name) { check.sizes.emplace(name); });
  ir::for_each(f, body, [&](Value v) { check.visit(v); });
}

}  // namespace nndiff::frontend
