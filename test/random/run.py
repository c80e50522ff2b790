#!/usr/bin/env python3
"""Random programs through nn-diff: every gradient must be right, every refusal is counted and shown.

usage: run.py --nn-diff PATH --cxx 'COMPILER FLAGS' --lib 'LINKER FLAGS' --work DIR [--stage S] [--seeds A:B]
              [--count N] [--modes auto,all,none] [--only NAME] [--may-refuse]
Exit status 1 if a program is wrong, does not compile, or is refused without --may-refuse."""
import argparse
import sys
from pathlib import Path

from batch import Check, Task, Tools


def options():
    parser = argparse.ArgumentParser()
    for name in ["--nn-diff", "--cxx", "--lib", "--work"]:
        parser.add_argument(name, required=True)
    parser.add_argument("--stage", default="arrays")
    parser.add_argument("--seeds", default="0:1")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--modes", default="auto")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--may-refuse", action="store_true")
    return parser.parse_args()


def main():
    o = options()
    work = Path(o.work)
    work.mkdir(parents=True, exist_ok=True)
    for old in work.glob("*.o"):
        old.unlink()  # the checker may have changed
    first, last = (int(x) for x in o.seeds.split(":"))
    tools = Tools(o.nn_diff, o.lib, work.resolve())
    outcomes = []
    for seed in range(first, last):
        for mode in o.modes.split(","):
            task = Task(o.stage, seed, o.count, mode, o.cxx, tuple(o.only))
            outcomes.append(Check(task, tools, work).run())
    failures = [failure for one in outcomes for failure in one.failures]
    refused = sum(sum(one.reasons.values()) for one in outcomes)
    print(f"{sum(one.programs for one in outcomes)} programs, {refused} refused, {len(failures)} failures")
    for one in outcomes:
        for reason, count in one.reasons.most_common():
            print(f"  {count:4} refused: {reason}")
    print("\n".join(failures))
    sys.exit(1 if failures or (refused and not o.may_refuse) else 0)


if __name__ == "__main__":
    main()
