// The assertions of the tests: a program that includes them exits with 1 if one failed or none was made.
#ifndef NN_TEST_CHECK_H
#define NN_TEST_CHECK_H

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace check_detail {

/// Counts the checks of the program; its destructor, after main, turns failures into the exit status.
struct Tally {
  std::atomic<long> made{0}, failed{0};
  ~Tally() {
    std::fprintf(stderr, "%ld checks, %ld failed\n", made.load(), failed.load());
    std::fflush(nullptr);
    if (failed > 0 || made == 0) std::_Exit(1);
  }
};
inline Tally tally;

inline bool count(bool ok) {
  ++tally.made;
  if (!ok) ++tally.failed;
  return ok;
}

}  // namespace check_detail

/// Notes a failure, with the line of the call and `what`, unless `ok`. Returns `ok`.
inline bool check(bool ok, const std::string& what = "", const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!check_detail::count(ok)) std::fprintf(stderr, "%s:%d: check failed %s\n", file, line, what.c_str());
  return ok;
}

/// True if a and b differ by at most tolerance · max(1, |b|). Infinities are near themselves, NaN is near
/// nothing.
inline bool is_near(double a, double b, double tolerance) {
  if (a == b) return true;
  return std::abs(a - b) <= tolerance * std::fmax(1.0, std::abs(b)) && std::isfinite(a);
}

/// Checks that is_near(actual, expected, tolerance).
inline bool near(double actual, double expected, double tolerance, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
  const bool ok = check_detail::count(is_near(actual, expected, tolerance));
  if (!ok)
    std::fprintf(stderr, "%s:%d: got %.17g, expected %.17g (tolerance %g)\n", file, line, actual, expected,
                 tolerance);
  return ok;
}

/// Checks that two containers (anything with data() and size()) have the same size and near elements.
template <class Actual, class Expected>
bool all_near(const Actual& actual, const Expected& expected, double tolerance,
              const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const long size = static_cast<long>(actual.size());
  if (!check(size == static_cast<long>(expected.size()), "(sizes differ)", file, line)) return false;
  bool ok = true;
  for (long i = 0; i < size; ++i) {
    const bool element = near(static_cast<double>(actual.data()[i]), static_cast<double>(expected.data()[i]),
                              tolerance, file, line);
    if (!element) std::fprintf(stderr, "  at element %ld of %ld\n", i, size);
    ok = ok && element;
  }
  return ok;
}

/// Checks that f() throws an Error whose message contains `text`.
template <class Error, class F>
bool throws(F&& f, const std::string& text, const char* file = __builtin_FILE(),
            int line = __builtin_LINE()) {
  std::string said = "nothing was thrown";
  try {
    f();
  } catch (const std::exception& error) {
    const bool right_type = dynamic_cast<const Error*>(&error) != nullptr;
    said = (right_type ? "it said: " : "of another type: ") + std::string(error.what());
    if (right_type && said.find(text) != std::string::npos) return check(true);
  }
  return check(false, "(expected an error saying '" + text + "'; " + said + ")", file, line);
}

#endif
