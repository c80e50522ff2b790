"""Compiles and runs a driver against the code nn-diff writes for its models, over compilers, flags and recompute modes.

usage: matrix.py --include DIR --library LINE --out DIR MODEL... DRIVER [-- nn-diff options]
The driver includes "MODEL.nn.h" and fails by its exit status. Stops loudly at the first command that fails.
"""

import argparse
import os
import shlex
import subprocess
import sys

WARNINGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror"]
GENERATED = ["-fno-trapping-math", "-fno-math-errno"]  # what nn_diff_generate adds
SANITIZE = ["-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
FAST = ["-O3", "-march=native"]

# Compiler, what the sanitizers add, optimisation of the generated code, --recompute. The driver is always compiled with
# -O0 and without sanitizers, which would take as long as all the rest: it is not what is being tested.
COMBINATIONS = [
    ("g++", SANITIZE, ["-O0"], "none"),
    ("g++", [], FAST, "auto"),
    ("clang++-14", [], ["-O0"], "all"),
    ("clang++-14", [], FAST, "none"),
    ("clang++-19", [], ["-O0"], "auto"),
    ("clang++-19", [], FAST, "all"),
]


def run(command, purpose):
    """Runs a command; on failure prints it with what it said and ends this program."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"matrix: {purpose} failed ({done.returncode}):\n  {shlex.join(command)}\n{done.stdout}")


def base_name(path):
    return os.path.splitext(os.path.basename(path))[0]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Matrix:
    """The models and the driver, where their outputs go, and the driver objects made so far."""

    def __init__(self, arguments, models, driver, options):
        self.models, self.driver, self.options = models, driver, options
        self.out, self.library = arguments.out, shlex.split(arguments.library)
        folders = [arguments.include, os.path.dirname(os.path.abspath(__file__)), os.path.dirname(driver) or "."]
        folders += [os.path.dirname(model) or "." for model in models]
        self.includes = ["-I" + folder for folder in dict.fromkeys(folders)]
        self.drivers = {}

    def generate(self, mode):
        folder = os.path.join(self.out, mode)
        os.makedirs(folder, exist_ok=True)
        for model in self.models:
            run(["nn-diff", f"--recompute={mode}", "--out-dir", folder, *self.options, model], f"recompute={mode}")

    def compile(self, command, source, mode, output):
        include = ["-I" + os.path.join(self.out, mode)]
        run([*command, *WARNINGS, *self.includes, *include, "-c", source, "-o", output], f"compiling for {mode}")
        return output

    def driver_object(self, compiler, mode):
        """The driver's object file; modes whose generated headers are the same text share one."""
        headers = [read(os.path.join(self.out, mode, base_name(model) + ".nn.h")) for model in self.models]
        key = (compiler, *headers)
        if key not in self.drivers:
            output = os.path.join(self.out, f"driver{len(self.drivers)}.o")
            self.drivers[key] = self.compile([compiler, "-O0"], self.driver, mode, output)
        return self.drivers[key]

    def check(self, compiler, sanitize, optimisation, mode):
        name = "-".join([compiler, optimisation[0].strip("-"), mode])
        objects = [self.driver_object(compiler, mode)]
        for model in self.models:
            source = os.path.join(self.out, mode, base_name(model) + ".nn.cpp")
            output = os.path.join(self.out, f"{name}-{base_name(model)}.o")
            objects.append(self.compile([compiler, *sanitize, *optimisation, *GENERATED], source, mode, output))
        program = os.path.join(self.out, name + ".exe")
        run([compiler, *sanitize, *objects, *self.library, "-o", program], f"linking {name}")
        run([os.path.abspath(program)], f"running {name}")


def main():
    arguments, options = sys.argv[1:], []
    if "--" in arguments:
        split = arguments.index("--")
        arguments, options = arguments[:split], arguments[split + 1 :]
    parser = argparse.ArgumentParser(usage=__doc__)
    for option in ["--include", "--library", "--out"]:
        parser.add_argument(option, required=True)
    parser.add_argument("files", nargs="+")
    parsed = parser.parse_args(arguments)
    *models, driver = parsed.files
    if not models:
        parser.error("needs a model and a driver")

    matrix = Matrix(parsed, models, driver, options)
    for mode in dict.fromkeys(combination[3] for combination in COMBINATIONS):
        matrix.generate(mode)
    for combination in COMBINATIONS:
        matrix.check(*combination)
    print(f"matrix: {len(COMBINATIONS)} combinations of {os.path.basename(driver)} hold")


main()
