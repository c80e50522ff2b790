#!/usr/bin/env python3
"""Runs nn-diff on mutated models: it must refuse (exit status 1) or compile (0), never crash, hang or report a bug (70).

The same seed gives the same mutants. With --compile, what nn-diff accepts must also compile.
"""

import argparse
import os
import random
import re
import subprocess
import sys

TOKEN = re.compile(r'"[^"\n]*"|//[^\n]*|[A-Za-z_]\w*|\d[\w.]*|::|->|[-+*/<>=!&|]=|&&|\|\||<<|>>|\s+|.', re.S)
SNIPPETS = """x y h 0 1 -1 2.5f 1e30 N auto const & * && ... static inline constexpr volatile mutable virtual template <int I>
typename struct union enum class return if (x) else for (;;) while do switch break continue goto throw try new delete this
nn::relu nn::sum nn::matmul nn::transpose nn::reshape nn::Tensor<float,N> nn::Dim{"M"} std::move std::array<float,3>
float double int bool void long unsigned { } ( ) [ ] ; , . : ? = == < > + - / % ! ~ ^ | sizeof alignof decltype [&] [=]
operator() NN_DIFF() NN_DIFF(x) NN_MODES(jvp) namespace{ extern "C" nullptr true false +=1 *=x --x ++x (void)0""".split()


def tokens_of(text):
    return TOKEN.findall(text)


def words_of(tokens):
    return [i for i, token in enumerate(tokens) if not token.isspace() and not token.startswith("//")]


def mutate_tokens(text, rng):
    tokens = tokens_of(text)
    words = words_of(tokens)
    if len(words) < 4:
        return text
    at, other = rng.choice(words), rng.choice(words)
    kind = rng.randrange(7)
    if kind == 0:
        del tokens[at]
    elif kind == 1:
        tokens[at], tokens[other] = tokens[other], tokens[at]
    elif kind == 2:
        tokens.insert(at, " " + rng.choice(SNIPPETS) + " ")
    elif kind == 3:
        tokens[at] = rng.choice(SNIPPETS)
    elif kind == 4:
        names = [i for i in words if re.match(r"[A-Za-z_]", tokens[i])]
        tokens[rng.choice(names)] = tokens[rng.choice(names)]
    elif kind == 5:
        numbers = [i for i in words if tokens[i][0].isdigit()]
        if numbers:
            tokens[rng.choice(numbers)] = rng.choice(["0", "1", "2", "3", "4", "10", "784", "4294967296", "1.5", "1e400"])
    else:
        begin, end = sorted([at, other])
        if end - begin < 40:
            tokens[at:at] = tokens[begin:end]
    return "".join(tokens)


def mutate_lines(text, rng):
    lines = text.split("\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(3)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[other])
    else:
        lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)


def mutant(text, rng):
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        text = (mutate_lines if rng.random() < 0.2 else mutate_tokens)(text, rng)
    return text


def run(command, limit):
    """The exit status (negative for a signal, None when it takes too long) and what it printed."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, errors="replace")
    except subprocess.TimeoutExpired:
        return None, "timeout"
    return done.returncode, done.stdout + done.stderr


def complaint(path, base, options):
    """What is wrong with nn-diff's answer to the mutant at `path`, or None; and its exit status."""
    for name in [base + ".nn.h", base + ".nn.cpp"]:
        if os.path.exists(name):
            os.remove(name)
    status, output = run([options.tool, path, "-o", base], options.limit)
    if status not in (0, 1):
        return f"exit status {status}\n{output}", status
    if status == 1 and not re.search(r"error: ", output):
        return f"refused without a word\n{output}", status
    if (status == 0) != os.path.exists(base + ".nn.cpp"):
        return f"exit status {status}, but the output says otherwise\n{output}", status
    if status == 0 and options.compile:
        code, output = run(options.compile.split() + ["-fsyntax-only", "-I", os.path.dirname(path), base + ".nn.cpp"], 60)
        if code != 0:
            return f"accepted, but the result does not compile\n{output}", status
    return None, status


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="the files to mutate")
    parser.add_argument("--out", required=True, help="folder for mutants; those that fail stay there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--limit", type=float, default=30, help="seconds for one mutant")
    parser.add_argument("--tool", default="nn-diff")
    parser.add_argument("--compile", help='compiler command, e.g. "g++ -std=c++20 -w -Iinclude"')
    options = parser.parse_args()

    os.makedirs(options.out, exist_ok=True)
    counts, failures = {}, 0
    for number in range(options.seed, options.seed + options.count):
        rng = random.Random(number)
        with open(rng.choice(sorted(options.models)), encoding="utf-8") as file:
            text = mutant(file.read(), rng)
        path = os.path.join(options.out, f"mutant{number}.cpp")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        problem, status = complaint(path, path[:-4], options)
        counts[status] = counts.get(status, 0) + 1
        if problem:
            failures += 1
            print(f"{path}: {problem}")
        else:
            for suffix in (".cpp", ".nn.h", ".nn.cpp"):
                if os.path.exists(path[:-4] + suffix):
                    os.remove(path[:-4] + suffix)
    print(f"{options.count} mutants: {counts.get(0, 0)} compiled, {counts.get(1, 0)} refused, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
