"""Kinds of parameters of random programs: how each is declared, given a value, differentiated and compared.

Texts are for doubles and for dual numbers alike: '@' stands for the type. `in` reads the inputs one after another,
`r` takes results in the same order (checker.h)."""
from statements import Array


class Number:
    """double p"""

    real = True
    shareable = True  # two functions that are called with the same argument do not change it for each other

    def __init__(self, name):
        self.name = name

    def renamed(self, name):
        other = type(self).__new__(type(self))
        vars(other).update(vars(self), name=name)
        return other

    def declaration(self):
        return f"@ {self.name}"

    def into(self, scope):
        scope.reals.append(self.name)
        scope.locals.append(self.name)

    def make(self):
        return [f"const @ {self.name} = in.number();"]

    def argument(self):
        return self.name

    def before(self):
        return []

    def after(self):
        return [f"r.gradient(grad.{self.name});"]

    def left(self):
        return []

    def part(self):
        return f'{{Part::real, Part::by_value, "{self.name}", 1, 0}}'


class Whole(Number):
    """int p"""

    real = False

    def declaration(self):
        return f"int {self.name}"

    def into(self, scope):
        scope.ints.append(self.name)

    def make(self):
        return [f"const int {self.name} = in.whole();"]

    def after(self):
        return []

    def part(self):
        return f'{{Part::whole, Part::by_value, "{self.name}", 0, 0}}'


class Size(Whole):
    """int n, the extent of pointers beside it"""

    def make(self):
        return ["const int n = in.n;"]

    def part(self):
        return '{Part::size, Part::by_value, "n", 0, 0}'


class Pointer(Number):
    """const double* p of n elements; written ones without const"""

    def __init__(self, name, written):
        super().__init__(name)
        self.written = written
        self.shareable = not written

    def declaration(self):
        return f"{'' if self.written else 'const '}@* {self.name}"

    def into(self, scope):
        scope.arrays.append(Array(self.name, ["n"], writable=self.written))

    def make(self):
        return [f"std::vector<@> {self.name} = in.numbers(in.n);"]

    def argument(self):
        return f"{self.name}.data()"

    def before(self):
        n = self.name
        return [f"std::vector<double> g_{n}({n}.size(), 0.5);", f"grad.{n} = g_{n}.data();"]

    def after(self):
        n = self.name
        return [f"r.gradient(g_{n}.data(), g_{n}.size(), 0.5);"]

    def left(self):
        return [f"r.left({self.name}.data(), {self.name}.size());"]

    def part(self):
        return f'{{Part::real, Part::{"written" if self.written else "read"}, "{self.name}", 0, 1}}'


class Fixed(Number):
    """const std::array<double, k>& p"""

    def __init__(self, name, count):
        super().__init__(name)
        self.count = count

    def declaration(self):
        return f"const std::array<@, {self.count}>& {self.name}"

    def into(self, scope):
        scope.arrays.append(Array(self.name, [self.count], writable=False))

    def make(self):
        return [f"std::array<@, {self.count}> {self.name};", f"in.fill(&{self.name}[0], {self.count});"]

    def after(self):
        return [f"r.gradient(&grad.{self.name}[0], {self.count}, 0);"]

    def left(self):
        return [f"r.left(&{self.name}[0], {self.count});"]

    def part(self):
        return f'{{Part::real, Part::read, "{self.name}", {self.count}, 0}}'


class Plain(Fixed):
    """const double (&p)[k]"""

    def declaration(self):
        return f"const @ (&{self.name})[{self.count}]"

    def make(self):
        return [f"@ {self.name}[{self.count}];", f"in.fill({self.name}, {self.count});"]


class Vector(Pointer):
    """const std::vector<double>& p of n elements, or std::span<const double>"""

    def __init__(self, name, form):
        super().__init__(name, False)
        self.form = form

    def declaration(self):
        return f"{self.form} {self.name}"

    def argument(self):
        return self.name

    def before(self):
        n = self.name
        if "span" not in self.form:
            return []
        return [f"std::vector<double> g_{n}({n}.size(), 0.5);", f"grad.{n} = g_{n};"]

    def after(self):
        return [f"r.gradient(grad.{self.name}.data(), grad.{self.name}.size(), 0);"]


VECTORS = ["const std::vector<@>&", "std::span<const @>"]


def parameters_of(rng, stage):
    out = [Number(f"p{i}") for i in range(rng.randrange(1, 4))]
    out += [Whole(f"q{i}") for i in range(rng.randrange(0, 2))]
    if stage == "scalars":
        return out
    if rng.random() < 0.7:
        out.append(Size("n"))
        out += [Pointer(f"x{i}", rng.random() < 0.4) for i in range(rng.randrange(1, 3))]
        if stage == "containers" and rng.random() < 0.4:
            out.append(Vector("y", rng.choice(VECTORS)))
    if rng.random() < 0.4:
        out.append(Fixed("s", rng.randrange(1, 4)))
    if rng.random() < 0.3:
        out.append(Plain("m", rng.randrange(1, 4)))
    return out
