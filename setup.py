"""What ``pyproject.toml`` cannot say: the wheel holds the documents of the top of the repository."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCorpus(build_py):
    """Copies ``corpus/`` to ``pvd_assistant/data/corpus``, where ``pvd-assistant init`` looks for it."""

    def run(self) -> None:
        """Build the package."""
        super().run()
        if self.editable_mode:  # the repository is there: nothing to copy
            return
        target = Path(self.build_lib) / "pvd_assistant" / "data" / "corpus"
        shutil.rmtree(target, ignore_errors=True)
        left_out = shutil.ignore_patterns("*.py", "__pycache__", ".*")
        shutil.copytree("corpus", target, ignore=left_out)


setup(cmdclass={"build_py": BuildWithCorpus})
