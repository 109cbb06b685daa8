"""How many threads numpy's products take, in the processes that are the package's own.

Only the commands and the benchmarks call this: in a program that imports the package, numpy is its owner's.
"""

from __future__ import annotations

import os

_OURS = "OPENBLAS_NUM_THREADS"
#: What OpenBLAS reads, whoever set it. Neither torch nor scikit-learn reads the first one.
_READ = (_OURS, "GOTO_NUM_THREADS", "OMP_NUM_THREADS")


def one_for_products() -> None:
    """Keep numpy's products to one thread, unless the environment says how many; before numpy is loaded.

    Theirs are small: threads that wait for each other, and spin, took more than half of the processor's time,
    and indexing is no faster with two (``docs/performance.md``).
    """
    if not any(os.environ.get(name) for name in _READ):
        os.environ[_OURS] = "1"
