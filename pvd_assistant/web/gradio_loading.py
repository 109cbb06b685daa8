"""Import Gradio quickly and silently: no telemetry, no files written beside its sources.

At import Gradio rewrites a ``.pyi`` file for each of its component classes: half of its import time,
and a write into ``site-packages``. It skips a class whose source file is unknown (``OSError``), which
is what this module makes it believe while it is being imported.
"""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_IMPORT = threading.Lock()

_SILENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_RUN_HISTORY": "False",
    # A table of figures that nothing reads would be made anew after each event, of up to 10,000 events.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def load_gradio() -> ModuleType:
    """Return the module ``gradio``, imported with everything that calls elsewhere switched off."""
    for name, value in _SILENT.items():
        os.environ.setdefault(name, value)
    with _IMPORT, _without_stub_files():
        import gradio
    return gradio


@contextmanager
def _without_stub_files() -> Iterator[None]:
    original = inspect.getfile

    def unknown(_: object) -> str:
        raise OSError

    inspect.getfile = unknown  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = original
