"""An answer as it is stored: with what it was made of, so that it can be verified on another machine."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.library import Library

FORM = 1  # of what is stored: raise it when its meaning changes


def exported(answer: Answer, assistant: Assistant) -> dict[str, Any]:
    """The answer as `askpapers ask --json` prints it: `Answer.to_dict`, and under `made_with` what it was made of.

    That is the version, the settings, the model, the index's fingerprint, and of each citation the hashes of the paper
    and of the sentences.
    """
    judge = assistant.judge if isinstance(assistant.judge, str) else assistant.judge.name
    settings = {"checking": assistant.checking, "judge": judge, "mode": assistant.mode, "sources": assistant.sources}
    made_with = {
        "form": FORM,
        "askpapers": askpapers_version(),
        "model": answer.model,
        "settings": settings,
        "index": index_fingerprint(assistant.library),
        "citations": [
            {
                "paper_id": c.paper.id,
                "paper_hash": c.paper.content_hash,
                "sentences": [{"index": s.index, "hash": sentence_hash(s.text)} for s in c.sentences],
            }
            for c in answer.citations
        ],
    }
    return {**answer.to_dict(), "made_with": made_with}


def sentence_hash(text: str) -> str:
    """SHA-256 (hex) of a sentence, its white space aside."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def index_fingerprint(library: Library) -> dict[str, Any]:
    """What the index was made with, and a hash of all papers in it: equal for equal collections."""
    papers = library.index.forward_index.hashes()
    content = json.dumps(sorted(papers.items())).encode()
    return {**library.index.fingerprint, "papers": len(papers), "content": hashlib.sha256(content).hexdigest()}


def askpapers_version() -> str:
    """The installed version, "unknown" in a bare checkout."""
    try:
        return version("askpapers")
    except PackageNotFoundError:
        return "unknown"
