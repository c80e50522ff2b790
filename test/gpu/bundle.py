"""Writes a folder that shows on a machine with a GPU, nvcc, CMake and g++ that nn's CUDA code works there: the sources
that nn-diff writes for the test programs and benchmarks, nn's headers and runtime, and a `run` script.

usage: bundle.py --nn-diff PROGRAM DIR       DIR must not exist, or be empty
"""

import argparse
import glob
import os
import re
import shutil
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "test", "support"))
from cuda_sources import generate, redirect, write_support  # noqa: E402

HERE = os.path.join("test", "gpu")
# Copied as they are, to the place they have here.
COPIED = ["include", "runtime", "cmake/cuda.cmake", "cmake/nn-diff-generate.cmake", "test/cuda/emulation",
          "test/cuda/runtime/CMakeLists.txt"]
# Programs that are CUDA themselves, or call the device themselves: their derivatives stay nn's.
RUNTIME_TESTS = ["gemm", "kernels"]
BENCH_MODELS = ["test/bench/c1_model.cpp", "test/bench/deep_model.cpp", "test/gpu/bench/wide_model.cpp",
                "test/gpu/bench/rows_model.cpp"]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def split(text):
    """The files in a test that is one for split-file: name to text."""
    parts = re.split(r"^//--- (\S+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def programs():
    """Of each program of test/cuda/programs: its name, the test it comes from, its models and its driver."""
    for test in sorted(glob.glob(os.path.join(ROOT, "test", "cuda", "programs", "*.test"))):
        line = re.search(r"split-file %root/(\S+) %t && %cuda_programs (.*)", read(test))
        *models, driver = [path.removeprefix("%t/") for path in line[2].split()]
        yield os.path.splitext(os.path.basename(test))[0], line[1], models, driver
    yield "networks", "test/cuda/networks.cpp", ["nets.cpp"], "driver.cpp"


class Bundle:
    """A bundle in the making, in a folder that is moved to its place when it is whole."""

    def __init__(self, out, nn_diff):
        self.out, self.nn_diff = out, nn_diff

    def copy_repository(self):
        for path in COPIED:
            source, target = os.path.join(ROOT, path), os.path.join(self.out, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if os.path.isdir(source):
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.test", "__pycache__"))
            else:
                shutil.copy(source, target)
        for name in ["CMakeLists.txt", "run", "device.cu", "README.md"]:
            shutil.copy(os.path.join(ROOT, HERE, name), self.out)
        write_support(os.path.join(self.out, "test", "support"))
        shutil.copy(os.path.join(ROOT, "test/cuda/runtime/device_test.h"), os.path.join(self.out, "test", "support"))

    def add_program(self, name, test, models, driver):
        folder = os.path.join(self.out, "programs", name)
        for file, text in split(read(test)).items():
            write(os.path.join(folder, "" if file == driver else "included", file), text)
        if name != "networks":
            redirect(os.path.join(folder, driver), os.path.join(folder, driver))
        generate([os.path.join(folder, "included", model) for model in models], folder, self.nn_diff)

    def add_runtime_test(self, name):
        write(os.path.join(self.out, "programs", "runtime_" + name, "program.cu"),
              read(f"test/cuda/runtime/{name}.cpp"))

    def add_benchmarks(self):
        folder = os.path.join(self.out, "bench")
        models = [os.path.join(ROOT, model) for model in BENCH_MODELS]
        shutil.copytree(os.path.join(ROOT, HERE, "bench"), folder, ignore=shutil.ignore_patterns("*_model.cpp", "__pycache__"))
        os.makedirs(os.path.join(folder, "included"))
        for model in models:
            shutil.copy(model, os.path.join(folder, "included"))
        generate(models, folder, self.nn_diff)

    def write(self):
        self.copy_repository()
        for program in programs():
            self.add_program(*program)
        for name in RUNTIME_TESTS:
            self.add_runtime_test(name)
        self.add_benchmarks()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--nn-diff", required=True)
    parser.add_argument("folder")
    arguments = parser.parse_args()
    folder = os.path.abspath(arguments.folder)
    if os.path.exists(folder) and not (os.path.isdir(folder) and not os.listdir(folder)):
        sys.exit(f"bundle.py: error: {arguments.folder} exists already and is not empty")
    parent = os.path.dirname(folder)
    if not os.path.isdir(parent):
        sys.exit(f"bundle.py: error: there is no folder {parent}")
    with tempfile.TemporaryDirectory(prefix=".gpu-bundle-", dir=parent) as place:
        made = os.path.join(place, "bundle")
        os.mkdir(made)
        Bundle(made, arguments.nn_diff).write()
        os.rename(made, folder)


main()
