"""Makes the sources of a test program of test/grad for a GPU: what nn-diff writes for its models, and its driver with
every nn::value_and_grad and nn::vjp replaced by that of on_device.h."""

import glob
import os
import shlex
import subprocess
import sys

SUPPORT = os.path.dirname(os.path.abspath(__file__))
NOT_REDIRECTED = ["on_device.h", "language.h"]  # call the real ones


def run(command, purpose):
    """Runs a command and returns what it said; on failure prints it with that and ends the program."""
    program = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    except OSError as error:
        sys.exit(f"{program}: {purpose} failed: {error}")
    if done.returncode != 0:
        sys.exit(f"{program}: {purpose} failed ({done.returncode}):\n  {shlex.join(command)}\n{done.stdout}")
    return done.stdout


def redirect(source, target):
    """Copies a C++ file; the derivatives in it are those on the device."""
    with open(source, encoding="utf-8") as file:
        text = file.read()
    if os.path.basename(source) not in NOT_REDIRECTED:
        for name in ["value_and_grad", "vjp"]:
            text = text.replace(f"nn::{name}<", f"on_device::{name}<")
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


def write_support(folder):
    """The headers of test/support, for drivers in the same or another folder."""
    os.makedirs(folder, exist_ok=True)
    for header in glob.glob(os.path.join(SUPPORT, "*.h")):
        redirect(header, os.path.join(folder, os.path.basename(header)))


def generate(models, folder, nn_diff="nn-diff", options=(), all_of_them=True):
    """The .nn.h, .nn.cpp and .nn.cu of models; returns their paths without these endings. Functions that cannot run on
    a GPU are an error, or left out."""
    os.makedirs(folder, exist_ok=True)
    for model in models:
        run([nn_diff, *(["--emit=cpp,cuda"] if all_of_them else []), "--out-dir", folder, *options, model], "nn-diff")
    return [os.path.join(folder, os.path.splitext(os.path.basename(model))[0]) for model in models]
