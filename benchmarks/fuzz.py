"""Feed damaged files to a reader, for as long as wanted, and keep what breaks it.

    python -m benchmarks.fuzz --reader pdf --runs 20000
    python -m benchmarks.fuzz --reader html --runs 100000 --atheris

A file must be read or refused with a message, within ``--seconds``. Files are those of the tests
(``tests/security/fuzzing.py``), damaged as ``--seed`` draws; ``--atheris`` lets the code covered guide
the damage instead (``pip install atheris``). What breaks a reader is written in ``--keep``.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import sys
import tempfile
import time
import traceback
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
        self.slowest = 0.0
        self._seconds = seconds
        self._keep = keep
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz"))
        signal.signal(signal.SIGPROF, _expired)

    def feed(self, raw: bytes) -> None:
        """Read a file; one that breaks the reader is kept."""
        import fuzzing

        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self._seconds)
        try:
            code = fuzzing.feed(self.reader, raw, self._folder)
            self.outcomes[code or "read"] += 1
        except (Exception, _TooLongError) as error:  # noqa: BLE001 - what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.broken[f"{type(error).__name__} {Path(last.filename).name}:{last.lineno}"] += 1
            self._keep.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(raw).hexdigest()[:12]
            (self._keep / f"{self.reader}-{name}").write_bytes(raw)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.slowest = max(self.slowest, time.process_time() - start)

    def report(self) -> str:
        """Say what became of the files."""
        total = self.outcomes.total() + self.broken.total()
        lines = [f"{self.reader}: {total} files, slowest {self.slowest:.2f} s of processor time"]
        lines += [f"  {count:8} {name}" for name, count in self.outcomes.most_common()]
        lines += [f"  {count:8} BROKEN {name}" for name, count in self.broken.most_common()]
        return "\n".join(lines)


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
    parser.add_argument("--atheris", action="store_true")
    wanted = parser.parse_args()
    fuzzer = Fuzzer(wanted.reader, wanted.seconds, wanted.keep)
    if wanted.atheris:
        guided(fuzzer, wanted.runs, wanted.seed)
        return
    at_random(fuzzer, wanted.runs, wanted.seed)
    print(fuzzer.report())
    sys.exit(bool(fuzzer.broken))


if __name__ == "__main__":
    main()
