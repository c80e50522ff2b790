// Clang's own errors as text, those inside the library retold at the user's line.
#include "frontend/clang_messages.h"

#include <clang/Frontend/TextDiagnosticPrinter.h>

#include <cstdlib>
#include <set>

#include "frontend/diagnostics.h"
#include "frontend/source_text.h"

namespace nndiff::frontend {

namespace {

/// "static assertion failed due to requirement '…': nn: shapes differ" as "shapes differ" is said to users.
std::string sentence(const std::string& message) {
  if (message.rfind("static assertion failed", 0) != 0) return message;
  const std::size_t quoted = message.rfind("': nn"), plain = message.find(": nn");
  const std::size_t at = quoted != message.npos  ? quoted + 3
                         : plain != message.npos ? plain + 2
                                                 : message.npos;
  if (at == message.npos) return message;
  std::string text = message.substr(at);
  return text.rfind("nn: ", 0) == 0 ? text.substr(4) : text;
}

class Messages : public clang::DiagnosticConsumer {
 public:
  Messages(std::string& text, clang::DiagnosticOptions* style)
      : text_(text), stream_(text), printer_(stream_, style) {}

  void BeginSourceFile(const clang::LangOptions& language, const clang::Preprocessor* preprocessor) override {
    printer_.BeginSourceFile(language, preprocessor);
  }
  void EndSourceFile() override {
    drop_consequence();
    printer_.EndSourceFile();
  }

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& info) override {
    DiagnosticConsumer::HandleDiagnostic(level, info);
    const bool has_place = info.hasSourceManager() && info.getLocation().isValid();
    const bool in_library = has_place && info.getSourceManager().isInSystemHeader(
                                             info.getSourceManager().getExpansionLoc(info.getLocation()));
    const ir::Loc loc = has_place ? loc_of(info.getLocation(), info.getSourceManager()) : ir::Loc{};
    if (level < clang::DiagnosticsEngine::Error && level != clang::DiagnosticsEngine::Note) return;
    if (level == clang::DiagnosticsEngine::Note)
      note(level, info, loc, in_library);
    else
      error(level, info, loc, in_library);
  }

 private:
  void error(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& info, const ir::Loc& loc,
             bool in_library) {
    drop_consequence();
    pending_ = in_library;
    muted_ = !in_library && loc.line > 0 && !places_.insert(loc).second;
    before_ = text_.size();
    llvm::SmallString<256> message;
    info.FormatDiagnostic(message);
    message_ = message.str().str();
    if (!muted_) printer_.HandleDiagnostic(level, info);
  }

  void note(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& info, const ir::Loc& loc,
            bool in_library) {
    if (pending_ && !in_library && loc.line > 0) {
      text_.resize(before_);
      if (places_.insert(loc).second)
        text_ += to_text(ir::Diagnostic{ir::Severity::error, loc, sentence(message_)});
      pending_ = false;
      muted_ = true;
    } else if (!muted_ && (pending_ || !in_library)) {
      printer_.HandleDiagnostic(level, info);
    }
  }

  /// An error in the library that no line of the user's led to follows from the errors before it, if there
  /// are any.
  void drop_consequence() {
    if (pending_ && !places_.empty()) text_.resize(before_);
    pending_ = false;
  }

  std::string& text_;
  llvm::raw_string_ostream stream_;
  clang::TextDiagnosticPrinter printer_;
  bool pending_ = false;      // the last error lies in the library and no note has led to the user's line yet
  bool muted_ = false;        // the last error has been told, or is a consequence of one that has
  std::size_t before_ = 0;    // where the last error's text begins
  std::string message_;       // the last error
  std::set<ir::Loc> places_;  // the user's lines told about
};

/// The name in a list of character codes "78, 0, 0".
std::string decoded(const std::string& codes) {
  std::string name;
  for (const char* at = codes.c_str(); *at != '\0';) {
    char* end = nullptr;
    const long code = std::strtol(at, &end, 10);
    if (end == at || code <= 0 || code > 127) break;
    name += static_cast<char>(code);
    at = end;
    while (*at == ',' || *at == ' ') ++at;
  }
  return name;
}

}  // namespace

std::unique_ptr<clang::DiagnosticConsumer> clang_messages(std::string& text,
                                                          clang::DiagnosticOptions* style) {
  return std::make_unique<Messages>(text, style);
}

std::string readable_dims(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find("Dim{", at);
    const std::size_t comma = begin == text.npos ? begin : text.find(", {", begin);
    const std::size_t end = comma == text.npos ? comma : text.find("}}", comma);
    if (end == text.npos) return result + text.substr(at);
    const std::string number = text.substr(begin + 4, comma - begin - 4);
    const std::string name = decoded(text.substr(comma + 3, end - comma - 3));
    const bool is_dim = number.find_first_not_of("-0123456789") == number.npos && !number.empty();
    std::string before = text.substr(at, begin - at);
    if (is_dim && before.size() >= 4 && before.compare(before.size() - 4, 4, "nn::") == 0)
      before.resize(before.size() - 4);
    result += before + (!is_dim ? text.substr(begin, 4) : name.empty() ? number : name);
    at = is_dim ? end + 2 : begin + 4;
  }
  return result;
}

}  // namespace nndiff::frontend
