"""A lit test format: clang-tidy finds nothing in a source file, or in some rooms of the compiler.

A room whose files include Clang's headers, which take most of the time, is checked as one translation unit. So the
names of its files must not clash, unnamed namespaces or not. What this gives up: the check for unused
using-declarations looks at main files only."""

import json
import os

import lit.formats
import lit.Test
import lit.util

from sources import ROOT, sources

FOLDERS = ("compiler/", "runtime/", "examples/")
ROOMS = ["compiler/frontend", "compiler/grad", "compiler/ir", "compiler/op"]
# Headers that bring in the rest of the library.
UMBRELLAS = ["include/nn/nn.h", "include/nn/runtime.h", "include/nn/train.h"]


class TidyFormat(lit.formats.TestFormat):
    """The tests of a folder that holds nothing but this format's lit.local.cfg."""

    def __init__(self, build):
        self.build = build

    def getTestsInDirectory(self, testSuite, path_in_suite, litConfig, localConfig):
        compiled = [path for path in sources(".cpp") if path.startswith(FOLDERS)]
        alone = [path for path in compiled if os.path.dirname(path) not in ROOMS]
        for path in ROOMS + alone + UMBRELLAS:
            name = path_in_suite + tuple(path.split("/"))
            yield lit.Test.Test(testSuite, name, localConfig, file_path=os.path.join(ROOT, path))

    def execute(self, test, litConfig):
        path = test.getFilePath()
        command = ["clang-tidy-19", "--quiet", "--extra-arg=-Wno-unknown-warning-option"]
        if os.path.isdir(path):
            command += self.room(path, test.getExecPath())
        elif path.endswith(".h"):
            command += [path, "--", "-xc++", "-std=c++20", "-I" + os.path.join(ROOT, "include")]
        else:
            command += ["-p", self.build, path]
        out, err, status = lit.util.executeCommand(command)
        return (lit.Test.FAIL, out + err) if status else (lit.Test.PASS, "")

    def room(self, folder, out):
        """Writes a source that includes those of the room, with a database of how to compile it; returns arguments."""
        with open(os.path.join(self.build, "compile_commands.json"), encoding="utf-8") as database:
            entries = [entry for entry in json.load(database) if os.path.dirname(entry["file"]) == folder]
        os.makedirs(out, exist_ok=True)
        source = os.path.join(out, "room.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(f'#include "{entry["file"]}"\n' for entry in entries)
        one = entries[0]  # all are compiled alike
        whole = {**one, "command": one["command"].replace(one["file"], source), "file": source}
        with open(os.path.join(out, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump([whole], file)
        return ["-p", out, source]
