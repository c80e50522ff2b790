"""The project's own source files: as a module, and as a program that prints those with the given suffixes."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = ["compiler", "runtime", "include", "test", "examples", "cmake"]


def sources(*suffixes):
    """Paths below the repository root, sorted, of the files that end in one of the suffixes."""
    found = []
    for folder in FOLDERS:
        for parent, _, names in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.relpath(os.path.join(parent, name), ROOT) for name in names if name.endswith(suffixes)]
    return sorted(found)


if __name__ == "__main__":
    print("\n".join(os.path.join(ROOT, path) for path in sources(*sys.argv[1:])))
