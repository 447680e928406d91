"""An answer as it is stored: with what it was made of, so that it can be verified on another machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.library import Library
from rag.retrieval.per_state import PerState

FORM = 1  # of what is stored: raise it when its meaning changes
_fingerprints = PerState[dict[str, Any]]("fingerprint", __file__)  # a hash of a million papers takes seconds


def exported(answer: Answer, assistant: Assistant) -> dict[str, Any]:
    """The answer as `askpapers ask --json` prints it: `Answer.to_dict`, and under `made_with` what it was made of."""
    return exported_as_made(answer, made_with(assistant))


def exported_as_made(answer: Answer, made: Mapping[str, Any]) -> dict[str, Any]:
    """As `exported`, of an answer that was kept with what `made_with` said when it was made; empty where it was not."""
    citations = [
        {
            "paper_id": c.paper.id,
            "paper_hash": c.paper.content_hash,
            "sentences": [{"index": s.index, "hash": sentence_hash(s.text)} for s in c.sentences],
        }
        for c in answer.citations
    ]
    return {**answer.to_dict(), "made_with": {"form": FORM, **made, "model": answer.model, "citations": citations}}


def made_with(assistant: Assistant) -> dict[str, Any]:
    """What an answer is made with at this moment: the version, the settings, and the index's fingerprint."""
    judge = assistant.judge if isinstance(assistant.judge, str) else assistant.judge.name
    settings = {"checking": assistant.checking, "judge": judge, "mode": assistant.mode, "sources": assistant.sources}
    return {"askpapers": askpapers_version(), "settings": settings, "index": index_fingerprint(assistant.library)}


def sentence_hash(text: str) -> str:
    """SHA-256 (hex) of a sentence, its white space aside."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def index_fingerprint(library: Library) -> dict[str, Any]:
    """What the index was made with, and a hash of all papers in it: equal for equal collections."""

    def of_content() -> dict[str, Any]:
        papers = library.index.forward_index.hashes()
        content = json.dumps(sorted(papers.items())).encode()
        return {"papers": len(papers), "content": hashlib.sha256(content).hexdigest()}

    return {**library.index.fingerprint, **_fingerprints(library.index, of_content)}


def askpapers_version() -> str:
    """The installed version, "unknown" in a bare checkout."""
    try:
        return version("askpapers")
    except PackageNotFoundError:
        return "unknown"
