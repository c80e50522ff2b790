#!/usr/bin/env python3
"""Writes random differentiable C++ programs and the driver that checks their gradients.

usage: programs.py SEED COUNT STAGE OUT_DIR
OUT_DIR gets model.cpp, with COUNT annotated functions, and driver.cpp, which holds the same functions over dual
numbers and compares values, gradients and what is left in arguments. Stages: scalars, arrays, calls."""
import random
import re
import sys
from pathlib import Path

from expressions import Expressions
from statements import CONTROL, Array, Scope, Statements
from parameters import parameters_of

MATH = "sin|cos|tanh|exp|log|sqrt|cbrt|atan|floor|fabs|erf|pow|hypot|atan2|fma|fmod"


class Function:
    def __init__(self, rng, number, stage):
        self.name = f"f{number}"
        self.parameters = parameters_of(rng, stage)
        expressions = Expressions(rng)
        constructs = [c for c in CONTROL if stage != "scalars" or "array" not in c]
        statements = Statements(rng, expressions, constructs)
        scope = Scope()
        for p in self.parameters:
            p.into(scope)
        lines = [f"@ {self.name}({', '.join(p.declaration() for p in self.parameters)}) {{"]
        for _ in range(2):
            lines += ["  " + line for line in statements.declare(scope, 0)]
        lines += ["  " + line for line in statements.block(scope, rng.randrange(1, 4), rng.randrange(3, 9))]
        # What has been declared inside the block is out of reach here: the result is made of what is certain.
        lines.append(f"  return {' + '.join(scope.reals + [a.at(['0'] * len(a.extents)) for a in scope.arrays if all(isinstance(e, int) for e in a.extents)])};")
        lines.append("}")
        self.text = "\n".join(lines)
        self.used = statements.used

    def primal(self):
        return "NN_DIFF()\n" + real(self.text, "double")

    def dual(self):
        return re.sub(rf"std::({MATH})\(", r"dual::\1(", real(self.text, "Dual"))


def real(text, name):
    return text.replace("@", name)


def model(functions):
    head = "#ifndef MODEL_CPP\n#define MODEL_CPP\n#include <nn/nn.h>\n#include <array>\n#include <cmath>\n#include <utility>\n#include <algorithm>\n\n"
    return head + "\n\n".join(f.primal() for f in functions) + "\n#endif\n"


def driver(functions):
    text = '#include "model.nn.h"\n#include "check.h"\n\nnamespace on_duals {\n\n'
    text += "\n\n".join("inline " + f.dual() for f in functions) + "\n\n}  // namespace on_duals\n\n"
    for f in functions:
        text += f"void check_{f.name}(Checker& c) {{\n"
        text += "".join("  " + line + "\n" for p in f.parameters for line in p.make())
        duals = ", ".join(p.dual() for p in f.parameters)
        arguments = ", ".join(p.argument() for p in f.parameters)
        text += f'  c.begin("{f.name}");\n  const Dual expected = on_duals::{f.name}({duals});\n'
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
    functions = [Function(random.Random(f"{stage}/{seed}/{i}"), i, stage) for i in range(count)]
    only = sys.argv[5:]
    if only:
        functions = [f for f in functions if f.name in only]
    (out / "model.cpp").write_text(model(functions))
    (out / "driver.cpp").write_text(driver(functions))


if __name__ == "__main__":
    main()
