// Sizes are canonical: equal arithmetic over named sizes is the same type, in a constant expression and at
// run time.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
// RUN: %clang14 -fsyntax-only %s
#include <check.h>
#include <nn/dim.h>

#include <type_traits>

using nn::Dim;
inline constexpr Dim N{"N"}, M{"M"}, H{"H"};

template <nn::Dim... D>
struct Shape {};

static_assert(std::is_same_v<Shape<N * 2, 6>, Shape<2 * N, 2 * 3>>);
static_assert(std::is_same_v<Shape<N * 2>, Shape<N + N>>);
static_assert(!std::is_same_v<Shape<N>, Shape<M>>);
static_assert(N == Dim{"N"} && N != M && N != 5 && Dim(5) == 5);
static_assert(N.is_name() && !N.is_static() && N.value == -1);
static_assert(Dim(7).is_static() && Dim(7).value == 7 && Dim(7).name().empty() && !Dim(7).is_name());
static_assert(!(N + 1).is_name());

static_assert((N * 2).name() == "2*N");
static_assert((3 + N).name() == "N+3");
static_assert((M + N).name() == "M+N" && (N + M).name() == "M+N");
static_assert((N * N * M).name() == "M*N*N");
static_assert((N - M * 3 - 1).name() == "-3*M+N-1");
static_assert(((H - 3) / 2 + 1).name() == "(H-3)/2+1");
static_assert((N / 2 * 3).name() == "3*(N/2)");
static_assert(((H / 2 + 1) / 2).name() == "(H/2+1)/2");
static_assert((H / 2 / 2).name() == "(H/2)/2");
static_assert((7 / N).name() == "7/N");

static_assert(N - N == 0 && N * 0 == 0 && N - N + 4 == 4);
static_assert((N + M) * (N - M) == N * N - M * M);
static_assert((2 * N + 4) / 2 == N + 2 && (N * M) / N == M && N / 1 == N);
static_assert((2 * N + 3) / 2 != N + 1);
static_assert(Dim(7) / 2 == 3 && Dim(2) - 5 == -3 && (Dim(2) - 5).is_static());

static_assert(Dim::parse("(H-3)/2+1") == (H - 3) / 2 + 1);
static_assert(Dim::parse(" 2 * ( N + 1 ) - -3") == 2 * N + 5);
static_assert(Dim::parse("784") == 784);
static_assert(Dim::parse("3*(N/2)") == N / 2 * 3);

constexpr std::int64_t nine(std::string_view) {
  return 9;
}
static_assert(((H - 3) / 2 + 1).eval(nine) == 4);
static_assert(((H - 3) / 2 + 1).eval([](std::string_view) { return 2 * M + 3; }) == M + 1);
static_assert(Dim(5).eval(nine) == 5);

int main() {
  for (const Dim& dim :
       {N, N * 2, (H - 3) / 2 + 1, N * M / 3 - 7 * H, Dim(12), -1 * N, (N + 1) / (M - 1) * 2 - H / 3})
    check(Dim::parse(dim.text()) == dim, dim.text());
  check(Dim(784).text() == "784" && (N + 1).text() == "N+1");

  std::string names;
  (M * H + N * M + 3).for_each_name([&](std::string_view name) { names += std::string(name) + ","; });
  check(names == "H,M,N,", names);

  // Integer division is C++'s, and arithmetic on values agrees with arithmetic on sizes.
  const Dim a = (N * 3 - M) / 2 * (N + 1) - M / 3;
  for (std::int64_t n = 0; n < 6; ++n)
    for (std::int64_t m = 0; m < 9; ++m) {
      const auto size = [&](std::string_view name) { return name == "N" ? n : m; };
      check(a.eval(size) == (n * 3 - m) / 2 * (n + 1) - m / 3);
      check(Dim::parse(a.text()).eval(size) == a.eval(size));
    }

  throws<nn::DimError>([] { Dim::parse("N+"); }, "malformed");
  throws<nn::DimError>([] { Dim::parse(""); }, "malformed");
  throws<nn::DimError>([] { Dim::parse("N)"); }, "malformed");
  throws<nn::DimError>([] { Dim::parse(std::string(200, '(')); }, "malformed");
  throws<nn::DimError>([] { Dim::parse("a*b*c*d*e*f*g"); }, "too long");
  throws<nn::DimError>([] { Dim::parse(std::string(48, 'n')); }, "too long");
  throws<nn::DimError>([] { Dim::parse("99999999999999999999"); }, "overflow");
  throws<nn::DimError>([] { Dim::parse("N/0"); }, "division by zero");
  throws<nn::DimError>([] { (7 / N).eval([](std::string_view) { return std::int64_t{0}; }); },
                       "division by zero");
  throws<nn::DimError>([] { (N * N).eval([](std::string_view) { return INT64_MAX; }); }, "overflow");
  check(Dim::parse(std::string(47, 'n')).is_name());
}
