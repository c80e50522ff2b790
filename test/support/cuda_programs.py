"""Runs a driver of test/grad on the emulated GPU: every nn::value_and_grad and nn::vjp in it, and in the headers of
test/support, runs the kernels that nn-diff writes. With nvcc, the .nn.cu are compiled by that too.

usage: cuda_programs.py --flags LINE --library LINE --nvcc LINE --out DIR MODEL... DRIVER [-- nn-diff options]
Stops loudly at the first command that fails.
"""

import argparse
import glob
import os
import shlex
import subprocess
import sys


def run(command, purpose):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"cuda_programs: {purpose} failed ({done.returncode}):\n  {shlex.join(command)}\n{done.stdout}")


def redirect(source, target):
    """Copies a C++ file; the derivatives in it are those on the device."""
    with open(source, encoding="utf-8") as file:
        text = file.read()
    for name in ["value_and_grad", "vjp"]:
        text = text.replace(f"nn::{name}<", f"on_device::{name}<")
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    arguments, options = sys.argv[1:], []
    if "--" in arguments:
        split = arguments.index("--")
        arguments, options = arguments[:split], arguments[split + 1 :]
    parser = argparse.ArgumentParser(usage=__doc__)
    for option in ["--flags", "--library", "--nvcc", "--out"]:
        parser.add_argument(option, required=True)
    parser.add_argument("files", nargs="+")
    parsed = parser.parse_args(arguments)
    *models, driver = parsed.files
    flags, out, support = shlex.split(parsed.flags), parsed.out, os.path.dirname(os.path.abspath(__file__))

    os.makedirs(out, exist_ok=True)
    for header in glob.glob(os.path.join(support, "*.h")):
        target = os.path.join(out, os.path.basename(header))
        if os.path.basename(header) == "on_device.h":
            with open(header, encoding="utf-8") as file, open(target, "w", encoding="utf-8") as copy:
                copy.write(file.read())
        else:
            redirect(header, target)
    redirect(driver, os.path.join(out, "driver.cpp"))
    sources = [os.path.join(out, "driver.cpp")]
    kernels = []
    for model in models:
        run(["nn-diff", "--emit=cpp,cuda", "--out-dir", out, *options, model], "nn-diff")
        base = os.path.join(out, os.path.splitext(os.path.basename(model))[0])
        sources.append(base + ".nn.cpp")
        kernels.append(base + ".nn.cu")
    folders = ["-I" + out] + ["-I" + (os.path.dirname(model) or ".") for model in models]
    program = os.path.join(out, "program")
    run([*flags, *folders, "-include", os.path.join(out, "on_device.h"), *sources, "-x", "c++", *kernels,
         *shlex.split(parsed.library), "-o", program], "compiling")
    run([os.path.abspath(program)], "running")
    for kernel in kernels if parsed.nvcc else []:
        nvcc = [*shlex.split(parsed.nvcc), "-Werror=all-warnings", "-Xcompiler=-Wall,-Wextra,-Werror"]
        run([*nvcc, "-arch=sm_80", "-c", kernel, "-o", kernel + ".o"], "nvcc for sm_80")
        run([*nvcc, "-arch=sm_90", "-cubin", kernel, "-o", kernel + ".cubin"], "nvcc for sm_90")
    print(f"cuda_programs: {os.path.basename(driver)} holds")


main()
