"""Which files are tests: all of the suffixes that lit looks for, but those that tests of their folder share."""

import os

import lit.formats


class ShellTests(lit.formats.ShTest):
    """lit's tests in the shell, without sources that have a header of the same name beside them."""

    def getTestsInDirectory(self, suite, path, lit_config, local_config):
        """The tests of one folder."""
        for test in super().getTestsInDirectory(suite, path, lit_config, local_config):
            if not os.path.exists(os.path.splitext(test.getSourcePath())[0] + ".h"):
                yield test
