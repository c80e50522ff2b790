"""Checks the totals of --print=plan for stacks of several depths: cost.py FOLDER DEPTH DEPTH DEPTH."""

import re
import sys

folder, *sizes = sys.argv[1:]
totals = {}
for layers in map(int, sizes):
    with open(f"{folder}/{layers}.txt", encoding="utf-8") as plan:
        text = plan.read()
    cost = {sweep: (int(products), float(flops)) for sweep, products, flops in
            re.findall(r"(forward|backward): (\d+) matrix products?, about (\S+) FLOP", text)}
    (forward, forward_flops), (backward, backward_flops) = cost["forward"], cost["backward"]
    totals[layers] = forward_flops + backward_flops
    assert forward == layers, text
    assert backward == 2 * layers - 1, text  # the input's gradient is not wanted
    assert totals[layers] <= 3 * forward_flops, text
small, medium, large = (totals[layers] for layers in map(int, sizes))
growth = (large - medium) / (medium - small)
assert 1.98 < growth < 2.02, f"the cost of 4, 8 and 16 layers, {totals}, is not linear"
