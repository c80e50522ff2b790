"""A lit test format that makes one test of each source file: clang-tidy finds nothing in it."""

import os

import lit.formats
import lit.Test
import lit.util

from sources import ROOT, sources

FOLDERS = ("compiler/", "runtime/", "examples/")
# Headers that bring in the rest of the library.
UMBRELLAS = ["include/nn/nn.h", "include/nn/runtime.h", "include/nn/train.h"]


class TidyFormat(lit.formats.TestFormat):
    """The tests of a folder that holds nothing but this format's lit.local.cfg."""

    def __init__(self, build):
        self.build = build

    def getTestsInDirectory(self, testSuite, path_in_suite, litConfig, localConfig):
        compiled = [path for path in sources(".cpp") if path.startswith(FOLDERS)]
        for path in compiled + UMBRELLAS:
            name = path_in_suite + tuple(path.split("/"))
            yield lit.Test.Test(testSuite, name, localConfig, file_path=os.path.join(ROOT, path))

    def execute(self, test, litConfig):
        path = test.getFilePath()
        command = ["clang-tidy-19", "--quiet", path]
        if path.endswith(".h"):
            command += ["--", "-xc++", "-std=c++20", "-I" + os.path.join(ROOT, "include")]
        else:
            command += ["-p", self.build, "--extra-arg=-Wno-unknown-warning-option"]
        out, err, status = lit.util.executeCommand(command)
        return (lit.Test.FAIL, out + err) if status else (lit.Test.PASS, "")
