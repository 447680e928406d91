"""How many everyday requests are answered from the paper they name: `python -m training.measure HOME`.

Every form is asked about every system that a title names before its colon, as `Assistant.ask` without a model answers.
Of the forms "missing", which abstracts do not answer, it is told how many are not answered.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from eval.stats import interval
from rag import Assistant, Library
from rag.text.entities import name_in_title
from rag.types import Paper
from training import missing
from training.forms import FRESH, HELD, LAST, LATER, MEASURE, TRAIN

FORMS = {
    "train": TRAIN, "held": HELD, "measure": MEASURE, "fresh": FRESH, "later": LATER, "last": LAST,
    "missing": missing.MEASURE,
}  # fmt: skip


def named(library: Library) -> dict[str, Paper]:
    """The systems that the collection's titles name, and their papers."""
    return {name: paper for paper in library.papers() if (name := name_in_title(paper.title))}


def answered(assistant: Assistant, form: str, systems: dict[str, Paper]) -> list[float]:
    """1 for each system whose own paper is cited when it is asked about in that form."""
    values = []
    for name, paper in systems.items():
        answer = assistant.ask(form.format(x=name))
        cited = any(citation.paper.id == paper.id for citation in answer.citations)
        values.append(float(answer.outcome == "answered" and cited))
    return values


def refused(assistant: Assistant, form: str, systems: dict[str, Paper]) -> list[float]:
    """1 for each system that is asked about in that form, which nothing answers, and for which nothing is answered."""
    return [float(assistant.ask(form.format(x=name)).outcome != "answered") for name in systems]


def table(assistant: Assistant, forms: Sequence[str], systems: dict[str, Paper]) -> np.ndarray:
    """The values, (forms, systems)."""
    right = refused if forms is missing.MEASURE else answered
    return np.array([right(assistant, form, systems) for form in forms])


def main() -> None:
    """Reads the arguments, asks every form of every system, and prints the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", help="folder of an index")
    parser.add_argument("--forms", choices=FORMS, default="measure")
    parser.add_argument("--untrained", action="store_true", help="without the learned question side")
    given = parser.parse_args()
    library = Library.open(given.home, create=False)
    if given.untrained:
        library.index.question_side = None
    systems = named(library)
    values = table(Assistant(library), FORMS[given.forms], systems)
    for form, row in sorted(zip(FORMS[given.forms], values, strict=True), key=lambda pair: float(pair[1].mean())):
        print(f"{row.mean():.2f}  {form.format(x='X')}")
    means = values.mean(axis=0)  # systems are resampled: the forms are given
    low, high = interval(list(means), [1.0] * len(means))[:2]
    print(f"{len(systems)} systems, {len(values)} forms: mean {values.mean():.3f} [{low:.3f}, {high:.3f}], ", end="")
    print(f"worst form {values.mean(axis=1).min():.3f}")


if __name__ == "__main__":
    main()
