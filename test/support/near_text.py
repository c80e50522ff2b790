"""Compares two texts word by word: numbers to a tolerance relative to the larger of 1 and the number, the rest exactly.

usage: near_text.py TOLERANCE ACTUAL EXPECTED
"""

import sys


def number(word):
    try:
        return float(word)
    except ValueError:
        return None


def is_near(actual, expected, tolerance):
    a, e = number(actual), number(expected)
    if a is None or e is None:
        return actual == expected
    return abs(a - e) <= tolerance * max(1.0, abs(e))


def words(path):
    with open(path, encoding="utf-8") as file:
        return [(line, word) for line, text in enumerate(file, 1) for word in text.split()]


def main():
    tolerance, actual, expected = float(sys.argv[1]), words(sys.argv[2]), words(sys.argv[3])
    if len(actual) != len(expected) or not actual:
        sys.exit(f"{len(actual)} words, expected {len(expected)}")
    for (line, a), (_, e) in zip(actual, expected):
        if not is_near(a, e, tolerance):
            sys.exit(f"{sys.argv[2]}:{line}: error: got {a}, expected {e}")


main()
