"""A paper as a BibTeX entry. Pure: a title is data, and can neither end its entry nor reach a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from rag.types import Paper

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


# Where each type has what it is part of, or who brought it out.
_VENUES = {
    "article": "journal", "inproceedings": "booktitle", "incollection": "booktitle", "phdthesis": "school",
    "mastersthesis": "school", "techreport": "institution", "book": "series",
}  # fmt: skip
# Fields of which an entry needs one only.
_SAME = (
    {"year", "date"},
    {"journal", "journaltitle", "booktitle", "school", "institution"},
    {"url", "doi"},
    {"number", "issue"},
)


def bibtex_entry(paper: Paper, more: Mapping[str, str] = MappingProxyType({})) -> str:
    """The entry that the paper came with, else one made of what is known of it, of the type that its source told.

    `more` are fields found elsewhere, as plain text, for those that it lacks; "ENTRYTYPE" among them is its type where
    the source told none, or one that says nothing ("misc").
    """
    if paper.bibtex and (kept := _as_it_came(paper.bibtex)):
        there = set(re.findall(r"(?m)^  ([\w:.+-]+) = ", kept.lower()))
        added = [(name, value) for name, value in more.items() if name.islower() and not _has(name, there)]
        return kept.removesuffix("}\n") + "".join(f"  {name} = {{{_tex(value)}}},\n" for name, value in added) + "}\n"
    told = paper.kind if paper.kind != "misc" else ""
    kind = told or more.get("ENTRYTYPE") or paper.kind or ("article" if paper.venue else "misc")
    venue = _VENUES.get(kind, "howpublished" if paper.kind else "journal")
    more = {venue if name in ("journal", "booktitle") else name: value for name, value in more.items()}
    eprint = paper.id if _ARXIV.fullmatch(paper.id) else ""
    fields = {
        "title": "{" + _tex(paper.title) + "}",
        "author": " and ".join(_tex(a) for a in paper.authors),
        "year": str(paper.year or ""),
        venue: _tex(paper.venue),
        "doi": paper.doi if re.fullmatch(r"[^\s{}\\%]+", paper.doi) else "",
        "eprint": eprint,
        "archivePrefix": "arXiv" if eprint else "",
        "url": paper.url if re.fullmatch(r"https?://[^\s{}\\]+", paper.url) else "",
    }
    there = {name for name, value in fields.items() if value}
    fields |= {name: _tex(value) for name, value in more.items() if name.islower() and not _has(name, there)}
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    needed = ("author", "year", *((venue,) if venue not in ("series", "howpublished") else ()), "doi")
    missing = [name for name in needed if not fields[name] and not (eprint and name != "year")]
    # What stands outside entries is a comment to BibTeX.
    said = f"% {_key(paper)}: its source told no {', '.join(missing)}\n" if missing else ""
    return f"{said}@{kind}{{{_key(paper)},\n{lines}}}\n"


def _has(name: str, there: set[str]) -> bool:
    """Whether an entry has that field, or one that says the same."""
    return name in there or any(name in same and same & there for same in _SAME)


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
