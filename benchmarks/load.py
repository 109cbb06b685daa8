"""Many visitors at once of the real web server: how long they wait, how many are answered, what it uses.

Usage::

    python -m benchmarks.load training/questions/train-*.jsonl --users 1,8,32,64 --seconds 60 --face chat
    python -m benchmarks.load training/questions/train-*.jsonl --users 16 --questions 10000

The server is ``pvd-assistant serve`` in a process of its own, started again for each number of visitors. Each
visitor asks, waits for the last word of the answer and asks again, without a pause, and never what another
one is asking. Each answer is checked to be the one to its question; some questions are asked again alone,
once the crowd has gone, and the answers compared word for word. Exits with 1 when one failed or was wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.served import REPOSITORY, Served
from benchmarks.visitors import ApiVisitor, ChatVisitor, Reply, Visitor, client, read_page
from pvd_assistant.evaluation.questions import read_questions
from pvd_assistant.territory.communes import Territory

#: Every visitor has the address of this machine: what one address may ask is not what is measured.
_SETTINGS = {"PVD_API_RATE_LIMIT": "0", "PVD_CHAT_RATE_LIMIT": "0", "PVD_LIBRARY_WORKER": "false"}
#: Questions of one visit, before the tab is closed and another one opened.
_STAY = 5
_SAMPLE_S = 0.5
#: Questions after which memory is looked at, when there are many.
_STEP = 1000
#: Characters of the server's log shown when something went wrong.
_SAID = 5000
_PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Given:
    """What is asked of the command."""

    files: list[Path]
    users: tuple[int, ...]
    seconds: float
    face: str
    questions: int
    compared: int
    index: Path
    corpus: Path


@dataclass(slots=True)
class Run:
    """What was seen of some visitors.

    :ivar wrong: answers that were not those of their question.
    :ivar memory: of the server, in MB: at the start, at its highest, at the end.
    """

    users: int
    replies: list[Reply] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    processor_s: float = 0.0
    memory: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def count(self, outcome: str) -> int:
        """Return how many replies ended in a way."""
        return sum(reply.outcome == outcome for reply in self.replies)

    @property
    def errors(self) -> list[str]:
        """What should not have been seen."""
        bad = [reply for reply in self.replies if reply.outcome in ("failed", "wrong")]
        return [f"{r.outcome}: {r.question} → {r.said}" for r in bad] + self.wrong

    def cells(self) -> list[str]:
        """Return its row of the table."""
        took = [reply.seconds for reply in self.replies if reply.outcome == "answered"]
        waits = np.percentile(took, _PERCENTILES) if took else [float("nan")] * len(_PERCENTILES)
        answered = len(took)
        return [
            str(self.users),
            str(answered),
            f"{answered / self.seconds:.1f}",
            *(f"{wait:.2f}" for wait in waits),
            str(self.count("refused")),
            str(len(self.errors)),
            f"{1000 * self.processor_s / max(1, answered):.0f}",
            f"{100 * self.processor_s / self.seconds:.0f}",
            *(f"{size:.0f}" for size in self.memory),
        ]


HEADER = [
    "visitors", "answers", "a second", *(f"p{p}, s" for p in _PERCENTILES), "refused", "errors",
    "processor, ms an answer", "processor, % of a core", "MB at start", "at most", "at the end",
]  # fmt: skip


def different(questions: Sequence[str], towns: Sequence[str]) -> Iterator[str]:
    """Give every question, then each of them again about one town after another: no two are the same."""
    yield from questions
    for turn in range(len(towns)):
        for number, question in enumerate(questions):
            yield f"Pour la commune de {towns[(turn + 7 * number) % len(towns)]} : {question}"


def until(end: float, questions: Iterator[str]) -> Iterator[str]:
    """Give questions until a moment of the monotonic clock."""
    while time.monotonic() < end:
        yield next(questions)


async def crowd(make: Callable[[], Visitor], questions: Iterator[str], users: int) -> list[Reply]:
    """Have visitors ask until there are no more questions; return what they were told.

    :param make: opens a visit.
    """
    replies: list[Reply] = []

    async def one() -> None:
        while True:
            visitor = make()
            try:
                for _ in range(_STAY):
                    question = next(questions, None)
                    if question is None:
                        return
                    reply = await visitor.ask(question)
                    replies.append(reply)
                    await asyncio.sleep(reply.later)
            finally:
                await visitor.leave()

    await asyncio.gather(*(one() for _ in range(users)))
    return replies


async def compared(make: Callable[[], Visitor], replies: Sequence[Reply], most: int) -> list[str]:
    """Ask some questions again, one at a time; return the answers that were not the same.

    Only those that began a conversation: what was said before bears on the others.
    """
    known = [reply for reply in replies if reply.outcome == "answered" and reply.first]
    unlike = []
    for reply in known[:: max(1, len(known) // most)][:most] if most else ():
        visitor = make()
        again = await visitor.ask(reply.question)
        await visitor.leave()
        if again.said != reply.said:
            unlike.append(f"not the same alone: {reply.question}\n{reply.said}\n{again.said}")
    return unlike


async def opening(server: Served, face: str) -> Callable[[], Visitor]:
    """Return what opens a visit of a face of a server."""
    web = client(server.address)
    if face == "api":
        return lambda: ApiVisitor(web)
    page = await read_page(web)
    return lambda: ChatVisitor(web, page)


async def measured(
    server: Served, make: Callable[[], Visitor], questions: Iterator[str], users: int
) -> Run:
    """Have visitors ask a server that is ready, and look at its memory and processor time."""
    highest = at_start = server.memory_mb()

    async def watch() -> None:
        nonlocal highest
        while True:
            highest = max(highest, server.memory_mb())
            await asyncio.sleep(_SAMPLE_S)

    watching = asyncio.create_task(watch())
    start, used = time.monotonic(), server.processor_s()
    replies = await crowd(make, questions, users)
    run = Run(users, replies, seconds=time.monotonic() - start)
    run.processor_s = server.processor_s() - used
    watching.cancel()
    at_end = server.memory_mb()
    run.memory = at_start, max(highest, at_end), at_end
    return run


async def for_a_time(server: Served, users: int, questions: Iterator[str], given: Given) -> Run:
    """Have visitors ask for some seconds, then ask some of it again, alone."""
    make = await opening(server, given.face)
    await crowd(make, islice(questions, 3), 1)  # the first ones load what the others use
    end = time.monotonic() + given.seconds
    run = await measured(server, make, until(end, questions), users)
    run.wrong = await compared(make, run.replies, given.compared)
    return run


async def by_steps(server: Served, users: int, questions: Iterator[str], given: Given) -> list[Run]:
    """Have visitors ask one server many questions, looked at after each thousand."""
    make = await opening(server, given.face)
    runs = []
    for start in range(0, given.questions, _STEP):
        some = islice(questions, min(_STEP, given.questions - start))
        runs.append(await measured(server, make, some, users))
        print(_row(runs[-1].cells()), flush=True)
    return runs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything; print the table as it comes, then what should not have been seen."""
    given = _given(arguments)
    asked = [one.text for file in given.files for one in read_questions(file)]
    towns = [commune.name for commune in Territory.load().members()]
    questions = different(list(dict.fromkeys(asked)), towns)
    busy = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores, load of the machine before: {busy}; {given.face}\n")
    print(_row(HEADER), _row(["---"] * len(HEADER)), sep="\n", flush=True)
    errors = []
    for users in given.users:
        with _serving(given) as server:
            if given.questions:
                runs = asyncio.run(by_steps(server, users, questions, given))
            else:
                runs = [asyncio.run(for_a_time(server, users, questions, given))]
                print(_row(runs[0].cells()), flush=True)
            wrong = [error for run in runs for error in run.errors]
            if wrong:
                said = server.log.read_text(encoding="utf-8", errors="replace")[-_SAID:]
                print(*wrong[:20], said, sep="\n", file=sys.stderr)
        errors += wrong
    return 1 if errors else 0


@contextmanager
def _serving(given: Given) -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as data:
        server = Served(given.index, given.corpus, Path(data), _SETTINGS)
        try:
            if not server.wait_until_ready():
                sys.exit("The server does not start: is there an index?")
            yield server
        finally:
            server.kill()


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _given(arguments: Sequence[str] | None) -> Given:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+", help="question files (JSON lines)")
    parser.add_argument("--users", type=_numbers, default=(1, 8, 32, 64))
    parser.add_argument("--seconds", type=float, default=60, help="for each number of visitors")
    parser.add_argument("--face", choices=("chat", "api"), default="chat")
    parser.add_argument("--questions", type=int, default=0, help="so many, instead of a time")
    parser.add_argument("--compared", type=int, default=20, help="answers asked again, alone")
    parser.add_argument("--index", type=Path, default=REPOSITORY / "index")
    parser.add_argument("--corpus", type=Path, default=REPOSITORY / "corpus")
    return Given(**vars(parser.parse_args(arguments)))


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(","))


if __name__ == "__main__":
    sys.exit(main())
