"""Prints the closing line of a test run from lit's results file; exits 1 unless something passed and nothing failed."""

import collections
import json
import sys


def main(path):
    with open(path, encoding="utf-8") as results:
        codes = collections.Counter(test["code"] for test in json.load(results)["tests"])
    codes.pop("EXCLUDED", None)
    passed = codes.pop("PASS", 0) + codes.pop("FLAKYPASS", 0) + codes.pop("XFAIL", 0)
    skipped = codes.pop("UNSUPPORTED", 0) + codes.pop("SKIPPED", 0)
    failed = sum(codes.values())
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


sys.exit(main(sys.argv[1]))
