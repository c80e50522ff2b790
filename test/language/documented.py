#!/usr/bin/env python3
"""Checks that docs/language.md and the tests of the language agree: every function that a row names is annotated and
verified in that file, and every verified function is named by a row.

usage: documented.py docs/language.md test/language"""
import re
import sys
from pathlib import Path

page, folder = Path(sys.argv[1]), Path(sys.argv[2])
named = set()
for row in page.read_text().splitlines():
    if not row.startswith("|") or row.startswith("| construct") or row.startswith("| ---"):
        continue
    shown = row.rstrip("| ").rsplit("| ", 1)[-1]
    for part in shown.split(";"):
        file, _, functions = part.strip().partition(": ")
        named |= {(file, f.strip()) for f in functions.split(",")}

verified = set()
for source in sorted(folder.glob("*.cpp")):
    text = source.read_text()
    annotated = set(re.findall(r"NN_DIFF\(\w*\)\s+[\w:<>]+ (\w+)\(", text))
    verified |= {(source.name, f) for f in re.findall(r"verify\((\w+),", text) if f in annotated}

wrong = [f"no test shows {f} in {file}" for file, f in sorted(named - verified)]
wrong += [f"no row names {f} of {file}" for file, f in sorted(verified - named)]
print("\n".join(wrong))
sys.exit(1 if wrong or not named else 0)
