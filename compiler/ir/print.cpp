// The IR as text.
#include "ir/print.h"

#include <charconv>
#include <cmath>
#include <map>

namespace nndiff::ir {

namespace {

struct Printer {
  const Function& f;
  std::map<Value, int> numbers = {};
  std::string out = {};

  std::string ref(Value v) {
    auto [it, fresh] = numbers.emplace(v, static_cast<int>(numbers.size()));
    return "%" + std::to_string(it->second);
  }

  std::string list(const std::vector<Value>& values) {
    std::string text;
    for (Value v : values) text += (text.empty() ? "" : ", ") + ref(v);
    return text;
  }

  std::string head(const Op& op) {
    std::string text{name_of(op.kind)};
    if (op.kind == Kind::map) text += "." + std::string(name_of(op.map));
    if (op.kind == Kind::reduce) text += "." + std::string(name_of(op.reducer));
    return text;
  }

  std::string attributes(const Op& op) {
    std::string text;
    if (op.kind == Kind::constant) text += " " + number_text(op.number);
    if (op.kind == Kind::size || op.kind == Kind::dimension) text += " " + std::string(op.dim.text());
    if (op.kind == Kind::foreign) text += " " + f.foreigns[static_cast<std::size_t>(op.index)].name;
    if (op.kind == Kind::input || op.kind == Kind::result || op.kind == Kind::written ||
        op.kind == Kind::routine || op.kind == Kind::call)
      text += " #" + std::to_string(op.index);
    if (op.trans_a) text += " trans_a";
    if (op.trans_b) text += " trans_b";
    if (op.is_while) text += " while";
    if (op.checked) text += " checked";
    if (op.axes.empty()) return text;
    text += " axes=[";
    for (std::size_t i = 0; i < op.axes.size(); ++i) text += (i ? "," : "") + std::to_string(op.axes[i]);
    return text + "]";
  }

  void line(Value v, int indent) {
    const Op& op = f[v];
    const std::string operands = list(op.operands);
    std::string text = std::string(indent, ' ') + ref(v) + " = " + head(op);
    if (!operands.empty()) text += " " + operands;
    text += attributes(op) + " : " + to_string(op.type);
    if (!op.name.empty()) text += "  \"" + op.name + "\"";
    if (op.loc.line > 0) text += "  " + op.loc.file + ":" + std::to_string(op.loc.line);
    out += text + "\n";
    for (const Region& r : op.regions) region(r, indent + 2);
  }

  void region(const Region& r, int indent) {
    const std::string pad(indent, ' ');
    if (!r.params.empty()) out += pad + "(" + list(r.params) + ")\n";
    Sweep sweep = Sweep::forward;
    for (Value v : r.ops) {
      if (f[v].sweep != sweep) {
        sweep = f[v].sweep;
        out += pad + (sweep == Sweep::backward ? "// backward\n" : "// forward\n");
      }
      line(v, indent);
    }
    out += pad + "yield " + list(r.yields) + "\n";
  }
};

}  // namespace

std::string number_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string print(const Function& f) {
  Printer p{f};
  p.out = "function " + f.qualified + " : " + to_string(f.result) + "\n";
  for (const Leaf* leaf : leaves(f)) {
    p.out += "  " + std::string(leaf->wanted ? "wanted " : "param ") + p.ref(leaf->value) + " " + leaf->path +
             " : " + to_string(leaf->type) + "\n";
  }
  p.region(f.body, 2);
  return p.out;
}

}  // namespace nndiff::ir
