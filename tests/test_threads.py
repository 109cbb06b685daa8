"""Threads of numpy: one in the commands, whatever is said elsewhere wins, the library changes nothing."""

import os
import subprocess
import sys

import pytest

_COMMAND = "import pvd_assistant.cli as cli; sys.argv = ['pvd-assistant', '--version']; cli.main()"
_LIBRARY = "from pvd_assistant import Assistant"
_SCRIPT = """
import sys
try:
    {run}
except SystemExit:
    pass
import numpy
from threadpoolctl import threadpool_info
print(max(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"))
"""


def threads_after(run: str, **said: str) -> int:
    """Return how many threads numpy's products take in a process that ran something."""
    read = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in read} | said
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(run=run)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout.split()[-1])


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one thread in any case")
def test_a_command_takes_one_thread_unless_told_otherwise() -> None:
    assert threads_after(_COMMAND) == 1
    assert threads_after(_COMMAND, OPENBLAS_NUM_THREADS="2") == 2
    assert threads_after(_COMMAND, OMP_NUM_THREADS="2") == 2


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one thread in any case")
def test_a_program_that_imports_the_package_keeps_its_threads() -> None:
    assert threads_after(_LIBRARY) > 1
