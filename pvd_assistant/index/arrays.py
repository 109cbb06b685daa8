"""Arrays of the index, read from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.manifest import LARGEST_CHECKED


def read_array(path: Path) -> npt.NDArray[Any]:
    """Read an array; a big one is memory-mapped.

    The others are not: a mapped file that is cut short takes the whole process with it.

    :raises OSError: the file is missing.
    :raises ValueError: it is not what it should be.
    """
    if path.stat().st_size <= LARGEST_CHECKED:
        held: npt.NDArray[Any] = np.load(path, allow_pickle=False)
        return held
    # A plain view: slicing numpy's memmap class is three times slower.
    mapped: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return mapped
