#!/usr/bin/env python3
"""Writes random differentiable C++ programs and the driver that checks their gradients.

usage: programs.py SEED COUNT STAGE OUT_DIR
OUT_DIR gets model.cpp, with COUNT annotated functions, and driver.cpp, which holds the same functions over dual
numbers and compares values, gradients and what is left in arguments. Stages: scalars, arrays, calls, containers,
recursion."""
import random
import re
import sys
from pathlib import Path

from calls import CALLS, CONTAINERS, POINTERS, Calls, prelude
from expressions import Expressions
from parameters import parameters_of
from recursion import RECURSION, Recursion, recursive_functions
from statements import CONTROL, Scope, Statements

MATH = "sin|cos|tanh|exp|log|sqrt|cbrt|atan|floor|fabs|erf|pow|hypot|atan2|fma|fmod"


STAGES = ["scalars", "arrays", "calls", "containers", "recursion"]


class Writer(Recursion, Calls, Statements):
    pass


def constructs(stage):
    """What programs of a stage are made of: all of the stages before it, too."""
    level = STAGES.index(stage)
    out = [c for c in CONTROL if level > 0 or "array" not in c]
    return out + (POINTERS + CALLS if level > 1 else []) + (CONTAINERS if level > 2 else []) + (RECURSION if level > 3 else [])


class Function:
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

    def primal(self):
        return "NN_DIFF()\n" + real(self.text, "double")

    def dual(self):
        return duals(self.text)


def real(text, name):
    return text.replace("@", name)


def duals(text):
    return re.sub(rf"std::({MATH})\(", r"dual::\1(", real(text, "Dual"))


def model(helpers, functions):
    head = "#ifndef MODEL_CPP\n#define MODEL_CPP\n#include <nn/nn.h>\n#include <array>\n#include <cmath>\n#include <utility>\n#include <algorithm>\n#include <numeric>\n#include <span>\n#include <tuple>\n#include <vector>\n\n"
    return head + real(helpers, "double") + "\n\n" + "\n\n".join(f.primal() for f in functions) + "\n#endif\n"


def driver(helpers, functions):
    text = '#include "model.nn.h"\n#include "checker.h"\n\nnamespace on_duals {\n\n' + duals(helpers) + "\n\n"
    text += "\n\n".join("inline " + f.dual() for f in functions) + "\n\n}  // namespace on_duals\n\n"
    for f in functions:
        text += f"void check_{f.name}(Checker& c) {{\n"
        text += "".join("  " + line + "\n" for p in f.parameters for line in p.make())
        given = ", ".join(p.dual() for p in f.parameters)
        arguments = ", ".join(p.argument() for p in f.parameters)
        text += f'  c.begin("{f.name}");\n  const Dual expected = on_duals::{f.name}({given});\n'
        text += f"  nn::Gradients<&::{f.name}> grad;\n"
        text += "".join("  " + line + "\n" for p in f.parameters for line in p.before())
        text += f"  c.value(nn::value_and_grad<&::{f.name}>({arguments}, grad, c.ws), expected);\n"
        text += "".join("  " + line + "\n" for p in f.parameters for line in p.after())
        text += "  c.end();\n}\n\n"
    text += "int main() {\n  Checker c;\n  for (int n : {0, 1, 2, 5, 3}) {\n    c.n = n;\n"
    text += "".join(f"    c.twice(check_{f.name});\n" for f in functions)
    return text + "  }\n  return c.report();\n}\n"


def main():
    seed, count, stage, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    out.mkdir(parents=True, exist_ok=True)
    expressions = Expressions(random.Random(f"{stage}/{seed}"))
    helpers = ""
    if STAGES.index(stage) > 1:
        helpers = prelude(expressions.rng, expressions, Statements(expressions.rng, expressions, CONTROL))
    if STAGES.index(stage) > 3:
        make = lambda: Writer(expressions.rng, expressions, CONTROL + RECURSION)
        helpers += "\n\n" + recursive_functions(expressions.rng, make)
    functions = []
    for i in range(count):
        expressions.rng = random.Random(f"{stage}/{seed}/{i}")
        functions.append(Function(expressions.rng, i, stage, expressions))
    only = sys.argv[5:]
    if only:
        functions = [f for f in functions if f.name in only]
    (out / "model.cpp").write_text(model(helpers, functions))
    (out / "driver.cpp").write_text(driver(helpers, functions))


if __name__ == "__main__":
    main()
