"""Files of other people's sets, read where a user has them: their answers and their labels, in our terms.

Answers: ALCE (`question`, `docs`, `output`) and TREC RAG (`topic_id`, `references`, `answer` with `text` and
`citations` from 0; `segments` gives the texts by id), and ScholarQABench's of computer science (`case_id`,
`answer_text`). Labels: LLM-AggreFact (`doc`, `claim`, `label` 0 or 1), ScholarQABench's SciFact (`input`, `gold_ctx`,
`answer` true or false) and RAGTruth (`response.jsonl` with `source_info.jsonl` beside it), of which each sentence
becomes a claim.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.jsonl import read_jsonl
from rag.errors import SourceError
from rag.text.sentences import split_sentences

SOURCES = "source_info.jsonl"  # RAGTruth's file of what the responses are about


def our_answer(row: Any) -> Any:
    """A row of ALCE's or TREC RAG's files in the form of `input`, `output` and `ctxs`; any other as it is.

    Raises KeyError, TypeError, AttributeError for a TREC row that lacks what it must have.
    """
    if not isinstance(row, dict):
        return row
    if isinstance(row.get("answer"), list) and "references" in row:
        return _trec_answer(row)
    if "case_id" in row and isinstance(row.get("answer_text"), str):
        return {"id": row["case_id"], "input": "", "output": row["answer_text"], "ctxs": []}
    if "output" in row and "docs" in row and "ctxs" not in row:
        named = {"input": row.get("input", row.get("question", "")), "ctxs": row["docs"]}
        return {**{k: v for k, v in row.items() if k not in ("docs", "question")}, **named}
    return row


def _trec_answer(row: Mapping[str, Any]) -> dict[str, Any]:
    texts = row.get("segments") or {}
    ids = list(map(str, row["references"]))
    said = []
    for sentence in row["answer"]:
        text = str(sentence["text"]).strip()
        marks = "".join(f"[{int(n) + 1}]" for n in sentence["citations"])
        end = text[-1] if text[-1:] in ".!?" else "."
        said.append(f"{text.removesuffix(end)} {marks}{end}" if marks else text)
    documents = [{"title": i, "text": str(texts.get(i, ""))} for i in ids]
    return {
        "id": str(row["topic_id"]),
        "input": str(row.get("topic", "")),
        "output": " ".join(said),
        "ctxs": documents,
    }


def our_claim(row: Any, number: int) -> Any:
    """A row of LLM-AggreFact, or of ScholarQABench's SciFact, as a labelled claim; any other as it is."""
    if isinstance(row, dict) and isinstance(row.get("gold_ctx"), list) and row.get("answer") in ("true", "false"):
        texts = [str(one.get("text", "")) for one in row["gold_ctx"] if isinstance(one, dict)]
        return {
            "id": str(row.get("id", number)),
            "claim": row.get("input"),
            "sentences": [s.text for text in texts for s in split_sentences(text)],
            "label": "supported" if row["answer"] == "true" else "refuted",
        }
    if not isinstance(row, dict) or "doc" not in row or row.get("label") not in (0, 1):
        return row
    document = str(row["doc"])
    return {
        "id": str(row.get("id", number)),
        "group": hashlib.sha256(document.encode()).hexdigest()[:16],
        "claim": row.get("claim"),
        "sentences": [s.text for s in split_sentences(document)] or [document],
        "label": "supported" if row["label"] == 1 else "nei",
    }


def is_ragtruth(path: Path) -> bool:
    """Whether a file holds RAGTruth's responses: what they are about lies beside it."""
    return path.name.startswith("response") and path.with_name(SOURCES).exists()


def ragtruth_claims(path: Path) -> list[dict[str, Any]]:
    """The sentences of RAGTruth's responses as claims: supported unless a labelled span touches them.

    A conflict is refuted, baseless information not enough said; a span that is true all the same counts as supported.
    Raises SourceError.
    """
    about = dict(read_jsonl(path.with_name(SOURCES), lambda row, _: (str(row["source_id"]), row)))
    found: list[dict[str, Any]] = []
    for row in read_jsonl(path, lambda row, _: row):
        source = about.get(str(row.get("source_id")))
        if source is None:
            raise SourceError(f"{path}: response {row.get('id')!r} is about a source that {SOURCES} lacks")
        evidence = list(_evidence(source["source_info"]))
        spans = [span for span in row["labels"] if not span.get("implicit_true")]
        for n, sentence in enumerate(split_sentences(row["response"])):
            touching = [s for s in spans if s["start"] < sentence.end and sentence.start < s["end"]]
            kinds = " ".join(str(s.get("label_type", "")) for s in touching)
            label = "refuted" if "Conflict" in kinds else "nei" if touching else "supported"
            claim = {"id": f"{row['id']}-{n}", "group": str(row["source_id"]), "claim": sentence.text}
            found.append({**claim, "sentences": evidence, "label": label})
    return found


def _evidence(info: Any) -> Iterator[str]:
    """What a response is about, as sentences: a text, or what a table says, an entry a line."""
    texts: Sequence[str] = [info] if isinstance(info, str) else []
    if isinstance(info, dict):
        texts = [v if isinstance(v, str) else f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in info.items()]
    for text in texts:
        yield from (s.text for s in split_sentences(text))
