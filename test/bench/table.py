"""Prints what test/bench/run measured: the step of C1 beside its baseline, its floor and the core's peak; small nets;
loops over elements; recurrent networks."""

import json
import statistics
import sys

skipping = "one_row_skip"  # does less work where there are zeros, which other code may not


def times(path):
    """Times of each contender in µs, by name; one thread is timed by its own clock, which stands still when others
    have the core. And what the program said about itself."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    measured = {}
    for run in report["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        name = run["run_name"].removesuffix("/real_time")
        clock = "real_time" if name.endswith("/2") else "cpu_time"
        measured.setdefault(name, []).append((run[clock], run["flops"]))
    medians = {name: statistics.median(time for time, _ in runs) for name, runs in measured.items()}
    flops = {name: runs[0][1] for name, runs in measured.items()}
    return medians, flops, report["context"], max(len(runs) for runs in measured.values())


def fastest(medians, what, size, without=()):
    """The fastest contender of a kind, e.g. the best hand-written step: its name and its time."""
    contenders = {}
    for name, time in medians.items():
        kind, _, rest = name.partition("/")
        how, *at = rest.split("/")
        if kind == what and at == size and how not in without:
            contenders[how] = time
    how = min(contenders, key=contenders.get)
    return how, contenders[how]


def print_table(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " |")


def c1_row(medians, flops, threads, batch):
    size, at = [batch, threads], f"{batch}/{threads}"
    percent = 100 * flops[f"step/generated/{at}"] / (int(threads) * flops["peak"] / medians["peak"])
    generated = medians[f"step/generated/{at}"]
    how, expert = fastest(medians, "step", size, without=["generated"])
    _, forward = fastest(medians, "forward", size, without=[skipping])
    hand, ratio = f"{expert:.1f} {how}", f"{generated / expert:.3f}"
    if how == skipping:
        how, expert = fastest(medians, "step", size, without=["generated", skipping])
        hand, ratio = f"{hand}, {expert:.1f} {how}", f"{ratio}, {generated / expert:.3f}"
    return [threads, batch, f"{generated:.1f}", hand, ratio, f"{forward:.1f}", f"{generated / forward:.2f}",
            f"{medians[f'products/gemm/{at}']:.1f}", f"{percent / generated:.0f} %", f"{percent / expert:.0f} %"]


def print_c1(path):
    medians, flops, context, repetitions = times(path)
    print(f"One training step of 784-512-512-10, float, in µs. Matrix products: {context['gemm']}. OPENBLAS_CORETYPE unset.")
    print(f"Medians of {repetitions} runs in random order; one thread by its own clock, two by the wall's.")
    print(f"Multiply-add peak of a core, in the same run: {flops['peak'] / medians['peak'] / 1e3:.0f} GFLOP/s.\n")
    head = ["threads", "batch", "generated", "by hand", "ratio", "forward", "step/forward", "products alone",
            "generated of peak", "by hand of peak"]
    print_table(head, [c1_row(medians, flops, t, n) for t in "12" for n in ("1", "64", "256")])


def print_small(path):
    medians, _, _, _ = times(path)
    rows = []
    for net, title in [("xor", "2-8-1, batch 4"), ("deep", "50 layers of 32, batch 64")]:
        generated, hand = medians[f"{net}/generated"], medians[f"{net}/by_hand"]
        rows.append([title, f"{generated:.3f}", f"{hand:.3f}", f"{generated / hand:.3f}"])
    print("\nOne training step of small nets, one thread, in µs.\n")
    print_table(["net", "generated", "by hand", "ratio"], rows)


def print_loops(path):
    medians, _, _, _ = times(path)
    programs = [("lstm", "LSTM, 2 layers of 14 scalars, 1,024 characters"),
                ("mixture_10", "50 Gaussians of 10 dimensions, 1,000 points"),
                ("mixture_32", "25 Gaussians of 32 dimensions, 1,000 points"), ("naive", "784-128-10, batch 16")]
    rows = []
    for name, title in programs:
        generated, hand = medians[f"{name}/generated"], medians[f"{name}/by_hand"]
        plain, forward = medians[f"{name}/plain"], medians[f"{name}/forward"]
        rows.append([title, f"{plain:.0f}", f"{forward:.0f}", f"{generated:.0f}", f"{hand:.0f}",
                     f"{generated / min(plain, forward):.2f}", f"{generated / plain:.2f}", f"{generated / hand:.2f}"])
    print("\nValue and gradient of loops over elements, double, one thread, in µs.\n")
    print_table(["program", "plain", "forward by hand", "generated", "by hand", "to best forward", "to plain",
                 "to by hand"], rows)
    products, naive = medians["naive/products"], medians["naive/generated"]
    print(f"\n784-128-10 in matrix products: {products:.0f} µs; in loops {naive / products:.2f} times as long.")


def print_recurrent(path):
    medians, _, flops, _ = times(path)
    rows = []
    for name, title in [("rnn", "RNN"), ("lstm", "LSTM")]:
        generated, hand, forward = (medians[f"{name}/{who}"] for who in ["generated", "by_hand", "forward"])
        rate = flops[f"{name}/generated"] / generated / 1e3
        rows.append([title, f"{forward:.0f}", f"{generated:.0f}", f"{hand:.0f}", f"{generated / hand:.2f}", f"{rate:.0f}"])
    print("\nValue and gradient of recurrent networks, 64 steps, 64 inputs, 128 states, batch 32, float, one thread, in µs.\n")
    print_table(["network", "forward by hand", "generated", "by hand", "ratio", "GFLOP/s"], rows)


if __name__ == "__main__":
    print_c1(sys.argv[1])
    print_small(sys.argv[2])
    print_loops(sys.argv[3])
    print_recurrent(sys.argv[4])
