"""Conversations as Markdown, cited papers as BibTeX, ratings as labelled questions. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from rag.answer import Answer
from rag.types import Paper
from ui.conversations import Rating, Turn

_ARXIV = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7}")
# Braces by name: BibTeX counts one behind a backslash too, and an odd one would end the entry.
_TEX = str.maketrans(
    {c: f"\\{c}" for c in "&%#_$"}
    | {"~": r"\textasciitilde{}", "\\": r"\textbackslash{}", "^": r"\textasciicircum{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
)
# A formula, a command, or a backslash with what it escapes.
_LATEX = re.compile(r"(\$[^$]+\$|\\[a-zA-Z]+|\\.)", re.DOTALL)
# What TeX lets a title do beyond being set: reading and writing files, running programs, redefining commands.
_REACHES = re.compile(
    r"\\(?:input|include|openin|openout|read|write|immediate|special|csname|catcode|expandafter|newread|newwrite|let"
    r"|[egx]?def|usepackage|verbatiminput|lstinput|every|loop|href|url|html)|\^\^"
)
_MD = re.compile(r"([\\`*_\[\]<>#|$~])")
_MD_START = re.compile(r"^(\d*)([-+=.)])")


def markdown(name: str, turns: Sequence[Turn]) -> str:
    """A conversation to keep or to send: questions, answers with their markers, sources with the exact sentences."""
    parts = [f"# {_md(name)}"]
    for turn in turns:
        parts.append(f"## {_md(turn.question)}")
        if not turn.answer:
            parts.append(f"*{_md(turn.error)}*" if turn.error else f"{_md(turn.said)} *(stopped)*")
            continue
        parts.append(_said(turn.answer))
        for c in turn.answer.citations:
            quotes = "".join(f"\n   > {_md(s.text)}" for s in c.sentences)
            parts.append(f"{c.number}. {_md(c.paper.title)}{_facts(c.paper)}{quotes}")
        if not turn.answer.citations:
            parts += [f"- {_md(p.title)}{_facts(p)}" for p in turn.answer.related]
    return "\n\n".join(parts) + "\n"


def bibtex(answers: Iterable[Answer]) -> str:
    """Exactly the papers that the answers cite, each once, in the order of first use."""
    papers = {c.paper.id: c.paper for answer in answers for c in answer.citations}
    return "\n".join(_entry(paper) for paper in papers.values())


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


def _entry(paper: Paper) -> str:
    if paper.bibtex and (kept := _as_it_came(paper.bibtex)):
        return kept
    eprint = paper.id if _ARXIV.fullmatch(paper.id) else ""
    fields = {
        "title": "{" + _tex(paper.title) + "}",
        "author": " and ".join(_tex(a) for a in paper.authors),
        "year": str(paper.year or ""),
        "journal": _tex(paper.venue),
        "doi": paper.doi if re.fullmatch(r"[^\s{}\\%]+", paper.doi) else "",
        "eprint": eprint,
        "archivePrefix": "arXiv" if eprint else "",
        "url": paper.url if re.fullmatch(r"https?://[^\s{}\\]+", paper.url) else "",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    missing = [
        name for name in ("author", "year", "journal", "doi") if not fields[name] and not (eprint and name != "year")
    ]
    # What stands outside entries is a comment to BibTeX.
    said = f"% {_key(paper)}: its source told no {', '.join(missing)}\n" if missing else ""
    kind = "article" if paper.venue else "misc"
    return f"{said}@{kind}{{{_key(paper)},\n{lines}}}\n"


def _as_it_came(entry: str) -> str:
    """A BibTeX entry as it was read, but for fields that would end it or do more than be set; "" where it is none."""
    head = re.match(r"@\w+\{[^,{}]*,\n", entry)
    fields = re.findall(r"(?m)^  ([\w:.+-]+) = \{(.*)\},$", entry)
    kept = [(name, value) for name, value in fields if _balanced(value) and not _REACHES.search(value)]
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in kept)
    return f"{head[0]}{lines}}}\n" if head and kept else ""


def _key(paper: Paper) -> str:
    """Cannot clash: it ends with the paper's id."""
    return re.sub(r"[^\w.-]+", "-", paper.id, flags=re.ASCII).strip("-") or "paper"


def _tex(text: str) -> str:
    """Text as LaTeX: its formulas, accents and escapes as they are, other commands as characters."""
    return "".join(_tex_part(part) for part in _LATEX.split(" ".join(text.split())))


def _tex_part(part: str) -> str:
    if len(part) > 1 and part[0] == part[-1] == "$" and not _REACHES.search(part) and _balanced(part):
        return part
    if part in (r"\{", r"\}"):
        return part[1].translate(_TEX)
    # Accents have one or two letters, and no command of so few does harm.
    if part.startswith("\\") and len(part) in (2, 3):
        return part
    return part.translate(_TEX)


def _balanced(formula: str) -> bool:
    """Whether its braces pair up, as BibTeX counts them and as TeX does, to which one behind a backslash is none."""
    for pattern in (r"[{}]", r"\\.|[{}]"):
        depth = 0
        for brace in re.findall(pattern, formula):
            depth += {"{": 1, "}": -1}.get(brace, 0)
            if depth < 0:
                return False
        if depth:
            return False
    return True


def _said(answer: Answer) -> str:
    """The message and the claims with their markers: as a table, a list or a paragraph."""
    claims = [_md(c.text) + "".join(f" [{n}]" for n in c.citations) for c in answer.claims]
    message = _md(answer.message)
    if answer.table:
        inside = {i for row in answer.table.cells for cell in row for i in cell or ()}
        around = " ".join(claim for i, claim in enumerate(claims) if i not in inside)
        return "\n\n".join(filter(None, [message, answer.table.to_markdown(claims), around]))
    if answer.listing:
        return "\n".join([message, "", *(f"- {claim}" for claim in claims)]).strip()
    return " ".join([message, *claims]).strip()
