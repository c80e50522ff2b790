"""Reports source files of more than 400 lines, unless listed here with the reason why they are better whole."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from sources import ROOT, sources

LIMIT = 400
BETTER_WHOLE = {}  # path: reason


def lines(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return sum(1 for _ in file)


long = {path: lines(path) for path in sources(".h", ".cpp", ".cu", ".def", ".py", ".cmake") if lines(path) > LIMIT}
problems = [f"{path}: error: {count} lines" for path, count in long.items() if path not in BETTER_WHOLE]
problems += [f"{path}: error: listed as long, but isn't" for path in BETTER_WHOLE if path not in long]
print("\n".join(problems))
sys.exit(1 if problems else 0)
