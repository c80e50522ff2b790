// Loops whose rounds threads share: calls of nn::rt::each_row and nn::rt::each_chunk.
#include <algorithm>
#include <cmath>

#include "emit/code.h"
#include "emit/words.h"
#include "plan/threads.h"

namespace nndiff::emit {

using ir::Op;
using plan::Step;

namespace {

struct Parameter {
  std::string type, name;
};

bool is_restrict(const std::string& type) {
  return type.find("__restrict") != std::string::npos;
}

}  // namespace

// One such loop: its body is a function of everything that it reads, so that no two threads have a variable
// in common but the memory they write to.
struct Code::Threads {
  Code& code;
  const Step& step;
  Writer& w = code.w_;
  const UsageOf& usage = code.usage_;
  const Value owner = step.values[0];
  const Op& op = code.w_.plan.f[owner];
  // Of what the loop sums: the variable, and where the parts of all chunks are.
  struct Sum {
    int cell;
    Value param;
    std::string total, parts, type;
  };
  std::vector<Sum> sums = {};

  std::string work() const {
    Text total{"0", ir::Elem::i64};
    double fixed = 0;
    for (const plan::Work& part : plan::work_of_round(w.plan.f, owner)) {
      double times = std::ceil(part.cost);
      Text product{"", ir::Elem::i64};
      for (Value limit : part.limits) {
        const Op& at = w.plan.f[limit];
        if (at.kind == ir::Kind::constant)
          times *= std::max(0.0, at.number);
        else if (const std::string known = text_of(limit); !known.empty())
          product = product.source.empty() ? Text{known, ir::Elem::i64}
                                           : emit::product(product, {known, ir::Elem::i64});
      }
      if (product.source.empty())
        fixed += times;
      else
        total = sum(total, emit::product({count(times), ir::Elem::i64}, product));
    }
    return sum(total, {count(fixed), ir::Elem::i64}).source;
  }

  static std::string count(double times) {
    return std::to_string(static_cast<std::int64_t>(std::min(times, 1e15)));
  }

  // A number known outside, where it has a name.
  std::string text_of(Value v) const {
    const Op& at = w.plan.f[v];
    if (at.kind == ir::Kind::size) return emit::operand(w.text(at.dim), Binding::product);
    const auto it = w.scalars.find(v);
    return it != w.scalars.end() && w.names.taken(it->second) ? it->second : "";
  }

  bool is_outside(int scope) const {
    const int body = usage.scopes.number.at({owner, 0});
    return scope != body && usage.scopes.inside(body, scope) >= 0;
  }

  // Whether a variable with this name, which `v` has or had, is one that the loop finds.
  bool is_there(Value v) const {
    if (const int cell = usage.cell_of(v); cell >= 0)
      return is_outside(usage.cells[static_cast<std::size_t>(cell)].scope);
    const int block = usage[v].block;
    return is_outside(usage.scopes.of_value(v)) && (block < 0 || is_outside(block));
  }

  std::string pointer(int buffer) const {
    const plan::Buffer& b = w.plan.buffers[static_cast<std::size_t>(buffer)];
    const std::string& name = w.buffers[static_cast<std::size_t>(buffer)];
    for (const CoreArgument& a : w.arguments)
      if (a.name == name && is_restrict(a.type)) return a.type;
    const bool is_const = usage.written.at(owner).buffers.count(buffer) == 0;
    return (is_const ? "const " : "") + ir::cpp_name(b.elem) + "*";
  }

  std::vector<Parameter> parameters(const std::string& body) const {
    std::vector<Parameter> list;
    std::set<std::string> wanted;
    for (const std::string& word : words_of(body))
      if (w.names.taken(word)) wanted.insert(word);
    const auto add = [&](const std::string& type, const std::string& name) {
      if (wanted.erase(name) > 0) list.push_back({type, name});
    };
    for (const Sum& s : sums) add(s.type + "* __restrict", s.parts);
    for (std::size_t b = 0; b < w.buffers.size(); ++b)
      if (!w.buffers[b].empty() && !is_own(w.plan.buffers[b]))
        add(pointer(static_cast<int>(b)), w.buffers[b]);
    for (const auto& [dim, name] : w.dims) add("std::int64_t", name);
    for (const auto& [value, name] : w.scalars)
      if (is_there(value)) add("const " + ir::cpp_name(w.plan.f[value].type.elem), name);
    return list;
  }

  // Memory of a round is the thread's.
  bool is_own(const plan::Buffer& b) const {
    if (b.place != plan::Buffer::Place::local || b.values.empty()) return false;
    const int scope = usage.scopes.of_value(b.values[0]), body = usage.scopes.number.at({owner, 0});
    return scope == body || usage.scopes.inside(scope, body) >= 0;
  }

  void declare_own() const {
    for (std::size_t i = 0; i < w.buffers.size(); ++i) {
      const plan::Buffer& b = w.plan.buffers[i];
      if (!is_own(b) || b.first < 0) continue;
      const std::int64_t extent = std::max<std::int64_t>(1, b.bytes.factor / ir::bytes_of(b.elem));
      w.lines.line(ir::cpp_name(b.elem) + " " + w.buffers[i] + "[" + std::to_string(extent) + "];",
                   w.shape(b.shape));
    }
  }

  void find_sums() {
    for (std::size_t i = 1; i < op.operands.size(); ++i) {
      const Value param = op.regions[0].params[i];
      if (w.plan.f[param].type.rank() > 0) continue;
      const int cell = usage.cell_of(param);
      const std::string total = code.cells_.at(cell), type = ir::cpp_name(w.plan.f[param].type.elem);
      sums.push_back({cell, param, total, w.names.unique(total + "_parts"), type});
    }
  }

  // What one call does: the rounds from `begin` to `end`.
  std::string body() {
    Lines before;
    std::swap(before, w.lines);
    w.lines.indent = before.indent + 1;
    for (const Sum& s : sums) {
      std::string& name = code.cells_.at(s.cell);
      name = w.names.unique(s.total + "_part");
      w.scalars[s.param] = name;
      w.lines.line(s.type + " " + name + " = 0;");
    }
    declare_own();
    code.name_zeros(step);
    const std::string counter = code.counter_of(owner);
    w.scalars[op.regions[0].params[0]] = counter;
    code.rounds(step,
                "for (std::int64_t " + counter + " = begin; " + counter + " < end; ++" + counter + ") {");
    for (const Sum& s : sums) {
      std::string& name = code.cells_.at(s.cell);
      w.lines.line(s.parts + "[chunk] = " + name + ";");
      name = s.total;
    }
    std::swap(before, w.lines);
    return before.text();
  }

  void emit(const std::string& limit) {
    find_sums();
    const std::string chunks = sums.empty() ? "" : w.names.unique("chunk_count");
    const Names::Mark outer = w.names.mark();
    const std::string rounds = body();
    w.names.back_to(outer);
    std::string given, head = "std::int64_t begin, std::int64_t end";
    if (!sums.empty()) head += ", int chunk";
    for (const Parameter& p : parameters(rounds))
      head += ", " + p.type + " " + p.name, given += ", " + p.name;
    std::string call = "rt::each_row(ws, " + limit + ", " + work();
    if (!sums.empty()) {
      w.lines.line("const int " + chunks + " = rt::chunks(" + limit + ", " + work() + ");");
      for (const Sum& s : sums) w.lines.line(s.type + " " + s.parts + "[rt::max_chunks];");
      call = "rt::each_chunk(ws, " + limit + ", " + chunks;
    }
    w.lines.line(call + ", [](" + head + ") {");
    w.lines.append(rounds);
    w.lines.line("}" + given + ");");
    if (sums.empty()) return;
    w.lines.open("for (int chunk = 0; chunk < " + chunks + "; ++chunk) {");
    for (const Sum& s : sums) w.lines.line(s.total + " += " + s.parts + "[chunk];");
    w.lines.close();
  }
};

void Code::in_threads(const Step& step, const std::string& limit) {
  Threads{*this, step}.emit(limit);
}

}  // namespace nndiff::emit
