"""Random C++ expressions over what a scope holds: reals, integers with known ranges, conditions."""

UNARY = ["std::sin({0})", "std::cos({0})", "std::tanh({0})", "std::exp(std::sin({0}))", "std::sqrt(1.5 + {0} * {0})",
         "std::log(2.0 + std::cos({0}))", "std::fabs({0})", "std::atan({0})", "(-{0})", "1.0 / (1.0 + {0} * {0})",
         "std::pow(1.5 + std::sin({0}), 1.7)", "std::cbrt(2.0 + std::cos({0}))", "std::erf({0})", "std::floor({0})"]
BINARY = ["({0} + {1})", "({0} - {1})", "std::sin({0}) * {1}", "{0} * std::cos({1})", "{0} / (1.5 + std::cos({1}))",
          "std::min({0}, {1})", "std::max({0}, {1})", "std::hypot({0}, 1.0 + std::tanh({1}))", "std::atan2({0}, 2.0 + std::sin({1}))",
          "std::fma({0}, 0.5, {1})", "std::fmod({0}, 1.5 + std::fabs(std::sin({1})))"]


class Expressions:
    """What can be read: `reals` are texts of scalar lvalues or values, `arrays` maps a text to its extent's
    text, `ints` are (text, low, high) with bounds as numbers or None."""

    def __init__(self, rng):
        self.rng = rng
        self.functions = []  # (format of a call, number of real arguments)

    def literal(self):
        return f"{self.rng.uniform(-1.5, 1.5):.2f}"

    def index(self, scope, extent):
        """An index into an array of `extent` (a number, or the text of a size): (text, needs a guard)."""
        rng = self.rng
        fits = [t for t, e in scope.counters if e == extent]
        if fits and rng.random() < 0.75:
            i = rng.choice(fits)
            form = rng.choice(["{i}", "{i}", "{e} - 1 - {i}", "({i} * 3 + 1) % {e}", "({i} + 1) % {e}"])
            return form.format(i=i, e=extent)
        if isinstance(extent, int):
            whole = [t for t in scope.ints if rng.random() < 0.5]
            if whole:
                return f"({rng.choice(whole)} & 1023) % {extent}"
            return str(rng.randrange(extent))
        return None

    def element(self, scope):
        """An element of an array that can be read, or None."""
        arrays = list(scope.arrays)
        self.rng.shuffle(arrays)
        for array in arrays:
            texts = [self.index(scope, e) for e in array.extents]
            if all(t is not None for t in texts):
                return array.at(texts)
        return None

    def real(self, scope, depth):
        rng = self.rng
        roll = rng.random()
        if depth <= 0 or roll < 0.2:
            if scope.arrays and rng.random() < 0.5:
                element = self.element(scope)
                if element:
                    return element
            if scope.reals and rng.random() < 0.85:
                return rng.choice(scope.reals)
            return self.literal()
        if roll < 0.5:
            return rng.choice(UNARY).format(self.atom(scope, depth - 1))
        if roll < 0.82:
            return rng.choice(BINARY).format(self.atom(scope, depth - 1), self.atom(scope, depth - 1))
        if roll < 0.88:
            a, b = self.real(scope, depth - 1), self.real(scope, depth - 1)
            return f"({self.condition(scope)} ? @({a}) : @({b}))"
        if roll < 0.93 and self.functions:
            form, count = rng.choice(self.functions)
            return form.format(*[f"@({self.real(scope, depth - 1)})" for _ in range(count)])
        if scope.ints:
            return f"@({self.whole(scope)}) * 0.1"
        return self.literal()

    def atom(self, scope, depth):
        """Something that std:: functions of two numbers take: always of the real type."""
        return f"@({self.real(scope, depth)})"

    def whole(self, scope):
        rng = self.rng
        text = rng.choice(scope.ints)
        return rng.choice(["{0}", "({0} + 1)", "({0} % 3)", "(2 - {0})", "({0} & 5)", "({0} / 2)", "({0} << 1)"]).format(text)

    def condition(self, scope):
        rng = self.rng
        roll = rng.random()
        if roll < 0.15:
            op = rng.choice(["&&", "||"])
            return f"({self.condition(scope)} {op} {self.condition(scope)})"
        if roll < 0.22:
            return f"!({self.condition(scope)})"
        if roll < 0.5 and scope.ints:
            return f"{self.whole(scope)} {rng.choice(['<', '>', '==', '!=', '<=', '>='])} {rng.randrange(4)}"
        # In parentheses: g++ takes `if (double(f(double(a), double(a))) < …)` for a declaration of f.
        return f"(@({self.real(scope, 1)}) {rng.choice(['<', '>', '<=', '>='])} @({self.real(scope, 1)}))"
