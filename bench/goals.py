"""Each goal of speed that a small machine can check in minutes: what was measured, and PASS or how far it is off.

Ratios are of things measured side by side in this run. On a machine that others keep busy read the ratios, not seconds.

python -m bench.goals [--home HOME]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import checking_speed, load
from bench.cold import QUESTION, RUN, page
from bench.common import child, cpu_seconds, questions, real, table
from bench.scripted_model import scripted_model
from rag.library import Library
from rag.models.embedding import Embedder

TOKENS = 128  # of the texts that the embedder is measured with


@dataclass(frozen=True)
class Goal:
    """What is to be reached: at most `limit`, or at least where `least`."""

    name: str
    found: float
    limit: float
    least: bool = False

    def row(self) -> tuple[object, ...]:
        """The row of the table."""
        passed = self.found >= self.limit if self.least else self.found <= self.limit
        times = self.limit / self.found if self.least else self.found / self.limit
        bound = f"{'at least' if self.least else 'at most'} {self.limit:g}"
        return self.name, bound, self.found, "PASS" if passed else f"off by {times:.2f} times"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="an index; by default one of the collection's first 120 is made")
    arguments.add_argument("--minutes", type=float, default=0.4, help="of 32 people at the page")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        library = Library.open(home)
        if not given.home:
            library.sync(real(None, 120))
        goals = [
            *checking(library),
            Goal("embedding, share of the fp32 peak", share_of_peak(library.embedder), 0.9, True),
        ]
        goals += [*starting(home), *loaded(home, given.minutes)]
    table(("goal", "wanted", "measured", ""), [goal.row() for goal in goals])


def checking(library: Library) -> list[Goal]:
    """A model that writes ten sentences, no judge asked; evidence known where it replies at once."""
    asked = questions(None, 10)
    slow = checking_speed.measure(library, asked, True, 0.1)[1]
    copied = checking_speed.measure(library, asked, False, 0.0)[1]
    own = checking_speed.measure(library, asked, True, 0.0)[1]
    return [
        Goal("checked / unchecked, ten own sentences a second", float(str(slow[-1])), 1.2),
        Goal("checked / unchecked, ten copied at once", float(str(copied[-1])), 1.2),
        Goal("checked / unchecked, ten own at once", float(str(own[-1])), 1.2),
        Goal("CPU ms a copied sentence", float(str(copied[-2])), 5),
        Goal("CPU ms a sentence in own words", float(str(own[-2])), 5),
    ]


def share_of_peak(embedder: Embedder) -> float:
    """The model's floating point operations a CPU second, by those of a large product of matrices."""
    a = np.random.default_rng(0).random((1024, 1024), np.float32)
    texts = [" ".join(["retrieval"] * TOKENS)] * 32

    tokens = TOKENS + 2
    operations = 32 * tokens * 6 * (2 * (4 * 384**2 + 2 * 384 * 1536) + 4 * 384 * tokens)
    return operations / cpu_seconds(lambda: embedder.encode(texts), 5) / (2 * 1024**3 / cpu_seconds(lambda: a @ a, 5))


def starting(home: Path) -> list[Goal]:
    """A question and a page from a process that is not there yet."""
    run = RUN.format(question=QUESTION, home=str(home))
    cold = statistics.median(child("-c", run)["cpu"] for _ in range(3))
    pages = [page(home) for _ in range(3)]
    wall, cpu = (statistics.median(p[i] for p in pages) for i in (0, 1))
    return [
        Goal("a cold ask, CPU seconds", cold, 1.5),
        Goal(f"serve until the page answers, seconds ({cpu:.1f} of CPU)", wall, 2),
    ]


def loaded(home: Path, minutes: float) -> list[Goal]:
    """32 people at the page of a model that streams ten sentences, after a first round that embeds the evidence."""
    asked = questions(None, 1000)
    with (
        scripted_model(load.SENTENCES, "", load.PAUSE, sign=True) as address,
        load.server(home, address, reads=True) as (process, there),
    ):
        load.measure(process, there, asked, 32, minutes, "reads")
        row = load.measure(process, there, asked, 32, minutes, "reads")
    _, rate, each, p50, *_ = row
    return [
        Goal(f"answers a second, 32 people, ten sentences each ({each} CPU ms)", float(str(rate)), 8, True),
        Goal("their median wait, seconds", float(str(p50)), 4),
    ]


if __name__ == "__main__":
    main()
