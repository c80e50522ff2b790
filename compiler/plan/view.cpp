// How elements of one value are found in another.
#include "plan/view.h"

#include <algorithm>

#include "ir/diagnostic.h"

namespace nndiff::plan {

namespace {
const ir::Dim unit{1};
}

bool is_unit_reshape(const Function& f, const Op& op) {
  if (op.kind != Kind::reshape) return false;
  const auto significant = [](ir::Shape shape) {
    std::erase(shape, unit);
    return shape;
  };
  return significant(op.type.shape) == significant(f[op.operands[0]].type.shape);
}

Env normal(const ir::Type& type, Env env) {
  for (std::size_t i = 0; i < env.size(); ++i)
    if (type.shape[i] == unit) env[i] = {};
  return env;
}

Env operand_env(const Function& f, const Op& op, int operand, const Env& env) {
  const ir::Type& type = f[op.operands[operand]].type;
  Env result(type.shape.size());
  switch (op.kind) {
    case Kind::map:
    case Kind::cast:
      return env;
    case Kind::broadcast:
      for (std::size_t i = 0; i < result.size(); ++i) result[i] = env[op.axes[i]];
      break;
    case Kind::permute:
      for (std::size_t i = 0; i < env.size(); ++i) result[op.axes[i]] = env[i];
      break;
    case Kind::reshape: {
      std::size_t from = 0;
      for (std::size_t i = 0; i < result.size(); ++i) {
        if (type.shape[i] == unit) continue;
        while (op.type.shape[from] == unit) ++from;
        result[i] = env[from++];
      }
      break;
    }
    default:
      ir::bug("no element view through '" + std::string(name_of(op.kind)) + "'");
  }
  return normal(type, std::move(result));
}

Env identity(const ir::Type& type, std::vector<ir::Dim>& extents) {
  Env env;
  for (const ir::Dim& dim : type.shape) {
    if (dim == unit) {
      env.push_back({});
      continue;
    }
    env.push_back({Coord::Kind::loop, static_cast<int>(extents.size())});
    extents.push_back(dim);
  }
  return env;
}

std::vector<int> loops_of(const Env& env) {
  std::vector<int> loops;
  for (const Coord& c : env)
    if (c.kind == Coord::Kind::loop) loops.push_back(c.id);
  return loops;
}

Env reduced_env(const Op& reduce, const Env& env) {
  Env result;
  for (int i = 0; i < static_cast<int>(env.size()); ++i)
    if (!std::binary_search(reduce.axes.begin(), reduce.axes.end(), i)) result.push_back(env[i]);
  return result;
}

Value base_of(const Function& f, Value v) {
  while (f[v].kind == Kind::reshape && f[f[v].operands[0]].type.rank() > 0) v = f[v].operands[0];
  return v;
}

}  // namespace nndiff::plan
