// Loops and branches of a plan as C++.
#include <algorithm>

#include "emit/code.h"
#include "plan/independent.h"

namespace nndiff::emit {

using ir::Kind;
using ir::Op;
using ir::Region;
using plan::Step;

namespace {

// i, j, k: the first that no loop around has.
std::string free_counter(const Names& names) {
  for (const char* name : {"i", "j", "k", "l"})
    if (!names.taken(name)) return name;
  return "i";
}

bool contains(const std::set<std::size_t>& set, std::size_t x) {
  return set.count(x) != 0;
}

}  // namespace

std::string Code::place(Value v) const {
  const ir::Loc& loc = w_.plan.f[v].loc;
  if (loc.line == 0) return "";
  return loc.file.substr(loc.file.find_last_of('/') + 1) + ":" + std::to_string(loc.line);
}

// --- variables that change ---------------------------------------------------------------------------------------------

// Variables of what a loop carries begin with the initial values.
void Code::begin_cells(const Step& step) {
  const Op& op = w_.plan.f[step.values[0]];
  for (std::size_t i = 1; i < op.operands.size(); ++i) {
    const Value param = op.regions[0].params[i];
    if (w_.plan.f[param].type.rank() > 0) continue;
    const int cell = usage_.cell_of(param);
    if (!cells_.count(cell)) {
      Waiting reads;
      const Text initial =
          &step == shared_ ? op::literal(0, w_.plan.f[param].type.elem) : operand(op.operands[i], reads);
      cells_[cell] = name_of(param);
      w_.lines.line(ir::cpp_name(w_.plan.f[param].type.elem) + " " + cells_[cell] + " = " + initial.source +
                    ";");
    }
    w_.scalars[param] = cells_[cell];
  }
}

// Variables of what a branch leaves begin with what one side leaves as it is, or without a value.
void Code::begin_results(const Step& step, std::set<std::size_t>& done) {
  const Value owner = step.values[0];
  const Op& op = w_.plan.f[owner];
  for (std::size_t i = 0; i < op.regions[0].yields.size(); ++i) {
    const Value r = usage_.result(owner, i);
    if (!r || w_.plan.f[r].type.rank() > 0) continue;
    const int cell = usage_.cell_of(r);
    if (cells_.count(cell)) continue;
    const std::string type = ir::cpp_name(w_.plan.f[r].type.elem);
    std::string initial;
    for (std::size_t side : {1, 0}) {
      const Value y = op.regions[side].yields[i];
      const bool there = w_.plan.f[y].kind == Kind::constant || w_.scalars.count(y) != 0;
      if (!initial.empty() || !there) continue;
      initial = text(y).source;
      done.insert(2 * i + side);
    }
    cells_[cell] = name_of(r);
    w_.lines.line(type + " " + cells_[cell] + (initial.empty() ? "" : " = " + initial) + ";");
  }
}

bool Code::is_read(int cell, const std::vector<std::pair<int, Value>>& by, std::size_t but) const {
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (i == but) continue;
    const auto it = waiting_.find(by[i].second);
    if (it != waiting_.end() ? it->second.cells.count(cell) != 0 : usage_.cell_of(by[i].second) == cell)
      return true;
  }
  return false;
}

// All at once: a variable that others still need is written last, or what needs it is computed before.
// Old values that are still wanted get names here; these end with the block, of which this is the last.
void Code::assign(std::vector<std::pair<int, Value>> yields) {
  std::vector<std::pair<Value, std::string>> renamed;
  std::erase_if(yields, [&](const auto& y) { return usage_.cell_of(y.second) == y.first; });
  while (!yields.empty()) {
    std::size_t next = 0;
    while (next < yields.size() && is_read(yields[next].first, yields, next)) ++next;
    if (next == yields.size()) next = 0;
    const auto [cell, y] = yields[next];
    yields.erase(yields.begin() + static_cast<std::ptrdiff_t>(next));
    for (const auto& [other, value] : yields) {
      if (usage_.cell_of(value) != cell || waiting_.count(value)) continue;
      renamed.emplace_back(value, w_.scalars.at(value));
      declare(value, {w_.scalars.at(value), w_.plan.f[value].type.elem});
    }
    assign_one(cell, y);
  }
  for (const auto& [value, name] : renamed) w_.scalars[value] = name;
}

void Code::assign_one(int cell, Value y) {
  const std::string& name = cells_.at(cell);
  const auto it = waiting_.find(y);
  Waiting value;
  if (it != waiting_.end() && it->second.block < 0) value = it->second;
  Waiting reads;
  const Text t = operand(y, reads);
  declare_readers({cell}, {});
  const ir::Map map = w_.plan.f[y].map;
  const bool commutes = map == ir::Map::add || map == ir::Map::mul;
  if (value.has_sides && value.left.source == name)
    return w_.lines.line(name + compound(map) + value.right.source + ";");
  if (value.has_sides && commutes && value.right.source == name)
    return w_.lines.line(name + compound(map) + value.left.source + ";");
  w_.lines.line(name + " = " + t.source + ";");
}

void Code::exchange(const std::vector<plan::Move>& moves) {
  std::map<int, int> from;
  std::set<int> sources;
  for (const plan::Move& m : moves) from[m.to] = m.from, sources.insert(m.from);
  const auto name = [&](int buffer) { return w_.buffers[static_cast<std::size_t>(buffer)]; };
  const auto follow = [&](int begin) {
    for (auto it = from.find(begin); it != from.end();) {
      const auto [at, next] = *it;
      from.erase(it);
      if (next != begin) w_.lines.line(moving_.swap + name(at) + ", " + name(next) + ");");
      it = from.find(next);
    }
  };
  for (const plan::Move& m : moves)
    if (sources.count(m.to) == 0) follow(m.to);
  while (!from.empty()) follow(from.begin()->first);  // circles
}

// --- loops -----------------------------------------------------------------------------------------------------------

// An innermost loop whose rounds the compiler may carry out side by side: what they write is not memory of a
// round's own, which all of them have in one place.
bool Code::is_independent(const Step& step) const {
  const Region& body = w_.plan.f[step.values[0]].regions[0];
  bool is_plain = moving_.is_host;
  for_each(w_.plan.f, body, [&](Value v) {
    const Kind kind = w_.plan.f[v].kind;
    const bool makes = kind == Kind::alloc || (kind == Kind::copy && w_.plan.f[v].type.rank() > 0);
    is_plain = is_plain && !makes && kind != Kind::loop && kind != Kind::call && kind != Kind::foreign;
  });
  return is_plain && plan::independent(w_.plan.f, step.values[0]);
}

// A loop that leaves zeros where it has read: its compiler must not see that they are zeros.
void Code::name_zeros(const Step& step) {
  if (!moving_.is_host) return;
  const Value owner = step.values[0];
  std::set<int> read;
  std::map<int, ir::Elem> cleared;
  for_each(w_.plan.f, w_.plan.f[owner].regions[0], [&](Value v) {
    const Op& op = w_.plan.f[v];
    if (usage_.scopes[usage_.scopes.of_value(v)].loop != usage_.scopes.number.at({owner, 0})) return;
    if (op.kind == Kind::load) read.insert(usage_.buffer_of(op.operands[0]));
    if (op.kind != Kind::store) return;
    const Op& element = w_.plan.f[op.operands[1]];
    if (element.kind == Kind::constant && element.number == 0 && element.type.rank() == 0)
      cleared.emplace(usage_.buffer_of(v), op.type.elem);
  });
  for (const auto& [buffer, elem] : cleared) {
    if (read.count(buffer) == 0 || zeros_.count(elem) > 0) continue;
    const std::string type = ir::cpp_name(elem), name = w_.names.unique("zero");
    w_.lines.line("const " + type + " " + name + " = rt::zero<" + type + ">();");
    zeros_.emplace(elem, name);
  }
}

std::string Code::loop_head(const Step& step, const std::string& counter, const std::string& limit) {
  const Op& op = w_.plan.f[step.values[0]];
  if (&step == shared_)
    return "for (std::int64_t " + counter + " = cuda::first_round(); " + counter + " < " + limit + "; " +
           counter + " += cuda::round_stride()) {";
  std::string condition = limit.empty() ? "" : counter + " < " + limit;
  if (op.is_while)
    condition += (condition.empty() ? "" : " && ") + cells_.at(usage_.cell_of(op.regions[0].params[1]));
  if (counter.empty()) return condition.empty() ? "for (;;) {" : "while (" + condition + ") {";
  const bool outlives = usage_[step.values[0]].count > 0;
  return "for (" + (outlives ? "" : "std::int64_t " + counter + " = 0") + "; " + condition + "; ++" +
         counter + ") {";
}

void Code::shared(const Step& step) {
  shared_ = &step;
  loop(step);
  shared_ = nullptr;
}

// The text of the trip count; empty for a loop without one.
std::string Code::limit_of(Value loop) {
  const Value limit = w_.plan.f[loop].operands[0];
  const Op& bound = w_.plan.f[limit];
  if (bound.kind == Kind::constant && bound.number < 0) return "";
  const auto it = waiting_.find(limit);
  if (it != waiting_.end() && (!it->second.cells.empty() || !it->second.buffers.empty())) {
    const Text held = it->second.text;
    waiting_.erase(it);
    declare(limit, held);
  }
  return emit::operand(text(limit), Binding::sum);
}

std::string Code::counter_of(Value loop) {
  const std::string& own = w_.plan.f[w_.plan.f[loop].regions[0].params[0]].name;
  const bool outlives = usage_[loop].count > 0;
  return w_.names.unique(!own.empty() ? identifier(own) : outlives ? "rounds" : free_counter(w_.names));
}

// The loop itself, whose variables are there.
void Code::rounds(const Step& step, const std::string& head) {
  const Region& body = w_.plan.f[step.values[0]].regions[0];
  if (is_independent(step)) w_.lines.line("NN_INDEPENDENT");
  w_.lines.open(head);
  for (const Step& inner : step.parts[0].steps) this->step(inner);
  std::vector<std::pair<int, Value>> yields;
  for (std::size_t i = 0; i < body.yields.size(); ++i)
    if (w_.plan.f[body.yields[i]].type.rank() == 0)
      yields.emplace_back(usage_.cell_of(body.params[i + 1]), body.yields[i]);
  assign(std::move(yields));
  exchange(step.parts[0].moves);
  w_.lines.close();
}

void Code::loop(const Step& step) {
  const Value owner = step.values[0];
  const Op& op = w_.plan.f[owner];
  begin_cells(step);
  const std::string limit = limit_of(owner);
  const Written& written = usage_.written.at(owner);
  declare_readers(written.cells, written.buffers);
  std::map<ir::Elem, std::string> zeros;
  std::swap(zeros, zeros_);
  if (moving_.is_host && w_.plan.threaded.count(owner) > 0) {
    in_threads(step, limit);
  } else {
    name_zeros(step);
    const bool outlives = usage_[owner].count > 0, counts = usage_[op.regions[0].params[0]].count > 0;
    const Names::Mark outer = w_.names.mark();
    std::string counter;
    if (!limit.empty() || outlives || counts) counter = counter_of(owner);
    if (outlives) w_.lines.line("std::int64_t " + counter + " = 0;");
    if (counts) w_.scalars[op.regions[0].params[0]] = counter;
    const Names::Mark with_counter = w_.names.mark();
    rounds(step, loop_head(step, counter, limit));
    w_.names.back_to(outlives ? with_counter : outer);
    if (outlives) w_.scalars[owner] = counter;
  }
  std::swap(zeros, zeros_);
  for (std::size_t i = 0; i < op.regions[0].yields.size(); ++i)
    if (const Value r = usage_.result(owner, i); r && w_.plan.f[r].type.rank() == 0)
      w_.scalars[r] = cells_.at(usage_.cell_of(r));
}

// --- branches --------------------------------------------------------------------------------------------------------

std::string Code::side(const Step& step, std::size_t side, const std::vector<std::pair<int, Value>>& yields) {
  Lines before;
  std::swap(before, w_.lines);
  w_.lines.indent = before.indent + 1;
  const Names::Mark outer = w_.names.mark();
  declare_block(usage_.scopes.number.at({step.values[0], static_cast<int>(side)}));
  for (const Step& inner : step.parts[side].steps) this->step(inner);
  assign(yields);
  exchange(step.parts[side].moves);
  w_.names.back_to(outer);
  std::swap(before, w_.lines);
  return before.text();
}

void Code::branch_text(const Text& condition, const std::vector<std::string>& sides) {
  const bool turned = sides[0].empty();
  const std::string& first = turned ? sides[1] : sides[0];
  if (first.empty()) return;
  const std::vector<Text> operands = {condition};
  const Text shown = turned ? op::text(ir::Map::logical_not, operands) : condition;
  const std::string head = "if (" + shown.source + ") ";
  const std::string& second = turned ? sides[0] : sides[1];
  const bool is_line = std::count(first.begin(), first.end(), '\n') == 1;
  const std::size_t at = first.find_first_not_of(' ');
  if (is_line && second.empty() && head.size() + first.size() < 90 && first.find("//") == std::string::npos)
    return w_.lines.line(head + first.substr(at, first.size() - at - 1));
  w_.lines.line(head + "{");
  w_.lines.append(first);
  if (!second.empty()) {
    w_.lines.line("} else {");
    w_.lines.append(second);
  }
  w_.lines.line("}");
}

void Code::branch(const Step& step) {
  const Value owner = step.values[0];
  const Op& op = w_.plan.f[owner];
  if (usage_[owner].count > 0 && !w_.scalars.count(op.operands[0])) {
    declare(op.operands[0], text(op.operands[0]));
  }
  const Text condition = text(op.operands[0]);
  if (usage_[owner].count > 0) w_.scalars[owner] = condition.source;
  std::set<std::size_t> done;
  begin_results(step, done);
  const Written& written = usage_.written.at(owner);
  declare_readers(written.cells, written.buffers);
  std::vector<std::string> sides;
  for (std::size_t s = 0; s < 2; ++s) {
    std::vector<std::pair<int, Value>> yields;
    for (std::size_t i = 0; i < op.regions[s].yields.size(); ++i) {
      const Value r = usage_.result(owner, i);
      if (r && w_.plan.f[r].type.rank() == 0 && !contains(done, 2 * i + s))
        yields.emplace_back(usage_.cell_of(r), op.regions[s].yields[i]);
    }
    sides.push_back(side(step, s, yields));
  }
  branch_text(condition, sides);
  for (std::size_t i = 0; i < op.regions[0].yields.size(); ++i)
    if (const Value r = usage_.result(owner, i); r && w_.plan.f[r].type.rank() == 0)
      w_.scalars[r] = cells_.at(usage_.cell_of(r));
}

}  // namespace nndiff::emit
