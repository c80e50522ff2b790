// Messages in the form in which Clang prints its own.
#include "frontend/diagnostics.h"

#include <fstream>
#include <optional>

namespace nndiff::frontend {

namespace {

const char* name_of(ir::Severity severity) {
  switch (severity) {
    case ir::Severity::error:
      return "error";
    case ir::Severity::remark:
      return "remark";
    case ir::Severity::note:
      return "note";
  }
  ir::bug("unknown severity");
}

std::optional<std::string> source_line(const ir::Loc& loc) {
  std::ifstream in(loc.file);
  std::string line;
  for (int i = 0; i < loc.line; ++i)
    if (!std::getline(in, line)) return std::nullopt;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

/// Blanks that end below column `column` of `line`, tabs kept so that the two lines stay aligned.
std::string indent_to(const std::string& line, int column) {
  std::string blanks;
  for (int i = 0; i + 1 < column; ++i)
    blanks += static_cast<std::size_t>(i) < line.size() && line[i] == '\t' ? '\t' : ' ';
  return blanks;
}

}  // namespace

std::string to_text(const ir::Diagnostic& d) {
  std::string text;
  if (d.loc.line > 0)
    text = d.loc.file + ":" + std::to_string(d.loc.line) + ":" + std::to_string(d.loc.column) + ": ";
  else if (!d.loc.file.empty())
    text = d.loc.file + ": ";
  else
    text = "nn-diff: ";
  text += std::string(name_of(d.severity)) + ": " + d.message + "\n";
  if (d.loc.line == 0) return text;
  const auto line = source_line(d.loc);
  if (!line) return text;
  std::string number = std::to_string(d.loc.line);
  if (number.size() < 5) number.insert(0, 5 - number.size(), ' ');
  const std::string margin(number.size(), ' ');
  const std::string blanks = indent_to(*line, d.loc.column);
  text += number + " | " + *line + "\n" + margin + " | " + blanks + "^\n";
  if (!d.fixit.empty()) text += margin + " | " + blanks + d.fixit + "\n";
  return text;
}

std::string to_text(const std::vector<ir::Diagnostic>& diagnostics) {
  std::string text;
  for (const ir::Diagnostic& d : diagnostics) text += to_text(d);
  return text;
}

}  // namespace nndiff::frontend
