"""Feed damaged files to a reader, for as long as wanted, and keep what breaks it.

    python -m benchmarks.fuzz --reader pdf --runs 20000
    python -m benchmarks.fuzz --reader html --runs 100000 --atheris
    python -m benchmarks.fuzz --reader pdf --files pypdf-7.1.1/resources

A file must be read or refused with a message, within ``--seconds``. Files are those of the tests
(``tests/security/fuzzing.py``), damaged as ``--seed`` draws; ``--atheris`` lets the code covered guide
the damage instead (``pip install atheris``); ``--files`` reads those of a folder as they are, and says what
becomes of each. What breaks a reader is written in ``--keep``. An error that ends the process that opens a
PDF breaks nothing: the document is refused, or read another way. Such files are counted apart, and the
errors shown.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType

REPOSITORY = Path(__file__).parents[1]
sys.path[:0] = [str(REPOSITORY / "tests"), str(REPOSITORY / "tests" / "security")]


class _TooLongError(BaseException):
    """A reader takes longer than allowed: nothing of ours catches it."""


def _expired(signum: int, frame: FrameType | None) -> None:
    raise _TooLongError


class Fuzzer:
    """Feeds files to a reader and counts what becomes of them."""

    def __init__(self, reader: str, seconds: float, keep: Path) -> None:
        self.reader = reader
        self.outcomes: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.slowest = 0.0
        self._seconds = seconds
        self._keep = keep
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz"))
        signal.signal(signal.SIGPROF, _expired)

    def feed(self, raw: bytes) -> str:
        """Read a file and say what became of it; one that breaks the reader is kept."""
        import fuzzing

        start = time.process_time()
        ended: list[str] = []
        signal.setitimer(signal.ITIMER_PROF, self._seconds)
        try:
            outcome = fuzzing.feed(self.reader, raw, self._folder, ended) or "read"
            if ended:
                outcome += ", its process ended"
            self.outcomes[outcome] += 1
        except (Exception, _TooLongError) as error:  # noqa: BLE001 - what is looked for
            outcome = f"BROKEN {fuzzing.place_of(error)}"
            self.broken[outcome] += 1
            self._keep.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(raw).hexdigest()[:12]
            (self._keep / f"{self.reader}-{name}").write_bytes(raw)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.ended.update(set(ended))
        self.slowest = max(self.slowest, time.process_time() - start)
        return ": ".join([outcome, *sorted(set(ended))])

    def report(self) -> str:
        """Say what became of the files."""
        total = self.outcomes.total() + self.broken.total()
        lines = [f"{self.reader}: {total} files, slowest {self.slowest:.2f} s of processor time"]
        lines += [f"  {count:8} {name}" for name, count in self.outcomes.most_common()]
        lines += [f"  {count:8} {name}" for name, count in self.broken.most_common()]
        if self.ended:
            lines.append("files whose process was ended by")
        lines += [f"  {count:8} {name}" for name, count in self.ended.most_common()]
        return "\n".join(lines)


def as_they_are(fuzzer: Fuzzer, folder: Path) -> None:
    """Read the files of a folder, and say what becomes of each."""
    for path in sorted(folder.rglob(f"*.{fuzzer.reader}")):
        print(f"{path.relative_to(folder)}: {fuzzer.feed(path.read_bytes())}", flush=True)


def at_random(fuzzer: Fuzzer, runs: int, seed: int) -> None:
    """Damage a sound file anew each time."""
    import fuzzing

    draw = random.Random(seed)
    sound = fuzzing.SEEDS[fuzzer.reader]
    for _ in range(runs):
        edits = [
            (draw.choice(fuzzing.KINDS), draw.random(), draw.randrange(256))
            for _ in range(draw.randint(1, 12))
        ]
        fuzzer.feed(fuzzing.damage(sound, fuzzer.reader, edits))


def guided(fuzzer: Fuzzer, runs: int, seed: int) -> None:
    """Let atheris look for damage that reaches new code."""
    import atheris

    with atheris.instrument_imports(include=["pvd_assistant.corpus", "pypdf", "markdown_it"]):
        import fuzzing

        # What a reader imports when it is first called must be instrumented too.
        fuzzing.feed(fuzzer.reader, fuzzing.SEEDS[fuzzer.reader])
    corpus = Path(tempfile.mkdtemp(prefix="fuzz-corpus"))
    (corpus / "sound").write_bytes(fuzzing.SEEDS[fuzzer.reader])
    arguments = [sys.argv[0], f"-runs={runs}", f"-seed={seed}", "-max_len=20000", str(corpus)]

    def feed(raw: bytes) -> None:
        fuzzer.feed(raw)
        if fuzzer.outcomes.total() + fuzzer.broken.total() == runs:
            print(fuzzer.report(), flush=True)  # libFuzzer ends the process itself

    atheris.Setup(arguments, feed)
    atheris.Fuzz()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--reader", required=True, help="pdf, docx, odt, html, md, csv, yaml or eml"
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20.0, help="longest reading, in seconds")
    parser.add_argument("--keep", type=Path, default=Path("fuzz"), help="where what breaks is put")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--atheris", action="store_true")
    how.add_argument("--files", type=Path, help="a folder of files to read as they are")
    wanted = parser.parse_args()
    fuzzer = Fuzzer(wanted.reader, wanted.seconds, wanted.keep)
    if wanted.atheris:
        guided(fuzzer, wanted.runs, wanted.seed)
        return
    if wanted.files:
        as_they_are(fuzzer, wanted.files)
    else:
        at_random(fuzzer, wanted.runs, wanted.seed)
    print(fuzzer.report())
    sys.exit(bool(fuzzer.broken))


if __name__ == "__main__":
    main()
