"""Times the training steps of the benchmarks in PyTorch, eager and compiled, on the same GPU, beside those in a file.

usage: torch_steps.py TIMES      each line: a step's name, a tab, its time in µs
"""

import statistics
import sys
import time

import torch
from torch import nn


def mlp(widths):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(inputs, outputs)] + ([nn.ReLU()] if i + 2 < len(widths) else [])
    return nn.Sequential(*layers)


def deep():
    return nn.Sequential(*[layer for _ in range(50) for layer in (nn.Linear(32, 32), nn.Sigmoid())])


def classifier(batch, widths, bf16=False):
    """The network, its input, and its loss as a function of the output."""
    label = torch.arange(batch, device="cuda") * 7 % widths[-1]
    return mlp(widths), torch.randn(batch, widths[0], device="cuda"), lambda y: nn.functional.cross_entropy(y, label), bf16


def regression():
    target = torch.rand(64, 32, device="cuda")
    return deep(), torch.randn(64, 32, device="cuda"), lambda y: nn.functional.mse_loss(y, target), False


# By the names that the benchmarks give them.
STEPS = {
    "c1 64": lambda: classifier(64, [784, 512, 512, 10]),
    "c1 256": lambda: classifier(256, [784, 512, 512, 10]),
    "c1 4096": lambda: classifier(4096, [784, 512, 512, 10]),
    "c3 64": regression,
    "wide 4096 bf16": lambda: classifier(4096, [4096, 4096, 4096], bf16=True),
}


def step_of(problem, compiled):
    net, x, loss_of, bf16 = problem
    net = net.cuda()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)

    def loss():
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=bf16):
            return loss_of(net(x))

    forward = torch.compile(loss, mode="reduce-overhead") if compiled else loss

    def step():
        optimizer.zero_grad(set_to_none=True)
        forward().backward()
        optimizer.step()

    return step


def microseconds(step):
    """The median time of a step, over runs long enough to measure."""
    def seconds(count):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(count):
            step()
        torch.cuda.synchronize()
        return time.perf_counter() - start

    seconds(5)
    count = 1
    while seconds(count) < 0.02:
        count *= 2
    return 1e6 * statistics.median(seconds(count) / count for _ in range(15))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        ours = {name: float(value) for name, value in (line.rstrip("\n").split("\t") for line in file)}
    print(f"\nPyTorch {torch.__version__}\n\n| training step | nn, µs | eager | eager/nn | compiled | compiled/nn |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, time_here in ours.items():
        eager, compiled = (microseconds(step_of(STEPS[name](), is_compiled)) for is_compiled in (False, True))
        print(f"| {name} | {time_here:.1f} | {eager:.1f} | {eager / time_here:.2f} | {compiled:.1f} |"
              f" {compiled / time_here:.2f} |", flush=True)


main()
