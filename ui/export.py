"""Conversations as Markdown, papers as BibTeX, RIS, CSV and Markdown, answers as JSON, ratings as questions. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rag.answer import Answer
from rag.models.llms import EXTRACTIVE
from rag.text.bibtex import bibtex_entry
from rag.types import Paper
from rag.verification.answer_export import exported_as_made
from ui.conversations import Rating, Turn

_MD = re.compile(r"([\\`*_\[\]<>#|$~])")
_MD_START = re.compile(r"^(\d*)([-+=.)])")


SUFFIXES = {"markdown": ".md", "bibtex": ".bib", "ris": ".ris", "csv": ".csv", "json": ".json"}
_COLUMNS = ("title", "authors", "year", "venue", "doi", "url", "sentences")
_FORMULA = "=+-@\t\r"  # what a spreadsheet would take for a formula at the start of a cell


def markdown(name: str, turns: Sequence[Turn]) -> str:
    """A conversation to keep or to send: questions, answers with their markers, sources with the exact sentences."""
    parts = [f"# {_md(name)}"]
    for turn in turns:
        parts.append(f"## {_md(turn.question)}")
        if not turn.answer:
            parts.append(f"*{_md(turn.error)}*" if turn.error else f"{_md(turn.said)} *(stopped)*")
            continue
        parts.append(_about(turn, turn.answer))
        parts.append(_said(turn.answer))
        for c in turn.answer.citations:
            quotes = "".join(f"\n   > {_md(s.text)}" for s in c.sentences)
            parts.append(f"{c.number}. {_md(c.paper.title)}{_facts(c.paper)}{quotes}")
        if not turn.answer.citations:
            parts += [f"- {_md(p.title)}{_facts(p)}" for p in turn.answer.related]
    return "\n\n".join(parts) + "\n"


def _about(turn: Turn, answer: Answer) -> str:
    """When and by what it was answered, and as what the question was understood."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(turn.asked)) if turn.asked else ""
    who = "quoted without a model" if answer.model == EXTRACTIVE else f"written by {answer.model}"
    differs = answer.standalone and answer.standalone != answer.question
    understood = f"understood as: {answer.standalone}" if differs else ""
    return f"*{' · '.join(_md(part) for part in (when, who, understood, *answer.notes) if part)}*"


def cited(answers: Iterable[Answer], only: Collection[str] = ()) -> list[tuple[Paper, list[str]]]:
    """The papers that the answers cite, each once, in the order of first use, with all sentences that were used.

    `only` are ids of papers to keep; all are kept where it is empty.
    """
    papers: dict[str, tuple[Paper, list[str]]] = {}
    for answer in answers:
        for c in answer.citations:
            if not only or c.paper.id in only:
                papers.setdefault(c.paper.id, (c.paper, []))[1].extend(s.text for s in c.sentences)
    return [(paper, list(dict.fromkeys(said))) for paper, said in papers.values()]


def to_verify(answer: Answer, made_with: Mapping[str, Any]) -> str:
    """One answer as `askpapers ask --json` prints it, which `askpapers verify` reads."""
    return json.dumps(exported_as_made(answer, made_with), ensure_ascii=False, indent=2) + "\n"


def written(kind: str, papers: Sequence[tuple[Paper, Sequence[str]]]) -> str:
    """Papers with the sentences that matter, in one of the formats of SUFFIXES but JSON."""
    return _WRITERS[kind](papers)


def bibtex(answers: Iterable[Answer]) -> str:
    """Exactly the papers that the answers cite, each once, in the order of first use."""
    return written("bibtex", cited(answers))


def _bibtex(papers: Sequence[tuple[Paper, Sequence[str]]]) -> str:
    return "\n".join(bibtex_entry(paper) for paper, _ in papers)


def _ris(papers: Sequence[tuple[Paper, Sequence[str]]]) -> str:
    import rispy

    entries = []
    for paper, said in papers:
        fields = {
            "type_of_reference": "JOUR" if paper.venue else "GEN",
            "title": paper.title,
            "authors": list(paper.authors),
            "year": str(paper.year or ""),
            "journal_name": paper.venue,
            "doi": paper.doi,
            "urls": [paper.url] if paper.url else [],
            "abstract": paper.abstract,
            "keywords": list(paper.keywords),
            "notes": list(said),
        }
        entries.append({name: value for name, value in fields.items() if value})
    return str(rispy.dumps(entries))


def _csv(papers: Sequence[tuple[Paper, Sequence[str]]]) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for p, said in papers:
        cells = [p.title, "; ".join(p.authors), str(p.year or ""), p.venue, p.doi, p.url, " … ".join(said)]
        rows.writerow([f"'{cell}" if cell[:1] and cell[0] in _FORMULA else cell for cell in cells])
    return out.getvalue()


def _list(papers: Sequence[tuple[Paper, Sequence[str]]]) -> str:
    blocks = [f"- {_md(p.title)}{_facts(p)}" + "".join(f"\n  > {_md(s)}" for s in said) for p, said in papers]
    return "\n\n".join(blocks) + "\n"


_WRITERS = {"markdown": _list, "bibtex": _bibtex, "ris": _ris, "csv": _csv}


def labelled(ratings: Iterable[Rating]) -> str:
    """Rated answers as labelled questions, one JSON line each, in the format of data/questions.jsonl.

    Papers and sentences of an answer found right are its gold, without those whose citation was found wrong. An
    answer found wrong gives a line only where its right citations were named, or where "not stated" was right.
    """
    by_turn: dict[str, dict[int, Rating]] = {}
    for rating in ratings:
        by_turn.setdefault(rating.turn.id, {})[rating.citation] = rating
    rows = [_case(rated) for rated in by_turn.values()]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows if row)


def _case(rated: dict[int, Rating]) -> dict[str, object] | None:
    turn = next(iter(rated.values())).turn
    if turn.answer is None:
        return None
    right = 0 in rated and rated[0].good
    right_ones = [c for c in turn.answer.citations if (rated[c.number].good if c.number in rated else right)]
    answerable = bool(right_ones)
    if not answerable and (turn.answer.outcome == "answered" or not right):
        return None
    far = turn.answer.outcome == "nothing_relevant"
    gold = {
        "gold_titles": [c.paper.title for c in right_ones],
        "gold_evidence": [{"title": c.paper.title, "sentence": s.text} for c in right_ones for s in c.sentences],
    }
    reasons = [f"{f'citation {n}' if n else 'answer'}: {r.reason}" for n, r in rated.items() if r.reason]
    return {
        "id": f"rated-{turn.id}",
        "type": "factoid" if answerable else f"unanswerable_{'far' if far else 'near'}",
        "question": turn.answer.standalone or turn.question,
        **(gold if answerable else {}),
        "answerable": answerable,
        "tags": ["rated"],
        "split": "dev",
        **({"note": "; ".join(reasons)} if reasons else {}),
    }


def _facts(paper: Paper) -> str:
    link = f"<{paper.url}>" if re.fullmatch(r"https?://[^\s<>]+", paper.url) else ""
    return "".join(f". {fact}" for fact in (_md(", ".join(paper.authors)), str(paper.year or ""), link) if fact)


def _md(text: str) -> str:
    """Text that Markdown shows as it is: no markup in it, and at its start no list or rule."""
    return _MD_START.sub(r"\1\\\2", _MD.sub(r"\\\1", " ".join(text.split())))


def _said(answer: Answer) -> str:
    """The message and the claims with their markers: as a table, a list or a paragraph."""
    claims = [
        (f"**{_md(c.lead)}** " if c.lead else "") + _md(c.text) + "".join(f" [{n}]" for n in c.citations)
        for c in answer.claims
    ]
    message = _md(answer.message)
    if answer.table:
        inside = {i for row in answer.table.cells for cell in row for i in cell or ()}
        around = " ".join(claim for i, claim in enumerate(claims) if i not in inside)
        return "\n\n".join(filter(None, [message, answer.table.to_markdown(claims), around]))
    if answer.listing:
        return "\n".join([message, "", *(f"- {claim}" for claim in claims)]).strip()
    return " ".join([message, *claims]).strip()
