"""Random programs of tensors: expressions, elements, loops, branches, helpers, with scalars mixed in."""
from parameters import Number
from tensor_parameters import LayerParameter, TensorParameter, made, type_of

HELPERS = """inline constexpr nn::Dim N{"N"};

struct Layer {
  nn::Tensor<double, 3, 2> w;
  nn::Tensor<double, 2> b;
};

template <class X>
auto bent(const X& x, double p) {
  return nn::tanh(x) * p + 0.5 * x;
}

template <class X>
double energy(const X& x) {
  return 0.1 * nn::sum(x * x);
}

template <nn::Dim... D>
double walked(const nn::Tensor<double, D...>& x, double p) {
  double s = p;
  for (double v : x) s = v > 0 ? 0.5 * s + v : s - std::sin(v);
  return s;
}"""

UNARY = ["nn::tanh({0})", "nn::sin({0})", "nn::sigmoid({0})", "nn::exp(nn::sin({0}))", "nn::relu({0})", "nn::abs({0})",
         "nn::sqrt(1.5 + nn::square({0}))", "nn::log(2.0 + nn::cos({0}))", "nn::softplus({0})", "nn::gelu({0})", "(-({0}))",
         "nn::silu({0})", "1.0 / (1.0 + nn::square({0}))", "nn::elu({0})", "nn::erf({0})", "nn::hard_tanh({0})"]
BINARY = ["({0} + {1})", "({0} - {1})", "({0}) * ({1})", "({0}) / (1.5 + nn::cos({1}))", "nn::maximum({0}, {1})",
          "nn::minimum({0}, {1})", "nn::hypot({0}, 1.0 + nn::sigmoid({1}))", "nn::where({0} < {1}, nn::sin({0}), {1})",
          "nn::where({1} > 0.1, {0}, 0.5 * ({1}))", "nn::atan2({0}, 2.0 + nn::tanh({1}))"]
SCALAR = ["std::sin({0})", "std::tanh({0})", "0.5 * ({0})", "({0}) * ({0})", "std::fabs({0})", "std::exp(-std::fabs({0}))"]


class Scope:
    """What a place in the program can use: tensors and their shapes, which of them may be written, numbers."""

    def __init__(self):
        self.tensors, self.local_tensors, self.lazy = [], [], []
        self.reals, self.locals, self.counters = [], [], []

    def copy(self):
        other = Scope()
        for key, value in vars(self).items():
            setattr(other, key, list(value))
        return other


class Expressions:
    def __init__(self, rng, sizes):
        self.rng, self.sizes = rng, sizes

    def shape(self, rank=None):
        """At most one named axis."""
        rank = rank or self.rng.choice([1, 1, 2, 2, 2, 3])
        while True:
            shape = tuple(self.rng.choice(self.sizes) for _ in range(rank))
            if shape.count("N") <= 1:
                return shape

    def leaf(self, scope, shape):
        fits = [name for name, s in scope.tensors + scope.lazy if s == shape]
        if fits:
            return self.rng.choice(fits)
        return f"({type_of(shape)}{made(shape) or '()'} + {self.real(scope, 0)})"

    def partner(self, scope, shape, depth):
        """Something that can be broadcast to a shape."""
        def spreads(s):
            return len(s) <= len(shape) and all(a in (1, b) for a, b in zip(reversed(s), reversed(shape)))
        fits = [name for name, s in scope.tensors + scope.lazy if s != shape and spreads(s)]
        roll = self.rng.random()
        if fits and roll < 0.5:
            return self.rng.choice(fits)
        return self.real(scope, 1) if roll < 0.65 else self.tensor(scope, shape, depth)

    def tensor(self, scope, shape, depth):
        """An expression of exactly this shape."""
        rng = self.rng
        if depth <= 0 or rng.random() < 0.15:
            return self.leaf(scope, shape)
        forms = [self.unary] * 4 + [self.binary] * 5 + [self.bent] + [self.reduced] * 2
        forms += [self.softmax] + ([self.transposed, self.product, self.product] if len(shape) == 2 else [])
        forms += [self.vector_product] if len(shape) == 1 else []
        forms += [self.reshaped] if 1 in shape and len(shape) > 1 else []
        return rng.choice(forms)(scope, shape, depth - 1)

    def unary(self, scope, shape, depth):
        return self.rng.choice(UNARY).format(self.tensor(scope, shape, depth))

    def binary(self, scope, shape, depth):
        operands = [self.tensor(scope, shape, depth), self.partner(scope, shape, depth)]
        if self.rng.random() < 0.3:
            operands.reverse()
        form = self.rng.choice(BINARY)
        if operands[0] in scope.reals or operands[1] in scope.reals:
            form = self.rng.choice(BINARY[:3])
        return form.format(*operands)

    def bent(self, scope, shape, depth):
        return f"bent({self.tensor(scope, shape, depth)}, {self.real(scope, 0)})"

    def reduced(self, scope, shape, depth):
        axis = self.rng.randrange(len(shape) + 1)
        size = self.rng.choice([s for s in self.sizes if s != "N" or "N" not in shape])
        more = shape[:axis] + (size,) + shape[axis:]
        name = self.rng.choice(["sum"] if size == "N" else ["sum", "mean", "max", "logsumexp"])
        inner = self.tensor(scope, more, depth if len(more) < 4 else 0)
        return f"nn::{name}<{axis if self.rng.random() < 0.5 else axis - len(more)}>({inner})"

    def softmax(self, scope, shape, depth):
        axis = self.rng.randrange(len(shape))
        return f"nn::{self.rng.choice(['softmax', 'log_softmax'])}<{axis}>({self.tensor(scope, shape, depth)})"

    def transposed(self, scope, shape, depth):
        return f"nn::transpose({self.tensor(scope, shape[::-1], depth)})"

    def product(self, scope, shape, depth):
        inner = self.rng.choice([s for s in self.sizes if s != "N" or "N" not in shape])
        a, b = self.tensor(scope, (shape[0], inner), depth), self.tensor(scope, (inner, shape[1]), depth)
        return f"nn::matmul({a}, {b})"

    def vector_product(self, scope, shape, depth):
        inner = self.rng.choice([s for s in self.sizes if s != "N" or "N" not in shape])
        vector = self.tensor(scope, (inner,), depth)
        if self.rng.random() < 0.5:
            return f"nn::matmul({self.tensor(scope, (shape[0], inner), depth)}, {vector})"
        return f"nn::matmul({vector}, {self.tensor(scope, (inner, shape[0]), depth)})"

    def reshaped(self, scope, shape, depth):
        less = list(shape)
        less.remove(1)
        return f"nn::reshape<{', '.join(map(str, shape))}>({self.tensor(scope, tuple(less), depth)})"

    def index(self, scope, size):
        """An index into an axis, or None."""
        fits = [name for name, s in scope.counters if s == size]
        if fits:
            i = self.rng.choice(fits)
            extent = "n" if size == "N" else size
            return self.rng.choice(["{0}", "{0}", "{1} - 1 - {0}", "({0} + 1) % {1}"]).format(i, extent)
        return None if size == "N" else str(self.rng.randrange(size))

    def element(self, scope, tensors):
        """One element of one of these tensors, or None."""
        for name, shape in self.rng.sample(tensors, len(tensors)):
            at = [self.index(scope, size) for size in shape]
            if None not in at:
                return f"{name}({', '.join(at)})"
        return None

    def real(self, scope, depth):
        rng = self.rng
        roll = rng.random()
        if depth > 0 and roll < 0.3:
            return self.total(scope, depth - 1)
        if depth > 0 and roll < 0.5:
            return rng.choice(SCALAR).format(self.real(scope, depth - 1))
        if depth > 0 and roll < 0.6:
            return f"({self.condition(scope)} ? {self.real(scope, depth - 1)} : {self.real(scope, depth - 1)})"
        if roll < 0.8 and scope.tensors:
            text = self.element(scope, scope.tensors)
            if text:
                return text
        return rng.choice(scope.reals) if scope.reals and roll < 0.95 else f"{rng.uniform(-1.5, 1.5):.2f}"

    def total(self, scope, depth):
        """A number made of a whole tensor."""
        shape = self.shape()
        x = self.tensor(scope, shape, depth)
        forms = ["0.1 * nn::sum({0})", "energy({0})"]
        if "N" not in shape:
            forms += ["nn::mean({0})", "nn::max({0})"]
        if len(shape) == 1:
            forms += ["0.1 * nn::dot({0}, {1})"]
        named = [name for name, _ in scope.tensors]
        if named and self.rng.random() < 0.2:
            return f"0.1 * walked({self.rng.choice(named)}, {self.real(scope, 0)})"
        form = self.rng.choice(forms)
        return form.format(x, self.tensor(scope, shape, depth) if "{1}" in form else "")

    def condition(self, scope):
        op = self.rng.choice(["<", ">"])
        return f"{self.real(scope, 1)} {op} {self.real(scope, 0)}"


class Statements:
    """Random statements about tensors; `used` names the kinds."""

    KINDS = ["declare", "declare", "declare_lazy", "number", "assign", "assign", "compound", "scale", "elements", "elements",
             "one_element", "branch", "repeat", "range_for", "pointer", "lambda_", "rows", "copy"]

    def __init__(self, rng, sizes):
        self.rng, self.e = rng, Expressions(rng, sizes)
        self.count, self.used = 0, set()

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def statement(self, scope, depth):
        kinds = [k for k in self.KINDS if depth > 0 or k not in ("branch", "repeat", "rows")]
        kind = self.rng.choice(kinds)
        lines = getattr(self, kind)(scope, depth)
        if lines:
            self.used.add("tensor " + kind)
        return lines or self.declare(scope, depth)

    def block(self, scope, depth, size):
        inner = scope.copy()
        lines = []
        for _ in range(size):
            lines += ["  " + line for line in self.statement(inner, depth)]
        return ["{"] + lines + ["}"]

    def local(self, scope):
        return self.rng.choice(scope.local_tensors) if scope.local_tensors else (None, None)

    def add(self, scope, name, shape):
        scope.tensors.append((name, shape))
        scope.local_tensors.append((name, shape))

    def declare(self, scope, depth):
        shape, h = self.e.shape(), self.name("h")
        text = f"{type_of(shape)} {h} = {self.e.tensor(scope, shape, 2)};"
        self.add(scope, h, shape)
        return [text]

    def declare_lazy(self, scope, depth):
        shape, e = self.e.shape(), self.name("e")
        text = f"const auto {e} = {self.e.unary(scope, shape, 2)};"
        scope.lazy.append((e, shape))
        return [text]

    def number(self, scope, depth):
        s = self.name("s")
        text = f"double {s} = {self.e.real(scope, 2)};"
        scope.reals.append(s)
        scope.locals.append(s)
        return [text]

    def copy(self, scope, depth):
        name, shape = self.local(scope)
        if not name:
            return None
        c = self.name("c")
        self.add(scope, c, shape)
        return [f"auto {c} = {name};"] + ([f"std::swap({c}, {name});"] if self.rng.random() < 0.4 else [])

    def assign(self, scope, depth):
        name, shape = self.local(scope)
        return name and [f"{name} = {self.e.tensor(scope, shape, 2)};"]

    def compound(self, scope, depth):
        name, shape = self.local(scope)
        op = self.rng.choice(["+=", "-="])
        return name and [f"{name} {op} {self.e.tensor(scope, shape, 1)};"]

    def scale(self, scope, depth):
        name, _ = self.local(scope)
        return name and [f"{name} *= {self.rng.choice(SCALAR).format(self.e.real(scope, 1))};"]

    def one_element(self, scope, depth):
        if not scope.local_tensors:
            return None
        to = self.e.element(scope, scope.local_tensors)
        return to and [f"{to} {self.rng.choice(['=', '+=', '-='])} {self.e.real(scope, 1)};"]

    def loops(self, scope, shape):
        """The heads of loops over all elements, and a scope with their counters."""
        inner, heads, names = scope.copy(), [], []
        for size in shape:
            i, extent = self.name("i"), "n" if size == "N" else size
            form = self.rng.choice(["for (int {0} = 0; {0} < {1}; ++{0})", "for (int {0} = {1} - 1; {0} >= 0; --{0})"])
            heads.append(form.format(i, extent))
            names.append(i)
            inner.counters.append((i, size))
        return heads, names, inner

    def elements(self, scope, depth):
        name, shape = self.local(scope)
        if not name:
            return None
        heads, names, inner = self.loops(scope, shape)
        at = f"{name}({', '.join(names)})"
        body = [f"{at} {self.rng.choice(['=', '+=', '-='])} {self.e.real(inner, 1)};"]
        if self.rng.random() < 0.4 and scope.locals:
            s = self.rng.choice(scope.locals)
            body = [f"if ({self.e.condition(inner)}) {body[0]}", f"else {s} = 0.5 * {s} + {at};"]
        lines = ["  " * i + head + " {" for i, head in enumerate(heads)]
        return lines + ["  " * len(heads) + b for b in body] + ["}" * len(heads)]

    def branch(self, scope, depth):
        lines = [f"if ({self.e.condition(scope)})"] + self.block(scope, depth - 1, 2)
        return lines + (["else"] + self.block(scope, depth - 1, 1) if self.rng.random() < 0.6 else [])

    def repeat(self, scope, depth):
        i, extent = self.name("k"), self.rng.choice(["n", "2", "3", "1"])
        if extent == "n" and "N" not in self.e.sizes:
            return None
        inner = scope.copy()
        inner.counters += [(i, "N")] if extent == "n" else []
        lines = [f"for (int {i} = 0; {i} < {extent}; ++{i})"] + self.block(inner, depth - 1, self.rng.randrange(1, 3))
        if self.rng.random() < 0.2:
            lines[-1:] = [f"  if ({self.e.condition(inner)}) {self.rng.choice(['break', 'continue'])};"] + lines[-1:]
        return lines

    def rows(self, scope, depth):
        """A loop over the first axis with element access."""
        deep = [(name, s) for name, s in scope.local_tensors if len(s) == 2]
        if not deep:
            return None
        name, shape = self.rng.choice(deep)
        heads, names, inner = self.loops(scope, shape)
        s = self.name("s")
        lines = [f"double {s} = {self.e.real(scope, 0)};", heads[0] + " {", "  double t = 0;",
                 f"  {heads[1]} t += {name}({names[0]}, {names[1]}) * {self.e.real(inner, 1)};",
                 f"  {s} += std::sin(t);", "}"]
        scope.reals.append(s)
        return lines

    def range_for(self, scope, depth):
        if not scope.locals or not scope.tensors:
            return None
        s, v = self.rng.choice(scope.locals), self.name("v")
        if scope.local_tensors and self.rng.random() < 0.4:
            return [f"for (double& {v} : {self.local(scope)[0]}) {v} = 0.5 * {v} + {self.e.real(scope, 0)};"]
        return [f"for (double {v} : {self.rng.choice(scope.tensors)[0]}) {s} = 0.5 * {s} + {v};"]

    def pointer(self, scope, depth):
        if not scope.locals or not scope.tensors:
            return None
        s, (name, _), p = self.rng.choice(scope.locals), self.rng.choice(scope.tensors), self.name("at")
        return [f"const double* {p} = std::as_const({name}).data();",
                f"for (int i = 0; i < {name}.size(); i += 2) {s} += {p}[i] * {self.e.real(scope, 0)};"]

    def lambda_(self, scope, depth):
        if not scope.tensors:
            return None
        f, s, (name, _) = self.name("f"), self.name("s"), self.rng.choice(scope.tensors)
        lines = [f"const auto {f} = [&](double z) {{ return 0.1 * nn::sum(nn::sin({name} * z)); }};",
                 f"const double {s} = {f}({self.e.real(scope, 0)}) + {f}(0.5);"]
        scope.reals.append(s)
        return lines


class TensorFunction:
    """One random program of tensors, checked with central differences."""

    dual = False

    def __init__(self, rng, number):
        self.name = f"f{number}"
        sizes = rng.sample([1, 2, 3, 5], rng.randrange(1, 3)) + (["N"] if rng.random() < 0.7 else [])
        statements, scope = Statements(rng, sizes), Scope()
        shapes = [statements.e.shape(rng.randrange(1, 3)) for _ in range(rng.randrange(1, 4))]
        named = "N" in sizes
        if named and all("N" not in s for s in shapes):
            shapes[0] = ("N",) + shapes[0][:1]
        self.parameters = [TensorParameter(f"x{i}", s) for i, s in enumerate(shapes)]
        self.parameters += [Number(f"p{i}") for i in range(rng.randrange(1, 3))]
        if rng.random() < 0.25:
            self.parameters.append(LayerParameter("m"))
        for p in self.parameters:
            p.into(scope)
        lines = []
        if named:
            i = next(i for i, s in enumerate(shapes) if "N" in s)
            lines.append(f"const int n = static_cast<int>(x{i}.extent({shapes[i].index('N')}));")
        for _ in range(rng.randrange(2, 8)):
            lines += statements.statement(scope, rng.randrange(0, 3))
        self.finish(rng, scope, lines)
        self.used = statements.used

    def finish(self, rng, scope, lines):
        sums = scope.reals + [f"0.1 * nn::sum(nn::sin({name}))" for name, _ in scope.local_tensors + scope.lazy]
        self.result, value = None, " + ".join(sums)
        if rng.random() < 0.3 and scope.local_tensors:
            name, shape = rng.choice(scope.local_tensors)
            self.result, value = type_of(shape), f"nn::sin({name}) + ({value})"
        head = f"{self.result or 'double'} {self.name}({', '.join(p.declaration() for p in self.parameters)}) {{\n"
        self.text = head + "".join(f"  {line}\n" for line in lines) + f"  return {value};\n}}"
