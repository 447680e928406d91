"""Answers of any system, read from JSON lines: ours, and ALCE's or ScholarQABench's.

Ours is one `Answer.to_dict()` a line, as `askpapers ask --json` prints it, with `id`, `retrieved` (titles, best
first) and `confidence` where `eval run` wrote it. Theirs is `{"input", "output", "ctxs": [{"title", "text"}]}`, with
markers such as [1] in the output that count `ctxs` from 1, in a file with a marker [0] (as ScholarQABench's) from 0;
`ctxs` is null where it had none. `id`, `abstained` and `confidence` may be added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.adapters import our_answer
from eval.cases import Case, normal
from eval.jsonl import read_jsonl
from eval.metrics import Reply, Source, Statement
from rag.answer import Answer
from rag.answering.answerability import decide
from rag.answering.calibration import Calibration
from rag.answering.markers import parse, sentences_of
from rag.errors import SourceError
from rag.retrieval.hybrid import Retrieved
from rag.text.sentences import split_sentences

MAX_CITED = 50  # markers of one sentence: beyond, it cites nothing in particular
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)")


def to_row(
    case: Case,
    answer: Answer,
    retrieved: Sequence[str] | None,
    confidence: float | None,
    heard: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """One line of our form; seconds stand apart, in `timings`. `heard` is what a model was sent and wrote."""
    row = {"id": case.id, **answer.to_dict(), "retrieved": retrieved and list(retrieved), "confidence": confidence}
    row |= {"heard": dict(heard)} if heard else {}
    for written, citation in zip(row["citations"], answer.citations, strict=True):
        written["indices"] = [sentence.index + 1 for sentence in citation.sentences]
    return row


def ranking(retrieved: Retrieved, calibration: Calibration | None = None) -> tuple[list[str], float]:
    """The titles found, best first, and the probability in [0, 1] that they answer, as the product's gate sees it."""
    return [m.record.paper.title for m in retrieved.matches], round(
        decide(retrieved, calibration=calibration).probability, 6
    )


def read_answers(path: str | Path, cases: Sequence[Case] | None = None) -> list[Reply]:
    """The answers of a file, in the order of the cases where these are given, which must all be answered once.

    Answers find their case by `id`, else by the question's text. SourceError lists all that is wrong, by line.
    """
    by_name = _finder(cases) if cases is not None else None
    first = _first_number(path)

    def parse(row: Any, number: int) -> tuple[str, Reply]:
        reply = to_reply(row, str(number) if by_name is None else "", first)
        return (reply.id if by_name is None else _match(reply, by_name)), reply

    replies = dict(read_jsonl(path, parse, lambda item: item[0], "{key!r} is answered already, in line {line}"))
    if not replies:
        raise SourceError(f"{path}: no answer")
    if cases is None:
        return list(replies.values())
    missing = [f"{path}: no answer to {case.name}: {case.question!r}" for case in cases if case.id not in replies]
    if missing:
        raise SourceError("\n".join(missing))
    return [replace(replies[case.id], id=case.id) for case in cases]


def _first_number(path: str | Path) -> int:
    """Whether markers count documents from 0 or from 1: from 0 where one of the file's outputs has [0]."""
    try:
        rows = read_jsonl(path, lambda row, _: row)
    except SourceError:
        return 1  # what is wrong is told when the answers are read
    outputs = [str(row.get("output", "")) for row in rows if isinstance(row, dict) and "claims" not in row]
    return 0 if any("[0]" in output for output in outputs) else 1


def _finder(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Case ids by what an answer may name them by: the id itself, or the question."""
    ids: dict[str, list[str]] = {}
    for case in cases:
        ids.setdefault("id " + case.id, []).append(case.id)
        ids.setdefault("question " + normal(case.question), []).append(case.id)
    return ids


def _match(reply: Reply, ids: Mapping[str, list[str]]) -> str:
    matches = ids.get("id " + reply.id if reply.id else "question " + normal(reply.question), [])
    if not matches:
        raise ValueError(f"no such question: {reply.id or reply.question!r}")
    if len(matches) > 1:
        raise ValueError(f"{len(matches)} questions have this text; give their 'id': {', '.join(matches)}")
    return matches[0]


def to_reply(row: Any, name: str = "", first: int = 1) -> Reply:
    """One line of either form; `name` is the id of one that has none, `first` the number of the first document.

    Raises ValueError that says what is wrong.
    """
    try:
        row = our_answer(row)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not an answer as TREC RAG's files have them: {error}") from None
    if not isinstance(row, dict):
        raise ValueError(f"an answer is a JSON object, not {type(row).__name__}")
    given = row.get("id", name)
    if not isinstance(given, (str, int)) or isinstance(given, bool):
        raise ValueError("'id' must be a string")
    if not isinstance(row.get("output", ""), str):
        raise ValueError("'output' must be one text")  # ALCE writes a list where a model was sampled more than once
    confidence = row.get("confidence")
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float, type(None))):
        raise ValueError("'confidence' must be a number")
    try:
        reply = _theirs(row, first) if "output" in row else _ours(row)
        seconds = (row.get("timings") or {}).get("total")
        reply = replace(
            reply,
            id=str(given),
            confidence=None if confidence is None else float(confidence),
            seconds=seconds and float(seconds),
            usage={name: int(n) for name, n in (row.get("usage") or {}).items()},
            cost=None if row.get("cost") is None else float(row["cost"]),
        )
    except KeyError as error:
        forms = "'question', 'outcome', 'claims' and 'citations', or 'input', 'output' and 'ctxs'"
        raise ValueError(f"missing field {error}; an answer has {forms}") from None
    except (TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"a field has the wrong kind of value: {error}") from None
    for statement in reply.statements:
        if len(statement.sources) > MAX_CITED:
            raise ValueError(f"{len(statement.sources):,} citations in one sentence, at most {MAX_CITED} are scored")
    if not reply.declined and not reply.statements:
        raise ValueError("empty answer; one that declines says so in words, or with 'abstained': true")
    return reply


def _ours(row: Mapping[str, Any]) -> Reply:
    citations = {int(c["number"]): c for c in row["citations"]}
    claims = tuple(_claim(claim, citations) for claim in row["claims"])
    return Reply(
        id="",
        question=str(row["question"]),
        statements=claims or tuple(_statements(str(row.get("answer", "")), (), 1)),  # a greeting has no claims
        retrieved=None if row.get("retrieved") is None else tuple(map(str, row["retrieved"])),
        declined=row["outcome"] != "answered",
        withheld=tuple(str(claim["text"]) for claim in row.get("withheld") or ()),
        sent=(row.get("heard") or {}).get("sent"),
        written=(row.get("heard") or {}).get("written"),
    )


def _claim(claim: Mapping[str, Any], citations: Mapping[int, Mapping[str, Any]]) -> Statement:
    """A claim with what it cites; a marker that the model wrote and nobody resolved points to nothing."""
    draft = parse(claim["text"])
    left = () if claim.get("quoted") else draft.cited
    rests = [str(part).split(".") for part in claim.get("evidence", ())]
    sources = []
    for number in claim["citations"]:
        citation = citations.get(number)
        chosen = [int(sentence) for source, sentence in rests if int(source) == number]
        sources.append(_cited(citation, chosen) if citation else None)
    return Statement(draft.text if left else claim["text"], (*sources, *[None] * len(left)))


def _cited(citation: Mapping[str, Any], chosen: Sequence[int]) -> Source | None:
    """The chosen sentences of a citation, all of them where it does not tell which are which."""
    sentences = tuple(map(str, citation["sentences"]))
    indices = citation.get("indices")
    if indices and chosen:
        by_index = dict(zip(indices, sentences, strict=True))
        if not all(i in by_index for i in chosen):
            return None
        sentences = tuple(by_index[i] for i in chosen)
    return Source(str(citation["title"]), sentences)


def _theirs(row: Mapping[str, Any], first: int) -> Reply:
    documents = [Source(str(c.get("title") or ""), tuple(_sentences(str(c["text"])))) for c in row["ctxs"] or ()]
    return Reply(
        id="",
        question=str(row["input"]),
        statements=tuple(_statements(str(row["output"]), documents, first)),
        retrieved=None if row["ctxs"] is None else tuple(d.title for d in documents),
        declined=row.get("abstained") is True,
        sent=None
        if row["ctxs"] is None
        else "\n".join(str(c.get("title") or "") + "\n" + str(c["text"]) for c in row["ctxs"]),
    )


def _sentences(text: str) -> Iterator[str]:
    yield from (s.text for s in split_sentences(text))


def _statements(output: str, documents: Sequence[Source], first: int) -> Iterator[Statement]:
    """The sentences of an output, with what their markers point to: document n, or its sentence as in [n.3]."""
    for sentence in sentences_of([output]):
        draft = parse(_BULLET.sub("", sentence))
        if draft.text:
            yield Statement(draft.text, tuple(_pointed(documents, n + 1 - first, part) for n, part in draft.cited))


def _pointed(documents: Sequence[Source], number: int, sentence: int | None) -> Source | None:
    if not 1 <= number <= len(documents):
        return None
    document = documents[number - 1]
    if sentence is None:
        return document
    chosen = document.sentences[sentence - 1 : sentence] if sentence else ()
    return Source(document.title, chosen) if chosen else None
