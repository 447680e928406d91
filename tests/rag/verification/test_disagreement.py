from __future__ import annotations

import json

import pytest

from rag.answering.judges import Support
from rag.errors import QuestionError
from rag.library import Library
from rag.types import Paper
from rag.verification.deciding import OneByOne
from rag.verification.disagreement import CANNOT_TELL, sides_of

CLAIM = "People who use ad-blockers remember fewer ads."


class Negating:
    """A judge that takes a sentence with a "not" for a denial, and knows nothing of cats."""

    level, name, contradictions = 2, "negating", True

    def score(self, evidence: list[str], sentence: str) -> Support:
        if "ads" not in evidence[0]:
            return Support(0.1, "unsupported", 0, 2)
        denied = "not" in evidence[0]
        return Support(0.1 if denied else 0.9, "contradicted" if denied else "supported", 0, 2)


def test_sides(library: Library) -> None:
    library.sync([Paper("t-no", "No blockers", "People who use ad-blockers do not remember fewer ads.")])
    sides = sides_of(CLAIM, library, OneByOne(Negating()))  # type: ignore[arg-type]
    assert [e.paper.id for e in sides.support] == ["t-ads"]
    assert [e.paper.id for e in sides.contrast] == ["t-no"]
    assert "Disagree:\n- No blockers: People who use" in str(sides)
    assert json.loads(json.dumps(sides.to_dict()))["contrast"][0]["paper_id"] == "t-no"


def test_coverage_says_that_it_cannot_tell(library: Library) -> None:
    sides = sides_of(CLAIM, library)
    assert (sides.support, sides.contrast) == ((), ())
    assert sides.about[0].paper.id == "t-ads"
    assert sides.tells == CANNOT_TELL
    unknown = sides_of("Zebras yodel quietly.", library)
    assert "No sentence of the library is about it." in str(unknown)


def test_a_judge_of_support_alone_says_so(library: Library) -> None:
    class SupportOnly(Negating):
        contradictions = False

    assert "who disagrees is not told apart" in sides_of(CLAIM, library, OneByOne(SupportOnly())).tells  # type: ignore[arg-type]
    with pytest.raises(QuestionError):
        sides_of(" ", library)
