"""One batch of random programs through nn-diff, a compiler and its checks; what went wrong, program by program."""
import collections
import dataclasses
import re
import subprocess
from pathlib import Path

from programs import Batch

HERE = Path(__file__).parent
SECONDS = 600  # until a step counts as hanging


@dataclasses.dataclass
class Tools:
    nn_diff: str
    lib: str
    checkers: Path  # folder for the compiled checkers, one for each compiler line


@dataclasses.dataclass
class Task:
    stage: str
    seed: int
    count: int
    mode: str  # of --recompute
    cxx: str  # the compiler and its flags
    only: tuple = ()

    def text(self):
        return f"--stage {self.stage} --seeds {self.seed}:{self.seed + 1} --count {self.count} --modes {self.mode}"


@dataclasses.dataclass
class Outcome:
    task: Task
    programs: int = 0
    constructs: set = dataclasses.field(default_factory=set)
    reasons: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    failures: list = dataclasses.field(default_factory=list)


def execute(command, **more):
    """Exit status, output and errors; 124 after a time in which everything ends."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS, **more)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        return 124, "", "does not end"


def function_at(model, line):
    """The annotated function that holds a line of the model."""
    name = None
    for number, text in enumerate(model.read_text().splitlines(), 1):
        found = re.match(r"\S.* (f\d+)\(.*\{$", text)
        if found and number <= line:
            name = found[1]
    return name


class Check:
    """The way of one task. Whatever a program breaks is found by taking programs away."""

    def __init__(self, task, tools, work):
        self.task, self.tools, self.work = task, tools, work
        self.batch = Batch(task.seed, task.count, task.stage)
        self.outcome = Outcome(task)

    def fail(self, name, what):
        self.outcome.failures.append(f"{self.task.text()} --only {name} --cxx '{self.task.cxx}': {what}")

    def derive(self, names):
        self.batch.write(self.work, names)
        return execute([self.tools.nn_diff, f"--recompute={self.task.mode}", "--emit=cpp", "model.cpp"], cwd=self.work)

    def compile(self, names):
        """nn-diff and the compiler; an error's text or None."""
        status, _, errors = self.derive(names)
        if status:
            return f"nn-diff ends with {status}: {errors[-600:]}"
        line = f"{self.task.cxx} -I{HERE} -I."
        checker = self.checker(line)
        build = f"exec {line} driver.cpp model.nn.cpp {checker} -o driver {self.tools.lib}"
        status, _, errors = execute(build, cwd=self.work, shell=True)
        return f"does not compile: {errors[:900]}" if status else None

    def checker(self, line):
        """The object file of checker.cpp for a compiler line; made at its first use."""
        name = re.sub(r"\W+", "_", self.task.cxx)[-120:] + ".o"
        path = self.tools.checkers / name
        if not path.exists():
            mine = self.work / name
            subprocess.run(f"{line} -c {HERE}/checker.cpp -o {mine}", shell=True, check=True, cwd=self.work)
            mine.replace(path)  # at once: others may be making it, too
        return path

    def accepted(self, names):
        """The programs that nn-diff takes; counts those it refuses."""
        names = list(names)
        while names:
            status, _, errors = self.derive(names)
            if status == 0:
                return names
            refused = {}
            for place in re.finditer(r"model\.cpp:(\d+):\d+: error: (.*)", errors):
                name = function_at(self.work / "model.cpp", int(place[1]))
                refused.setdefault(name, re.sub(r"'[^']*'", "'…'", place[2]))
            if status != 1 or not refused or not set(refused) <= set(names):
                return self.unbroken(names)
            self.outcome.reasons.update(refused.values())
            names = self.without(names, refused)
        return names

    def without(self, names, left_out):
        """Those that remain when some are gone, and with them what calls them."""
        gone = set(left_out)
        gone |= {c.name for c in self.batch.composed if {c.first.name, c.second.name} & gone}
        return [name for name in names if name not in gone]

    def unbroken(self, names):
        """The programs that nn-diff does not break over."""
        broken = self.culprits(names, lambda some: self.derive(some)[0] not in (0, 1))
        for name in broken:
            status, _, errors = self.derive([name])
            self.fail(name, f"nn-diff ends with {status}: {errors[-400:]}")
        rest = self.without(names, broken)
        return self.accepted(rest) if broken else []

    def culprits(self, names, breaks):
        """The programs that break something when taken alone."""
        if not breaks(names):
            return []
        if len(names) == 1:
            return list(names)
        half = len(names) // 2
        return self.culprits(names[:half], breaks) + self.culprits(names[half:], breaks)

    def run(self):
        names = self.accepted(self.task.only or self.batch.names())
        error = self.compile(names) if names else None
        if error:
            bad = self.culprits(names, lambda some: self.compile(some) is not None)
            for name in bad or ["all together"]:
                self.fail(name, self.compile([name]) if bad else error)
            names = self.without(names, bad)
            error = self.compile(names) if names and bad else error
        if not names or error:
            return self.outcome
        self.outcome.programs = len(names)
        for f in self.batch.functions + self.batch.composed:
            if f.name in names:
                self.outcome.constructs |= f.used
        status, output, errors = execute(["./driver"], cwd=self.work)
        if status:
            self.failed(names, status, output, errors)
        return self.outcome

    def failed(self, names, status, output, errors):
        """Tells what the driver said, or which program it ended over."""
        lines = collections.OrderedDict()
        for line in output.splitlines():
            found = re.match(r"(f\d+) (\(n = .*)", line)
            if found:
                lines.setdefault(found[1], found[2])
        for name, line in lines.items():
            self.fail(name, line)
        if status == 1 and lines:
            return
        for name in names:
            status, _, errors = execute(["./driver", name], cwd=self.work)
            if status not in (0, 1):
                self.fail(name, f"exit status {status}: {errors[-600:]}")
        if not self.outcome.failures:
            self.fail("all together", f"exit status {status}: {errors[-600:]}")
