"""The figures of ``benchmarks.scale`` as a table and as curves.

Usage::

    python -m benchmarks.scale_table reports/scale [--draw docs/images/scale.svg]

Drawing needs the packages of ``benchmarks/requirements.txt``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Found = dict[str, Any]
#: Size asked for → step → figures.
Sizes = dict[int, dict[str, Found]]
_NONE = "–"


def read_sizes(folder: Path) -> Sizes:
    """Read the figures of every step of every size, the smallest size first."""
    found: Sizes = {}
    for file in folder.glob("*-*.json"):
        size, _, step = file.stem.partition("-")
        found.setdefault(int(size), {})[step] = json.loads(file.read_text("utf-8"))
    return dict(sorted(found.items()))


def table(sizes: Sizes) -> str:
    """Return a Markdown table, one column a size."""
    lines = [
        "| passages | " + " | ".join(f"{size:,}" for size in sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
    ]
    for name, show in _ROWS.items():
        cells = [_cell(show, steps) for steps in sizes.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(show: Callable[[dict[str, Found]], str], steps: dict[str, Found]) -> str:
    try:
        return show(steps)
    except KeyError:
        return _NONE


def _spent(which: str) -> Callable[[dict[str, Found]], float]:
    """Return the seconds of a build, ``"wall"`` or ``"processor"``."""
    return lambda steps: sum(phase[which] for phase in steps["build"]["phases"].values())


def _size(*parts: str) -> Callable[[dict[str, Found]], float]:
    return lambda steps: sum(steps["build"]["size"][part] for part in parts)


def _of(step: str, *names: str) -> Callable[[dict[str, Found]], float]:
    def read(steps: dict[str, Found]) -> float:
        found: Any = steps[step]
        for name in names:
            found = found[name]
        return float(found)

    return read


def _shown(
    unit: str, read: Callable[[dict[str, Found]], float]
) -> Callable[[dict[str, Found]], str]:
    return lambda steps: f"{number(read(steps))} {unit}".strip()


def _pair(unit: str, step: str, *names: str) -> Callable[[dict[str, Found]], str]:
    """Show a median and a 95th percentile: of processor, then by the clock."""

    def show(steps: dict[str, Found]) -> str:
        one = [_of(step, *names, key)(steps) for key in ("processor", "processor p95")]
        clock = [_of(step, *names, key)(steps) for key in ("median", "p95")]
        return "{} / {} ({} / {}) {}".format(*map(number, one + clock), unit)

    return show


def number(value: float) -> str:
    """Write a figure with two digits that count, or all of its whole part.

    >>> number(1234.5), number(12.34), number(0.1234)
    ('1,234', '12', '0.12')
    """
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}"


_ROWS: dict[str, Callable[[dict[str, Found]], str]] = {
    "documents": _shown("", _of("build", "documents")),
    "sentences": _shown("", _of("ask", "units")),
    "indexing, processor": _shown("s", _spent("processor")),
    "indexing, clock": _shown("s", _spent("wall")),
    "memory of indexing, peak": _shown("MB", _of("build", "memory", "peak")),
    "disk: texts": _shown("MB", _size("texts")),
    "disk: words": _shown("MB", _size("words")),
    "disk: vectors of sentences": _shown("MB", _size("sentences")),
    "disk: Chroma": _shown("MB", _size("chroma")),
    "disk: build cache": _shown("MB", _size("cache")),
    "opening, processor": _shown("s", _of("ask", "opening", "processor")),
    "memory once open": _shown("MB", _of("ask", "opened", "own")),
    "memory after searches": _shown("MB", _of("ask", "searched", "own")),
    "memory after answers": _shown("MB", _of("ask", "answered", "own")),
    "**search**": _pair("ms", "ask", "search"),
    "search, words alone": _pair("ms", "ask", "words"),
    "search, most documents allowed": _pair("ms", "ask", "most"),
    "search, some kinds allowed": _pair("ms", "ask", "some"),
    "search, one département": _pair("ms", "ask", "few"),
    "whole answer": _pair("ms", "ask", "answer"),
    "Chroma alone, 200 passages": _pair("ms", "floor", "chroma"),
    "floor: passages, float32": _pair("ms", "floor", "passages"),
    "floor: sentences as stored, float16": _pair("ms", "floor", "sentences as stored"),
    "recall@20 of Chroma": lambda steps: f"{steps['floor']['recall']:.1%}",
    "first ten kept": lambda steps: f"{steps['floor']['answers kept']:.1%}",
}


@dataclass(frozen=True)
class Panel:
    """A small diagram: its lines by name."""

    title: str
    unit: str
    lines: dict[str, Callable[[dict[str, Found]], float]]


PANELS = (
    Panel("Indexing", "s of processor", {"all": _spent("processor")}),
    Panel(
        "Disk",
        "MB",
        {
            "Chroma": _size("chroma"),
            "texts": _size("texts"),
            "sentences": _size("sentences"),
            "words": _size("words"),
        },
    ),
    Panel(
        "Memory",
        "MB",
        {
            "indexing, peak": _of("build", "memory", "peak"),
            "after answers": _of("ask", "answered", "own"),
            "after searches": _of("ask", "searched", "own"),
            "once open": _of("ask", "opened", "own"),
        },
    ),
    Panel(
        "A question, median",
        "ms of processor",
        {
            "whole answer": _of("ask", "answer", "processor"),
            "sentences, brute force": _of("floor", "sentences as stored", "processor"),
            "search": _of("ask", "search", "processor"),
            "passages, brute force": _of("floor", "passages", "processor"),
            "Chroma alone": _of("floor", "chroma", "processor"),
        },
    ),
)


def draw(sizes: Sizes, file: Path) -> None:
    """Draw the curves, both axes in powers of ten."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "scale", "font.size": 9}
    figure = Figure(figsize=(9, 6.5), layout="constrained")
    for axes, panel in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        for marker, (name, read) in zip("osD^v", panel.lines.items(), strict=False):
            points = _points(sizes, read)
            axes.plot(*zip(*points, strict=True), marker=marker, markersize=4, label=name)
        axes.set(
            xscale="log", yscale="log", title=panel.title, xlabel="passages", ylabel=panel.unit
        )
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.savefig(file, metadata={"Date": None})


def _points(sizes: Sizes, read: Callable[[dict[str, Found]], float]) -> Sequence[tuple[int, float]]:
    found = []
    for size, steps in sizes.items():
        try:
            found.append((size, read(steps)))
        except KeyError:
            continue
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--draw", type=Path)
    chosen = parser.parse_args()
    sizes = read_sizes(chosen.reports)
    print(table(sizes))
    if chosen.draw:
        draw(sizes, chosen.draw)


if __name__ == "__main__":
    main()
