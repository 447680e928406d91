"""Many people at the page of one `askpapers serve`: throughput, waiting times, memory, and whose answer comes to whom.

Each person asks questions of its own, one after the other, by the events that the page itself uses, on loopback. With
`model` a scripted server streams the sentences it was sent and a word that only the question has: the answer must hold
that word, and no other's. With `reads` it reads whole abstracts and streams ten sentences, with `own words` these are
told otherwise; coverage checks them. Then BURST people ask at the same moment, and in the midst of the last answers
comes SIGTERM.

python -m bench.load [--users 1 8 32] [--minutes 0.3] [--modes quote model reads "own words"] [--burst 120]
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np

from bench.common import ROOT, questions, table, used
from bench.page_client import BusyError, Visitor
from bench.scripted_model import scripted_model, word

PORT = 8160
SENTENCES = 10  # of a model that reads
HEAD = ("answers", "people", "asked", "per s", "CPU ms each", "p50 s", "p95 s", "outcomes", "MB before", "MB after")
MODES = ("quote", "model", "reads", "own words")
PAUSE = 0.03  # seconds between the pieces that the scripted model streams


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="an index of the collection; by default one is made")
    arguments.add_argument("--users", type=int, nargs="+", default=[1, 8, 32])
    arguments.add_argument("--minutes", type=float, default=0.3, help="of each number of users; 10 for the record")
    arguments.add_argument("--modes", nargs="+", choices=MODES, default=["quote", "model"])
    arguments.add_argument("--burst", type=int, default=120)
    given = arguments.parse_args()
    asked = questions(None, 1000)
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as home:
        for mode in given.modes:
            reads, lead = mode in ("reads", "own words"), "Then" if mode == "own words" else ""
            with (
                scripted_model(SENTENCES if reads else 3, lead, PAUSE, sign=True) as address,
                server(given.home or Path(home), "extractive" if mode == "quote" else address, reads) as (
                    process,
                    page,
                ),
            ):
                for users in given.users:
                    rows.append((mode, users, *measure(process, page, asked, users, given.minutes, mode)))
                rows.append((mode, given.burst, *measure(process, page, asked, given.burst, 0, mode)))
                ending(process, page, asked)
    table(
        ("answers", "people", "asked", "per s", "CPU ms each", "p50 s", "p95 s", "outcomes", "MB before", "MB after"),
        rows,
    )


@contextmanager
def server(home: Path, llm: str, reads: bool = False) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`askpapers serve` on the collection that comes with it, and its address."""
    command = ["-m", "rag", "serve", "--home", home, "--port", PORT, "--llm", llm or "extractive"]
    command += ["--collection", ROOT / "data" / "daily_papers"]
    settings = {"ASKPAPERS_LLM_MODE": "reads", "ASKPAPERS_JUDGE": "coverage"} if reads else {}
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **settings},
    )
    try:
        assert process.stderr is not None
        page = next(line for line in process.stderr if line.startswith("http")).strip()
        threading.Thread(target=process.stderr.read, daemon=True).start()  # or a full pipe would hold it up
        yield process, page
    finally:
        process.kill()
        process.wait()


def measure(
    process: subprocess.Popen[str], page: str, asked: Sequence[str], users: int, minutes: float, mode: str
) -> tuple[object, ...]:
    """Questions asked, answers a second, the server's CPU each, waiting, what became of them, memory.

    0 minutes is one question each.
    """
    visitors = [Visitor(page) for _ in range(users)]
    (cpu, before), started = used(process.pid), time.monotonic()
    outcomes: Counter[str] = Counter()
    waits: list[float] = []

    def person(number: int) -> None:
        mine = asked[number::users] if users <= len(asked) else [asked[number % len(asked)]]
        for turn in range(10**6):
            question, begun = mine[turn % len(mine)], time.monotonic()
            visitors[number].key = uuid4().hex  # somebody new: their list of conversations is empty
            outcome = asking(visitors[number], question, asked, mode)
            outcomes[outcome] += 1  # one thread at a time changes a Counter's entry: the GIL is held
            if outcome == "right":
                waits.append(time.monotonic() - begun)
            if time.monotonic() - started >= 60 * minutes:
                return

    with ThreadPoolExecutor(users) as people:
        list(people.map(person, range(users)))
    seconds, (cpu_then, after) = time.monotonic() - started, used(process.pid)
    for visitor in visitors:
        visitor.close()
    p50, p95 = (float(np.percentile(waits, p)) if waits else float("nan") for p in (50, 95))
    told = ", ".join(f"{n} {what}" for what, n in outcomes.most_common())
    each = round(1000 * (cpu_then - cpu) / outcomes.total())
    return outcomes.total(), outcomes["right"] / seconds, each, p50, p95, told, before, after


def asking(visitor: Visitor, question: str, asked: Sequence[str], mode: str) -> str:
    """What became of a question: right, busy, or what is wrong with its answer."""
    try:
        messages = list(visitor.ask(question))
    except BusyError:
        return "told busy"
    except Exception as error:
        return type(error).__name__
    said = html.unescape(json.dumps(messages, ensure_ascii=False).replace('\\"', '"'))
    if messages[-1]["msg"] != "process_completed" or not messages[-1].get("success"):
        return "unfinished"
    if "not_stated" not in said and "nothing_relevant" not in said and 'class="claim' not in said:
        return "empty"
    others = {word(other) for other in asked if other != question} & set(re.findall(r"Word[0-9a-f]{12}", said))
    if others or any(other in said for other in asked if other != question and other not in question):
        return "ANOTHER'S"
    # Where the spelling was corrected the model was asked another question, whose word is not this one's.
    told = word(question) in said or 'name="exact"' in said
    return "right" if mode == "quote" or 'class="claim' not in said or told else "without its word"


def ending(process: subprocess.Popen[str], page: str, asked: Sequence[str]) -> None:
    """SIGTERM while eight people wait for answers."""
    visitors = [Visitor(page) for _ in range(8)]
    outcomes: Counter[str] = Counter()

    def person(number: int) -> None:
        try:
            messages = list(visitors[number].ask(asked[number]))
            stopped = "Stopped before the end" in json.dumps(messages)
            outcomes["told stopped" if stopped else str(messages[-1]["msg"])] += 1
        except Exception as error:
            outcomes[type(error).__name__] += 1

    with ThreadPoolExecutor(8) as people:
        waiting = [people.submit(person, n) for n in range(8)]
        time.sleep(0.3)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        for one in waiting:
            one.result()
        code = process.wait(30)
    print(f"SIGTERM with 8 waiting: {dict(outcomes)}, exit code {code} after {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    os.environ.pop("OPENAI_API_KEY", None)
    main()
