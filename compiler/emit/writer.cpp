// What the emitters of steps share.
#include "emit/writer.h"

#include <algorithm>

namespace nndiff::emit {

namespace {
constexpr std::size_t widest = 108, comment_column = 78;
}

void Lines::line(const std::string& text) {
  std::string rest = text;
  std::size_t margin = 2 * static_cast<std::size_t>(indent);
  while (margin + rest.size() > widest && !rest.starts_with("//")) {
    const std::size_t room = widest - margin;
    std::size_t at = rest.rfind(", ", room - 1);
    if (at == std::string::npos || at < room / 2)
      at = rest.rfind(' ', room);
    else
      ++at;
    if (at == std::string::npos || at == 0) break;
    text_ += std::string(margin, ' ') + rest.substr(0, at) + "\n";
    rest = rest.substr(at + 1);
    margin = 2 * static_cast<std::size_t>(indent) + 4;
  }
  text_ += std::string(margin, ' ') + rest + "\n";
}

void Lines::line(const std::string& text, const std::string& comment) {
  if (comment.empty()) return line(text);
  const std::size_t width = 2 * static_cast<std::size_t>(indent) + text.size();
  const std::size_t column = std::max(width + 2, comment_column);
  if (column + comment.size() + 3 > widest) {
    line("// " + comment);
    return line(text);
  }
  line(text + std::string(column - width, ' ') + "// " + comment);
}

void Lines::open(const std::string& text) {
  line(text);
  ++indent;
  opened_.push_back(text_.size());
}

void Lines::close(const std::string& text) {
  --indent;
  const std::size_t body = opened_.back();
  opened_.pop_back();
  const bool one_line = std::count(text_.begin() + static_cast<std::ptrdiff_t>(body), text_.end(), '\n') == 1;
  const std::size_t head = text_.rfind('\n', body - 2) + 1;
  const bool loop = text_.compare(text_.find_first_not_of(' ', head), 5, "for (") == 0;
  if (text == "}" && one_line && loop && text_.compare(body - 3, 3, " {\n") == 0) {
    text_.erase(body - 3, 2);
    return;
  }
  line(text);
}

void Lines::blank() {
  if (!text_.empty() && !text_.ends_with("\n\n") && !text_.ends_with("{\n")) text_ += "\n";
}

std::string operand(const Text& t, Binding at_least) {
  return t.binding < at_least ? "(" + t.source + ")" : t.source;
}

Text product(const Text& a, const Text& b) {
  if (a.source == "0" || b.source == "0") return {"0", ir::Elem::i64};
  if (a.source == "1") return b;
  if (b.source == "1") return a;
  return {operand(a, Binding::product) + " * " + operand(b, Binding::prefix), ir::Elem::i64,
          Binding::product};
}

Text sum(const Text& a, const Text& b) {
  if (a.source == "0") return b;
  if (b.source == "0") return a;
  return {operand(a, Binding::sum) + " + " + operand(b, Binding::product), ir::Elem::i64, Binding::sum};
}

Writer::Writer(const plan::Plan& p) : plan(p), arguments(core_arguments(p.f)) {
  using Role = CoreArgument::Role;
  const std::vector<std::string> dim_names = run_time_dims(p.f);
  const std::vector<const ir::Leaf*> leaves = ir::leaves(p.f);
  std::size_t dim = 0;
  for (const CoreArgument& a : arguments) {
    names.unique(a.name);
    if (a.role == Role::dim) dims[dim_names[dim++]] = a.name;
    if (a.role == Role::leaf) scalars[leaves[static_cast<std::size_t>(a.leaf)]->value] = a.name;
    if (a.role == Role::upstream) scalars[*p.f.upstream] = a.name;
  }
}

Text Writer::text(const Dim& dim) const {
  if (dim.is_static()) return {std::to_string(dim.value), ir::Elem::i64};
  std::string out, word;
  const auto flush = [&] {
    const auto it = dims.find(word);
    out += it == dims.end() ? word : it->second;
    word.clear();
  };
  for (char c : dim.name()) {
    if (word.empty() ? nn::detail::starts_name(c) : nn::detail::continues_name(c)) {
      word += c;
      continue;
    }
    flush();
    out += c;
  }
  flush();
  return {out, ir::Elem::i64, dim.is_name() ? Binding::primary : Binding::conditional};
}

Text Writer::text(const Size& size) const {
  Text result{std::to_string(size.factor), ir::Elem::i64};
  if (size.factor == 0) return result;
  if (size.factor == 1 && !size.dims.empty()) result.source = "1";
  Text dims{"1", ir::Elem::i64};
  for (const Dim& d : size.dims) dims = product(dims, text(d));
  return product(dims, result);
}

std::string Writer::name(Value v, const std::string& otherwise) {
  const std::string& own = plan.f[v].name;
  const bool is_result = !plan.f.body.yields.empty() && plan.f.body.yields[0] == v;
  if (own.empty() && is_result && plan.f[v].type.rank() == 0) return names.unique("value");
  return names.unique(own.empty() ? otherwise : identifier(own));
}

}  // namespace nndiff::emit
