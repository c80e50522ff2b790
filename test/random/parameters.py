"""Kinds of parameters of random programs: how each is declared, filled, differentiated and compared."""
from statements import Array


class Number:
    """double p"""

    def __init__(self, name):
        self.name = name

    def declaration(self):
        return f"@ {self.name}"

    def into(self, scope):
        scope.reals.append(self.name)
        scope.locals.append(self.name)

    def make(self):
        return [f"const double {self.name} = c.number();", f"const Dual d_{self.name} = c.seed({self.name});"]

    def dual(self):
        return f"d_{self.name}"

    def argument(self):
        return self.name

    def before(self):
        return []

    def after(self):
        return [f'c.gradient("{self.name}", grad.{self.name});']


class Whole(Number):
    """int p"""

    def declaration(self):
        return f"int {self.name}"

    def into(self, scope):
        scope.ints.append(self.name)

    def make(self):
        return [f"const int {self.name} = c.whole();"]

    def dual(self):
        return self.name

    def after(self):
        return []


class Size(Whole):
    """int n, the extent of pointers beside it"""

    def into(self, scope):
        scope.ints.append(self.name)

    def make(self):
        return ["const int n = c.n;"]


class Pointer(Number):
    """const double* p of n elements; written ones without const"""

    def __init__(self, name, written):
        super().__init__(name)
        self.written = written

    def declaration(self):
        return f"{'' if self.written else 'const '}@* {self.name}"

    def into(self, scope):
        scope.arrays.append(Array(self.name, ["n"], writable=self.written))

    def make(self):
        n = self.name
        return [f"std::vector<double> {n} = c.numbers(c.n);", f"std::vector<Dual> d_{n} = c.seeds({n});",
                f"std::vector<double> g_{n}({n}.size(), 0.5);"]

    def dual(self):
        return f"d_{self.name}.data()"

    def argument(self):
        return f"{self.name}.data()"

    def before(self):
        return [f"grad.{self.name} = g_{self.name}.data();"]

    def after(self):
        n = self.name
        return [f'c.gradients("{n}", g_{n}.data(), {n}.size(), 0.5);', f'c.left("{n}", {n}.data(), d_{n});']


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
        n, k = self.name, self.count
        return [f"std::array<double, {k}> {n};", f"std::array<Dual, {k}> d_{n};",
                f"for (int i = 0; i < {k}; ++i) d_{n}[i] = c.seed({n}[i] = c.number());"]

    def after(self):
        return [f'c.gradients("{self.name}", grad.{self.name}.data(), {self.count}, 0);']


class Plain(Fixed):
    """const double (&p)[k]"""

    def declaration(self):
        return f"const @ (&{self.name})[{self.count}]"

    def make(self):
        n, k = self.name, self.count
        return [f"double {n}[{k}];", f"Dual d_{n}[{k}];",
                f"for (int i = 0; i < {k}; ++i) d_{n}[i] = c.seed({n}[i] = c.number());"]

    def after(self):
        return [f'c.gradients("{self.name}", &grad.{self.name}[0], {self.count}, 0);']


def parameters_of(rng, stage):
    out = [Number(f"p{i}") for i in range(rng.randrange(1, 4))]
    out += [Whole(f"q{i}") for i in range(rng.randrange(0, 2))]
    if stage == "scalars":
        return out
    if rng.random() < 0.7:
        out.append(Size("n"))
        out += [Pointer(f"x{i}", rng.random() < 0.4) for i in range(rng.randrange(1, 3))]
    if rng.random() < 0.4:
        out.append(Fixed("s", rng.randrange(1, 4)))
    if rng.random() < 0.3:
        out.append(Plain("m", rng.randrange(1, 4)))
    return out
