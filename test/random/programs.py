#!/usr/bin/env python3
"""Writes random differentiable C++ programs and the driver that checks their gradients.

usage: programs.py SEED COUNT STAGE OUT_DIR [NAME...]
OUT_DIR gets model.cpp, with COUNT annotated functions (or those named), and driver.cpp, which compares their values,
gradients and what is left in arguments with dual numbers, or with central differences where there are tensors."""
import random
import sys
from pathlib import Path

from calls import CALLS, CONTAINERS, POINTERS, Calls, prelude
from composed import Composed
from driver import driver, model
from expressions import Expressions
from parameters import parameters_of
from recursion import RECURSION, Recursion, recursive_functions
from statements import CONTROL, Scope, Statements
import tensors

STAGES = ["scalars", "arrays", "calls", "containers", "recursion", "tensors"]


class Writer(Recursion, Calls, Statements):
    pass


def constructs(stage):
    """What programs of a stage are made of: all of the stages before it, too."""
    level = STAGES.index(stage)
    out = [c for c in CONTROL if level > 0 or "array" not in c]
    out += POINTERS + CALLS if level > 1 else []
    return out + (CONTAINERS if level > 2 else []) + (RECURSION if stage == "recursion" else [])


class Function:
    """One random program: its text, its parameters, and whether dual numbers or differences check it."""

    dual = True
    result = None  # the type of a result that is not a number

    def __init__(self, rng, number, stage, expressions):
        self.name = f"f{number}"
        self.parameters = parameters_of(rng, stage)
        statements = Writer(rng, expressions, constructs(stage))
        scope = Scope()
        for p in self.parameters:
            p.into(scope)
        lines = [f"@ {self.name}({', '.join(p.declaration() for p in self.parameters)}) {{"]
        for _ in range(2):
            lines += ["  " + line for line in statements.declare(scope, 0)]
        for _ in range(rng.randrange(3, 9)):
            lines += ["  " + line for line in statements.statement(scope, rng.randrange(1, 4))]
        fixed = [a for a in scope.arrays if all(isinstance(e, int) for e in a.extents)]
        terms = scope.reals + [a.at([str(e - 1) for e in a.extents]) for a in fixed]
        lines += [f"  return {' + '.join(terms)};", "}"]
        self.text = "\n".join(lines)
        self.used = statements.used


class Batch:
    """The programs of one seed, of which those can be written that nn-diff takes."""

    def __init__(self, seed, count, stage):
        if stage == "tensors":
            self.helpers, self.composed = tensors.HELPERS, []
            self.functions = [tensors.TensorFunction(random.Random(f"{stage}/{seed}/{i}"), i) for i in range(count)]
            return
        expressions = Expressions(random.Random(f"{stage}/{seed}"))
        self.helpers = ""
        if STAGES.index(stage) > 1:
            self.helpers = prelude(expressions.rng, expressions, Statements(expressions.rng, expressions, CONTROL))
        if stage == "recursion":
            make = lambda: Writer(expressions.rng, expressions, CONTROL + RECURSION)
            self.helpers += "\n\n" + recursive_functions(expressions.rng, make)
        self.functions = []
        for i in range(count):
            expressions.rng = random.Random(f"{stage}/{seed}/{i}")
            self.functions.append(Function(expressions.rng, i, stage, expressions))
        self.composed = self.compositions(random.Random(f"{stage}/{seed}/composed"), count)

    def compositions(self, rng, count):
        """One for every ten programs, in turn a sum and a composition."""
        made = []
        for i in range(count // 10 if count >= 2 else 0):
            first, second = rng.sample(self.functions, 2)
            made.append(Composed(rng, count + i, ["sum", "chain"][i % 2], first, second))
        return made

    def names(self):
        return [f.name for f in self.functions + self.composed]

    def write(self, out, names):
        """Writes those named; a composition needs what it calls."""
        out.mkdir(parents=True, exist_ok=True)
        calls = {c.name: {c.first.name, c.second.name} for c in self.composed}
        needed = set(names).union(*[calls.get(name, set()) for name in names])
        functions = [f for f in self.functions if f.name in needed]
        composed = [c for c in self.composed if c.name in needed]
        (out / "model.cpp").write_text(model(self.helpers, functions + composed))
        (out / "driver.cpp").write_text(driver(self.helpers, functions + composed, composed))


def main():
    batch = Batch(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    batch.write(Path(sys.argv[4]), sys.argv[5:] or batch.names())


if __name__ == "__main__":
    main()
