"""Runs a driver of test/grad or test/language on the emulated GPU and prints what it says: every nn::value_and_grad and nn::vjp in it, and in the headers of
test/support, runs the kernels that nn-diff writes. With nvcc, the .nn.cu are compiled by that too.

usage: cuda_programs.py --flags LINE --library LINE --nvcc LINE --out DIR [--leave-out] MODEL... DRIVER [-- nn-diff options]
Stops loudly at the first command that fails.
"""

import argparse
import os
import shlex
import sys

from cuda_sources import generate, redirect, run, write_support

# Compile times are most of what these tests cost, and what is tested are results: nothing is optimised.
QUICK = ["-O0", "-g0"]
NVCC_QUICK = ["-Xcicc", "-O0", "-Xptxas", "-O0"]
GPUS = ["-gencode=arch=compute_80,code=sm_80", "-gencode=arch=compute_90,code=sm_90"]


def main():
    arguments, options = sys.argv[1:], []
    if "--" in arguments:
        split = arguments.index("--")
        arguments, options = arguments[:split], arguments[split + 1 :]
    parser = argparse.ArgumentParser(usage=__doc__)
    for option in ["--flags", "--library", "--nvcc", "--out"]:
        parser.add_argument(option, required=True)
    parser.add_argument("--leave-out", action="store_true", help="functions that cannot run on a GPU are no error")
    parser.add_argument("files", nargs="+")
    parsed = parser.parse_args(arguments)
    *models, driver = parsed.files
    out = parsed.out

    write_support(out)
    redirect(driver, os.path.join(out, "driver.cpp"))
    bases = generate(models, out, options=options, all_of_them=not parsed.leave_out)
    sources = [os.path.join(out, "driver.cpp")] + [base + ".nn.cpp" for base in bases]
    kernels = [base + ".nn.cu" for base in bases]
    folders = ["-I" + out] + ["-I" + (os.path.dirname(model) or ".") for model in models]
    program = os.path.join(out, "program")
    run([*shlex.split(parsed.flags), *QUICK, *folders, "-include", os.path.join(out, "on_device.h"), *sources,
         "-x", "c++", *kernels, *shlex.split(parsed.library), "-o", program], "compiling")
    print(run([os.path.abspath(program)], "running"), end="")
    for kernel in kernels if parsed.nvcc else []:
        warnings = ["-Werror=all-warnings", "-Xcompiler=-Wall,-Wextra,-Werror"]
        run([*shlex.split(parsed.nvcc), *warnings, *NVCC_QUICK, *GPUS, "-c", kernel, "-o", kernel + ".o"], "nvcc")
    print(f"cuda_programs: {os.path.basename(driver)} holds")


main()
