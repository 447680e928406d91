from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.answering.assistant import Assistant
from rag.answering.judges import Support
from rag.errors import SourceError
from rag.library import Library
from rag.verification.answer_export import exported
from rag.verification.answer_verify import Stored, read_answer, verify
from rag.verification.deciding import OneByOne
from tests.conftest import PAPERS, FakeEmbedder

QUESTION = "Which theory inspired HippoRAG?"


@pytest.fixture
def stored(library: Library) -> dict[str, Any]:
    """An answer as it is stored."""
    assistant = Assistant(library)
    told = json.loads(json.dumps(exported(assistant.ask(QUESTION), assistant)))
    assert told["made_with"]["settings"]["checking"] == "strict"
    return dict(told)


def of(told: dict[str, Any]) -> Stored:
    return Stored.model_validate(told)


def test_all_stands_on_the_same_library(library: Library, stored: dict[str, Any]) -> None:
    found = verify(of(stored), library)
    assert found.stands
    assert found.same_index
    assert {c.state for c in found.citations} == {"stands"}
    assert "the same collection" in str(found)


def test_on_another_machine_that_knows_the_paper_by_another_id(tmp_path: Path, stored: dict[str, Any]) -> None:
    other = Library.open(tmp_path / "other", embedder=FakeEmbedder())
    other.sync([replace(p, id=f"other-{i}") for i, p in enumerate(PAPERS)])
    found = verify(of(stored), other)
    other.close()
    assert found.stands
    assert found.same_index is False
    assert found.citations[0].paper_id == "other-2"


def test_what_changed_is_told(library: Library, stored: dict[str, Any]) -> None:
    hippo = PAPERS[2]
    library.sync([replace(hippo, abstract=hippo.abstract.replace("hippocampal", "neocortical"))])
    found = verify(of(stored), library)
    assert not found.stands
    (cited,) = found.citations
    assert (cited.state, cited.paper_changed) == ("changed", True)
    changed = next(s for s in cited.sentences if s.state == "changed")
    assert "hippocampal" in changed.text
    assert "neocortical" in changed.now
    assert "    is:  HippoRAG is a retrieval framework inspired by neocortical" in str(found)


def test_moved_gone_and_withdrawn(library: Library, stored: dict[str, Any]) -> None:
    hippo = PAPERS[2]
    library.sync([replace(hippo, abstract="A new beginning. " + hippo.abstract)])
    moved = verify(of(stored), library)
    assert moved.stands
    assert moved.citations[0].state == "moved"
    library.sync([replace(hippo, withdrawn=True)])
    assert verify(of(stored), library).citations[0].state == "withdrawn"
    assert not verify(of(stored), library).stands
    library.remove([hippo.id])
    gone = verify(of(stored), library)
    assert gone.citations[0].state == "gone"
    assert {c.verdict for c in gone.claims} == {"unsupported"}


def test_an_answer_that_was_tampered_with(library: Library, stored: dict[str, Any]) -> None:
    stored["claims"][0]["text"] = "HippoRAG beats other methods on multi-hop questions by up to 90%."
    stored["claims"][0]["quoted"] = False
    found = verify(of(stored), library)
    assert found.claims[0].verdict == "unsupported"
    assert not found.stands


def test_a_judge_is_asked_anew(library: Library, stored: dict[str, Any]) -> None:
    class Told:
        level, name, contradictions = 2, "told", True

        def score(self, evidence: list[str], sentence: str) -> Support:
            return Support(0.1, "contradicted", 0, 2)

    stored["claims"][0]["text"] = "HippoRAG is no retrieval framework inspired by hippocampal indexing theory."
    found = verify(of(stored), library, OneByOne(Told()))  # type: ignore[arg-type]
    assert found.claims[0].verdict == "contradicted"
    assert found.judge == "told"


def test_answers_of_before_hashes_were_kept(library: Library, stored: dict[str, Any]) -> None:
    del stored["made_with"]
    found = verify(of(stored), library)
    assert found.stands
    assert found.same_index is None
    assert found.citations[0].paper_changed is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"question": 1}', b'{"claims": []}', b"\xff\xfe", b"null"])
def test_what_is_no_answer(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=r"a\.json is no answer"):
        read_answer(file)
    with pytest.raises(SourceError, match="cannot read"):
        read_answer(tmp_path / "none.json")
