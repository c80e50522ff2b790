"""Helper functions, structs, pointers, references, lambdas and containers for random programs."""
from statements import Array, Scope

POINTERS = ["reference", "chosen_reference", "pointer_walk", "pointer_write", "element_reference"]
CALLS = ["call_set", "call_sum", "call_struct", "call_vector_type", "lambda_value", "lambda_reference", "generic_lambda",
         "structured", "array_copy", "range_for", "struct_array"]
CONTAINERS = ["vector_sized", "vector_pushed", "vector_nested", "span_of", "algorithms"]


def prelude(rng, expressions, statements):
    """Text of the helpers that every function of a file may call; tells `expressions` about those with values."""
    text = []
    for i in range(2):
        scope = Scope()
        scope.reals, scope.locals = ["a", "b"], ["a", "b"]
        lines = statements.block(scope, 2, rng.randrange(2, 5))
        result = expressions.real(scope, 2)
        body = "\n".join("  " + line for line in lines)
        text.append(f"inline @ helper{i}(@ a, @ b) {{\n{body}\n  return {result};\n}}")
        expressions.functions.append((f"helper{i}({{0}}, {{1}})", 2))
    text.append(HELPERS)
    expressions.functions.append(("twice({0})", 1))
    expressions.functions.append(("blend({0}, {1})", 2))
    return "\n\n".join(text)


HELPERS = """template <class T>
T twice(const T& x) {
  return x + x;
}

inline @ blend(@ a, @ b, @ weight = 0.25) {
  return a * weight + b * (1 - weight);
}

inline void set(@& to, const @& from, int times) {
  for (int i = 0; i < times; ++i) to = 0.5 * to + from;
}

inline @ sum(const @* p, int count) {
  @ s = 0;
  const @* const end = p + count;
  while (p != end) s += std::sin(*p++);
  return s;
}

struct Filter {
  @ state = 0.5;
  @ past[2] = {0.25, -0.5};
  int steps = 0;

  void push(@ x) {
    past[1] = past[0];
    past[0] = state;
    state = 0.5 * x + 0.25 * past[0] * past[1];
    ++steps;
  }
  @ get() const { return steps > 1 ? state * past[0] : state; }
};

struct Vec {
  @ x, y;
  Vec& operator+=(const Vec& o) {
    x += o.x;
    y += o.y;
    return *this;
  }
};
inline Vec operator+(Vec a, const Vec& b) {
  a += b;
  return a;
}
inline Vec operator*(const @& s, const Vec& v) {
  return {s * v.x, s * v.y};
}
inline @ dot(const Vec& a, const Vec& b) {
  return a.x * b.x + a.y * b.y;
}"""


class Calls:
    """Statements to be mixed into `Statements`."""

    def local(self, scope):
        return self.rng.choice(scope.locals) if scope.locals else None

    def fixed(self, scope, least=1, writable=True):
        """A one-dimensional array of known extent."""
        fits = [a for a in scope.arrays if len(a.extents) == 1 and isinstance(a.extents[0], int) and
                a.extents[0] >= least and (a.writable or not writable)]
        return self.rng.choice(fits) if fits else None

    def define(self, scope, name, text):
        scope.reals.append(name)
        scope.locals.append(name)
        return [text]

    def reference(self, scope, depth):
        to, r = self.local(scope), self.name("r")
        if not to:
            return None
        return [f"@& {r} = {to};", f"{r} += {self.e.real(scope, 1)};"]

    def chosen_reference(self, scope, depth):
        if len(scope.locals) < 2:
            return None
        a, b = self.rng.sample(scope.locals, 2)
        r = self.name("r")
        return [f"@& {r} = {self.e.condition(scope)} ? {a} : {b};", f"{r} = {self.e.real(scope, 1)} + 0.5 * {r};"]

    def element_reference(self, scope, depth):
        a, r = self.fixed(scope), self.name("r")
        if not a:
            return None
        at = a.at([self.e.index(scope, a.extents[0])])
        return self.define(scope, r, f"@& {r} = {at};")

    def pointer_walk(self, scope, depth):
        a, p, s = self.fixed(scope, writable=False), self.name("ptr"), self.name("t")
        if not a or a.form != a.name + "[{}]":
            return None
        lines = [f"@ {s} = 0;", f"{{ const @* {p} = &{a.name}[0];",
                 f"  for (int i = 0; i < {a.extents[0]}; ++i) {s} += *{p}++ * {self.e.real(scope, 1)}; }}"]
        scope.reals.append(s)
        scope.locals.append(s)
        return lines

    def pointer_write(self, scope, depth):
        a, p = self.fixed(scope, 2), self.name("ptr")
        if not a or a.form != a.name + "[{}]":
            return None
        last = a.extents[0] - 1
        return [f"@* {p} = &{a.name}[{last}];", f"*{p}-- = {self.e.real(scope, 1)};",
                f"{p}[0] = 0.5 * {p}[1] + {self.e.real(scope, 1)};"]

    def call_set(self, scope, depth):
        to = self.target(scope)
        return to and [f"set({to}, {self.e.real(scope, 2)}, {self.rng.randrange(3)});"]

    def call_sum(self, scope, depth):
        a = self.fixed(scope, writable=False)
        if not a or a.form != a.name + "[{}]":
            return None
        t = self.name("t")
        return self.define(scope, t, f"@ {t} = sum(&{a.name}[0], {self.rng.randrange(a.extents[0] + 1)});")

    def call_struct(self, scope, depth):
        f, i, t = self.name("filter"), self.name("i"), self.name("t")
        lines = [f"Filter {f};", f"for (int {i} = 0; {i} < {self.rng.randrange(4)}; ++{i})",
                 f"  {f}.push({self.e.real(scope, 2)});"]
        return lines + self.define(scope, t, f"@ {t} = {f}.get() + {f}.past[1];")

    def call_vector_type(self, scope, depth):
        v, w, t = self.name("v"), self.name("v"), self.name("t")
        lines = [f"Vec {v}{{{self.e.real(scope, 1)}, {self.e.real(scope, 1)}}};",
                 f"Vec {w} = @({self.e.real(scope, 1)}) * {v} + {v};", f"{w} += {v};"]
        scope.locals += [f"{v}.x", f"{w}.y"]
        scope.reals += [f"{v}.x", f"{w}.y"]
        return lines + self.define(scope, t, f"@ {t} = dot({v}, {w});")

    def lambda_value(self, scope, depth):
        to, f, t = self.local(scope), self.name("f"), self.name("t")
        if not to or "." in to:  # only variables can be captured
            return None
        held = f"{to} = {to}" if to.startswith("b") else to  # clang 14 cannot capture a structured binding itself
        return [f"const auto {f} = [{held}](@ z) {{ return z * {to} + std::sin(z); }};"] + self.define(
            scope, t, f"@ {t} = {f}({self.e.real(scope, 1)}) + {f}({self.e.real(scope, 1)});")

    def lambda_reference(self, scope, depth):
        to, f = self.local(scope), self.name("f")
        if not to or to.startswith("b"):  # clang 14 cannot capture a structured binding
            return None
        lines = [f"auto {f} = [&, calls = 0](@ z) mutable {{",
                 f"  if (++calls > 1) {to} += z; else {to} = 0.5 * {to} - z;", f"  return {to} * z; }};"]
        t = self.name("t")
        lines += self.define(scope, t, f"@ {t} = {f}({self.e.real(scope, 1)});")
        return lines + [f"{t} += {f}({self.e.real(scope, 1)});"]

    def generic_lambda(self, scope, depth):
        f, t = self.name("f"), self.name("t")
        lines = [f"const auto {f} = [](const auto& g, @ z) {{ return g(z) + g(0.5 * z); }};"]
        return lines + self.define(
            scope, t, f"@ {t} = {f}([](@ z) {{ return z * std::cos(z); }}, {self.e.real(scope, 1)});")

    def structured(self, scope, depth):
        a, b = self.name("b"), self.name("b")
        one, two = self.e.real(scope, 1), self.e.real(scope, 1)
        form = self.rng.choice(["std::pair<@, @>{{{0}, {1}}}", "std::make_tuple(@({0}), @({1}))", "Vec{{{0}, {1}}}"])
        lines = [f"auto [{a}, {b}] = {form.format(one, two)};"]
        scope.reals += [a, b]
        scope.locals += [a, b]
        return lines

    def array_copy(self, scope, depth):
        count, a, b = self.rng.randrange(1, 4), self.name("s"), self.name("s")
        items = ", ".join(f"@({self.e.real(scope, 1)})" for _ in range(count))
        lines = [f"std::array<@, {count}> {a} = {{{items}}};", f"std::array<@, {count}> {b} = {a};"]
        scope.arrays += [Array(a, [count]), Array(b, [count])]
        if self.rng.random() < 0.5:
            lines += [f"{a}[0] *= 0.5;", f"std::swap({a}, {b});"]
        return lines

    def range_for(self, scope, depth):
        a, to, z = self.fixed(scope, writable=False), self.local(scope), self.name("z")
        if not a or not to or not a.form == a.name + "[{}]":
            return None
        if a.writable and self.rng.random() < 0.5:
            return [f"for (@& {z} : {a.name}) {z} = 0.5 * {z} + {self.e.real(scope, 1)};"]
        return [f"for (const @& {z} : {a.name}) {to} += {z} * {self.e.real(scope, 1)};"]

    def struct_array(self, scope, depth):
        v, i, count = self.name("vs"), self.name("i"), self.rng.randrange(1, 4)
        lines = [f"Vec {v}[{count}];", f"for (int {i} = 0; {i} < {count}; ++{i}) {{",
                 f"  {v}[{i}] = Vec{{{self.e.real(scope, 1)}, @({i})}};",
                 f"  if ({i} > 0) {v}[{i}] += {v}[{i} - 1];", "}"]
        scope.arrays.append(Array(v, [count], v + "[{}].x"))
        scope.arrays.append(Array(v, [count], v + "[{}].y"))
        return lines

    def vector_sized(self, scope, depth):
        v = self.name("v")
        extent = "n" if any("n" in a.extents for a in scope.arrays) and self.rng.random() < 0.6 else self.rng.randrange(1, 4)
        scope.arrays.append(Array(v, [extent]))
        return [f"std::vector<@> {v}(static_cast<std::size_t>({extent}), @({self.e.literal()}));"]

    def vector_pushed(self, scope, depth):
        v, i, t = self.name("v"), self.name("i"), self.name("t")
        lines = [f"std::vector<@> {v};", f"for (int {i} = 0; {i} < {self.rng.randrange(5)}; ++{i})",
                 f"  if ({self.e.condition(scope)}) {v}.push_back({self.e.real(scope, 1)});", f"@ {t} = 0;",
                 f"for (std::size_t {i} = 0; {i} < {v}.size(); ++{i}) {t} += {v}[{i}] * static_cast<@>({i} + 1);"]
        scope.reals.append(t)
        scope.locals.append(t)
        return lines

    def vector_nested(self, scope, depth):
        v, i, t, rows = self.name("v"), self.name("i"), self.name("t"), self.rng.randrange(1, 4)
        lines = [f"std::vector<std::vector<@>> {v}({rows});",
                 f"for (int {i} = 0; {i} < {rows}; ++{i}) {v}[{i}].resize({i} + 1, @({self.e.real(scope, 1)}));",
                 f"{v}[{rows - 1}][0] *= {self.e.real(scope, 1)};", f"@ {t} = {v}[0][0] + {v}[{rows - 1}][{rows - 1}];"]
        scope.reals.append(t)
        scope.locals.append(t)
        return lines

    def span_of(self, scope, depth):
        a, s, to = self.fixed(scope), self.name("s"), self.local(scope)
        if not a or a.form != a.name + "[{}]" or not to:
            return None
        return [f"std::span<@> {s}(&{a.name}[0], {a.extents[0]});", f"{s}.back() += {self.e.real(scope, 1)};",
                f"for (std::size_t i = 0; i < {s}.size(); ++i) {to} += {s}[i];"]

    def algorithms(self, scope, depth):
        a, t = self.fixed(scope), self.name("t")
        if not a or a.form != a.name + "[{}]":
            return None
        first, last = f"&{a.name}[0]", f"&{a.name}[0] + {a.extents[0]}"
        form = self.rng.choice([
            "std::accumulate({f}, {l}, @({x}))", "std::inner_product({f}, {l}, {f}, @({x}))", "*std::max_element({f}, {l})",
            "(std::fill({f}, {l}, @({x})), {a}[0])", "(std::sort({f}, {l}), {a}[0])", "std::clamp(@({x}), @(-0.5), @(0.5))"])
        return self.define(scope, t, f"@ {t} = " + form.format(f=first, l=last, x=self.e.real(scope, 1), a=a.name) + ";")
