"""Recursive functions for random programs: they call themselves and each other from anywhere in their bodies."""
from statements import Array, Scope

RECURSION = ["recurse"]
NAMES = ["down", "around"]
HEAD = "inline @ {0}(@ a, @& b, @* p, int n)"


def recursive_functions(rng, make):
    """Text of the functions; `make` gives statements for one."""
    text = [HEAD.format(name) + ";" for name in NAMES]
    for name in NAMES:
        statements = make()
        statements.inside, statements.calls_left = True, 2
        scope = Scope()
        scope.reals, scope.locals, scope.ints, scope.arrays = ["a", "b"], ["a", "b"], ["n"], [Array("p", [3])]
        lines = [f"if (n <= 0) return {statements.e.real(scope, 2)};"]
        lines += statements.block(scope, 1, rng.randrange(1, 4))
        lines += statements.recurse(scope, 1) or []
        lines += statements.block(scope, 1, rng.randrange(1, 3))
        body = "\n".join("  " + line for line in lines)
        text.append(f"{HEAD.format(name)} {{\n{body}\n  return {statements.e.real(scope, 2)};\n}}")
    return "\n\n".join(text)


class Recursion:
    """Statements to be mixed into `Statements`."""
    inside = False
    calls_left = 4

    def recurse(self, scope, depth):
        to = self.rng.choice(scope.locals) if scope.locals else None
        if not to or self.calls_left == 0:
            return None
        self.calls_left -= 1
        lines, array, count = [], "p", self.rng.choice(["n - 1", "n - 1", "n - 2", "n / 2"])
        if not self.inside:
            array, count = self.name("q"), self.rng.randrange(4)
            items = ", ".join(f"@({self.e.real(scope, 1)})" for _ in range(3))
            lines = [f"@ {array}[3] = {{{items}}};"]
            scope.arrays.append(Array(array, [3]))
        t = self.name("t")
        call = f"@ {t} = {self.rng.choice(NAMES)}(@({self.e.real(scope, 1)}), {to}, {array}, {count});"
        scope.reals.append(t)
        scope.locals.append(t)
        return lines + [call]
