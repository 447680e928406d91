"""BibTeX: entries with an abstract, LaTeX accents and braces decoded, math left as it is."""

# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import Block, Entry, ImplicitComment, ParsingFailedBlock, String
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from rag.readers.lines import MARK, MAX_LINE, Lines
from rag.readers.record import MAX_ABSTRACT, make_paper
from rag.types import Paper, Rejected

_ENTRY = re.compile(r"\s*@\w+\s*[{(]")
for _library in "bibtexparser", "pylatexenc":
    logging.getLogger(_library).setLevel(logging.CRITICAL)  # what they warn of is told as Rejected, or harmless
_MACROS = get_default_latex_context_db()
_UNKNOWN = {"url": "%s", "textbraceleft": "{", "textbraceright": "}"}  # which the decoder would leave out
_MACROS.add_context_category(
    "askpapers", prepend=True, macros=[MacroTextSpec(name, simplify_repl=text) for name, text in _UNKNOWN.items()]
)
_DECODER = LatexNodes2Text(latex_context=_MACROS, math_mode="verbatim")
_LATEX = re.compile(r"[\\{}~]|--|``|''")


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the entries; a broken entry is told and the rest is read."""
    strings: dict[str, str] = {}
    for line, text in _chunks(lines):
        for block in parse_string(text).blocks:
            at = line + (block.start_line or 0)
            if isinstance(block, String):
                strings[block.key.lower()] = block.value
            elif isinstance(block, Entry):
                yield make_paper(_flat(block, strings), source, at)
            elif isinstance(block, ParsingFailedBlock) or _looks_like_entry(block):
                start = " ".join((block.raw or "").split())[:80].replace(MARK, "\ufffd")
                yield Rejected(source, at, f"broken entry: is a brace, a quote or a comma missing? ({start})")


def _chunks(lines: Lines) -> Iterator[tuple[int, str]]:
    """Each entry with what follows it, and its first line: where bibtexparser too starts anew after an error."""
    start, held, size = 1, list[str](), 0
    for line in lines:
        if _ENTRY.match(line) or size > MAX_LINE:
            yield start, "".join(held)
            start, held, size = lines.number, [], 0
        held.append(line)
        size += len(line)
    yield start, "".join(held)


def _looks_like_entry(block: Block) -> bool:
    return isinstance(block, ImplicitComment) and re.match(r"@\w", block.comment) is not None


def _flat(entry: Entry, strings: dict[str, str]) -> dict[str, object]:
    """The fields of `entry` as `make_paper` knows them. Its key is left out: it is unique to one file only."""
    fields = {field.key.lower(): strings.get(str(field.value).lower(), str(field.value)) for field in entry.fields}
    archive = fields.get("archiveprefix", fields.get("eprinttype", "arxiv"))
    link = re.search(r"https?://[^\s{}]+", fields.get("url", "").replace("\\", ""))
    return {
        "title": _decoded(fields.get("title", "")),
        "abstract": _decoded(fields.get("abstract", "")),
        "authors": [_decoded(_name(name)) for name in split_multiple_persons_names(fields.get("author", ""))],
        "year": fields.get("year") or fields.get("date"),
        "doi": re.sub(r"^https?://(dx\.)?doi\.org/", "", fields.get("doi", "").replace("\\", "")),
        "eprint": fields.get("eprint") if archive.lower() == "arxiv" else None,
        "url": link[0] if link else "",
    }


def _name(name: str) -> str:
    """The name with the first name first, also out of "Last, First"."""
    return str(parse_single_name_into_parts(name, strict=False).merge_first_name_first)


def _decoded(text: str) -> str:
    """`text` without LaTeX, `$...$` apart; as it is where it has none, is no abstract, or cannot be decoded."""
    if not _LATEX.search(text) or len(text) > 2 * MAX_ABSTRACT:
        return text
    try:
        # Many exports leave % and & bare, which LaTeX takes for a comment and a column.
        return str(_DECODER.latex_to_text(re.sub(r"(?<!\\)([%&])", r"\\\1", text)))
    except Exception:  # braces nested without end, and whatever else a decoder of arbitrary LaTeX meets
        return text
