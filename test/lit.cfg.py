"""How lit runs the tests: compilers, flags and tools as substitutions, described in README.md beside this file."""

import json
import os
import shutil
import subprocess
import sys

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
build = os.path.abspath(lit_config.params.get("build", os.path.join(root, "build")))
support = os.path.join(root, "test", "support")
sys.path.append(support)
import tests  # noqa: E402: beside the other helpers of the suite

with open(os.path.join(build, "test", "config.json"), encoding="utf-8") as generated:
    tree = json.load(generated)  # written by test/CMakeLists.txt


config.name = "nn-diff"
config.test_format = tests.ShellTests(execute_external=True)
config.suffixes = [".cpp", ".test"]
config.excludes = ["support", "bench", "app", "emulator"]
config.build, config.support = build, support  # for lit.local.cfg
config.test_source_root = os.path.join(root, "test")
config.test_exec_root = os.path.join(build, "test", "out")

config.environment["PATH"] = os.pathsep.join([tree["bin"], tree["llvm_bin"], os.environ["PATH"]])
config.environment["LC_ALL"] = "C"
config.environment["ASAN_OPTIONS"] = "detect_stack_use_after_return=1"
config.environment["UBSAN_OPTIONS"] = "print_stacktrace=1"


def library_line(libraries):
    """The runtime library and what it needs, as arguments of a compiler."""
    named = {"Threads::Threads": "-pthread"}
    return " ".join([tree["runtime"]] + [named.get(library, library) for library in libraries.split(";") if library])


def compiler(name):
    """A compiler call of a test: headers of nn, of the test and of what the test has written."""
    includes = [os.path.join(root, "include"), support, "%S", "%T"]
    return f"{name} -std=c++20 -O1 -Wall -Wextra -Werror " + " ".join("-I" + path for path in includes)


def nvcc():
    """NVIDIA's compiler, or nothing."""
    return shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")


def namespace_command():
    """A command that runs another in a mount namespace of its own, or nothing where that is not allowed."""
    for command in ["unshare -m", "unshare -rm"]:
        if shutil.which("unshare") and subprocess.run(command.split() + ["true"], capture_output=True).returncode == 0:
            return command
    return None


library = library_line(tree["runtime_libraries"])
rooms = [os.path.join(tree["lib"], f"libnn-diff-{room}.a") for room in ["emit", "plan", "opt", "grad", "op", "ir"]]
flags_of_generated = "-fno-trapping-math -fno-math-errno"  # as nn_diff_generate compiles it

nvcc_line = f"{nvcc()} -std=c++20 -I{root}/include -I{support}" if nvcc() else ""

config.substitutions += [
    ("%cxx", compiler("g++")),
    ("%clang14", compiler("clang++-14")),
    ("%clang19", compiler("clang++-19")),
    ("%san", "-O0 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all"),
    ("%O3", f"-O3 -march=native {flags_of_generated}"),
    ("%lib", library),
    ("%rooms", " ".join(["-I" + os.path.join(root, "compiler")] + rooms)),
    ("%matrix", f"python3 {support}/matrix.py --include {root}/include --library '{library}' --out %t.matrix"),
    ("%emulated", f"{compiler('g++')} -I{root}/test/cuda/emulation -x c++"),
    ("%as_emulated", f"-I{root}/test/cuda/emulation -x c++"),
    ("%emulation", f"-x none {tree['emulation']} -pthread"),
    ("%cuda_runtime", f"-x none {tree['emulated_runtime']} {tree['emulation']} {library}"),
    ("%cuda_programs", f"python3 {support}/cuda_programs.py --flags '{compiler('g++').replace(' -I' + support, '')} -I{root}/test/cuda/emulation' --library '-x none {tree['emulated_runtime']} {tree['emulation']} {library}' --nvcc '{nvcc_line}' --out %t.cuda"),
    ("%runtime_emulated", f"{tree['emulated_runtime']} {tree['emulation']} {library}"),
    ("%runtime_cuda", f"{tree['device_runtime']} {library}"),
    ("%nvcc", nvcc_line),
    ("%build", build),
    ("%root", root),
]

namespace = namespace_command()
if namespace:
    config.available_features.add("mount-namespace")
    config.substitutions.append(("%namespace", namespace))
for feature, tool in [("clang14", "clang++-14"), ("clang19", "clang++-19"), ("gdb", "gdb"), ("git", "git"), ("shellcheck", "shellcheck")]:
    if shutil.which(tool):
        config.available_features.add(feature)
if nvcc():
    config.available_features.add("nvcc")
for feature, part in [("openblas", "openblas"), ("onednn", "dnnl")]:
    if part in library:
        config.available_features.add(feature)
