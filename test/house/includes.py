"""Reports includes that break the rules of the house: which room may know which other."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from sources import ROOT, sources

# Room: the rooms it knows besides itself.
ROOMS = {
    "ir": [],
    "op": ["ir"],
    "frontend": ["ir", "op"],
    "grad": ["ir", "op"],
    "opt": ["ir", "op"],
    "plan": ["ir", "op"],
    "emit": ["ir", "op", "plan"],
}
# What the compiler may take from the library: the sizes of tensors, the table of operators, and the functions that
# its formulas call.
SHARED = ["nn/dim.h", "nn/math.h", "nn/ops.def"]
CLANG = ["frontend", ""]  # rooms that may include Clang and LLVM; "" is compiler/ itself (main, compile)

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def allowed(room, target):
    first = target.split("/")[0]
    if target.startswith("nn/"):
        return target in SHARED
    if first in ("clang", "clang-c", "llvm", "llvm-c"):
        return room in CLANG
    if first in ROOMS:
        return room == "" or first == room or first in ROOMS[room]
    return "/" not in target or first == "sys"  # the standard library, the system, compile.h of compiler/ itself


def problems(path):
    """The offending includes of one file of the compiler."""
    parts = path.split("/")
    room = parts[1] if len(parts) > 2 else ""
    if room and room not in ROOMS:
        yield f"{path}: error: '{room}' is no room of the house; known: {', '.join(ROOMS)}"
        return
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if match and not allowed(room, match[1]):
                yield f"{path}:{number}: error: {room or 'compiler'} may not include {match[1]}"
            if match and room and match[1] == "compile.h":
                yield f"{path}:{number}: error: {room} may not know the pipeline"


found = [problem for path in sources(".h", ".cpp", ".def") if path.startswith("compiler/") for problem in problems(path)]
print("\n".join(found))
sys.exit(1 if found else 0)
