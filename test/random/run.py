#!/usr/bin/env python3
"""Random programs through nn-diff: every gradient must be right, every refusal is counted and shown.

usage: run.py --nn-diff PATH --cxx 'COMPILER FLAGS' --lib 'LINKER FLAGS' --work DIR [--stage S] [--seeds A:B]
              [--count N] [--modes auto,all,none] [--may-refuse]
Exit status 1 if a program is wrong, does not compile, or is refused without --may-refuse."""
import argparse
import collections
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nn-diff", required=True)
    parser.add_argument("--cxx", required=True)
    parser.add_argument("--lib", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--stage", default="arrays")
    parser.add_argument("--seeds", default="0:1")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--modes", default="auto")
    parser.add_argument("--may-refuse", action="store_true")
    return parser.parse_args()


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def function_at(model, line):
    """The annotated function that holds a line of the model."""
    name = None
    for number, text in enumerate(model.read_text().splitlines(), 1):
        found = re.match(r"double (f\d+)\(", text)
        if found:
            name = found[1]
        if number >= line and name:
            return name
    return name


class Run:
    def __init__(self, o):
        self.o = o
        self.work = Path(o.work)
        self.programs = self.refused = 0
        self.failures = []
        self.reasons = collections.Counter()

    def generate(self, seed, names):
        command = [sys.executable, HERE / "programs.py", str(seed), str(self.o.count), self.o.stage, self.work]
        subprocess.run(command + names, check=True)

    def derive(self, seed, mode):
        """Runs nn-diff, leaving out what it refuses; returns the names that remain."""
        names = [f"f{i}" for i in range(self.o.count)]
        while names:
            self.generate(seed, names)
            result = run([self.o.nn_diff, f"--recompute={mode}", "--emit=cpp", "model.cpp"], cwd=self.work)
            if result.returncode == 0:
                return names
            place = re.search(r"model\.cpp:(\d+):\d+: error: (.*)", result.stderr)
            name = function_at(self.work / "model.cpp", int(place[1])) if place else None
            if result.returncode != 1 or name not in names:
                self.failures.append(f"seed {seed}: nn-diff ends with {result.returncode}: {result.stderr[-400:]}")
                names = self.bisect(seed, mode, names)
                continue
            self.refused += 1
            self.reasons[re.sub(r"'[^']*'", "'…'", place[2])] += 1
            names.remove(name)
        return names

    def bisect(self, seed, mode, names):
        """The functions that nn-diff takes one by one without breaking."""
        good = []
        for name in names:
            self.generate(seed, [name])
            command = [self.o.nn_diff, f"--recompute={mode}", "--emit=cpp", "model.cpp"]
            result = run(command, cwd=self.work)
            if result.returncode in (0, 1):
                good.append(name)
            else:
                self.failures.append(f"seed {seed} {name}: exit status {result.returncode}: {result.stderr[-300:]}")
        return good

    def check(self, seed, mode):
        names = self.derive(seed, mode)
        self.programs += len(names)
        if not names:
            return
        build = f"{self.o.cxx} -I{HERE} -I. driver.cpp model.nn.cpp -o driver {self.o.lib}"
        result = run(build, cwd=self.work, shell=True)
        if result.returncode:
            self.failures.append(f"seed {seed} ({mode}): does not compile: {result.stderr[:600]}")
            return
        result = run(["./driver"], cwd=self.work)
        if result.returncode:
            self.failures.append(f"seed {seed} ({mode}): {result.stdout[:1500]}{result.stderr[-600:]}")

    def report(self):
        print(f"{self.programs} programs, {self.refused} refused, {len(self.failures)} failures")
        for reason, count in self.reasons.most_common(12):
            print(f"  {count:4} refused: {reason}")
        for failure in self.failures:
            print(failure)
        return 1 if self.failures or (self.refused and not self.o.may_refuse) else 0


def main():
    o = options()
    first, last = (int(x) for x in o.seeds.split(":"))
    r = Run(o)
    r.work.mkdir(parents=True, exist_ok=True)
    for seed in range(first, last):
        for mode in o.modes.split(","):
            r.check(seed, mode)
    sys.exit(r.report())


if __name__ == "__main__":
    main()
