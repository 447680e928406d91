"""BibTeX: entries with an abstract, their LaTeX decoded; each is kept whole, so that it can be given back."""

# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.enclosing import REMOVED_ENCLOSING_KEY
from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import Block, DuplicateFieldKeyBlock, Entry, ImplicitComment, ParsingFailedBlock, String

from rag.clean import clean
from rag.readers.lines import MARK, MAX_LINE, Lines
from rag.readers.people import are_last_first, around_commas, is_organisation
from rag.readers.record import MAX_ABSTRACT, make_paper
from rag.types import Paper, Rejected

# An entry's start: its type and its key, or its first field where the key is missing; not "@10 (from 3" in a text.
_ENTRY = re.compile(r"\s*@[A-Za-z]\w*\s*[{(]")
_NO_KEY = re.compile(r"(\s*@(?!string|preamble|comment)\w+\s*[{(])(?=\s*\w+\s*=)|(\s*@\w+\s*\{)(?=\s*,)", re.IGNORECASE)
_COMMAS = re.compile(r"(\s*@\w+\s*[{(][^\s,{}=]*),(?:\s*,)+")
_AT = re.compile(r"(?m)^(\s*)@(?=[0-9(\[ ]|[A-Za-z]\w*(?!\w*\s*[{(\w]))")
_COMMENT = re.compile(r"\s*@comment\b(?!\s*[{(])", re.IGNORECASE)
MIN_NOTE = 150  # characters of a note that is taken for an abstract
MAX_ENTRY = 20_000  # characters of the kept entry, the abstract apart
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it warns of is told as Rejected, or harmless


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the entries; a broken entry is told and the rest is read."""
    for entry in entries(lines, source):
        yield entry if isinstance(entry, Rejected) else make_paper(entry[2], source, entry[1], latex=True)


def entries(lines: Lines, source: str) -> Iterator[tuple[str, int, dict[str, object]] | Rejected]:
    """The key, the line and the fields of each entry, with or without an abstract; a broken one as Rejected."""
    strings: dict[str, str] = {}
    for line, text in _chunks(lines):
        for block in parse_string(_mended(text)).blocks:
            at = line + (block.start_line or 0)
            if isinstance(block, DuplicateFieldKeyBlock):
                block = block.ignore_error_block
            if isinstance(block, String):
                value = str(block.value)
                strings[block.key.lower()] = joined if (joined := _value(value, strings)) != value else _bare(value)
            elif isinstance(block, Entry):
                yield block.key, at, _flat(block, strings)
            elif isinstance(block, ParsingFailedBlock) or _looks_like_entry(block):
                start = " ".join((block.raw or "").split())[:80].replace(MARK, "\ufffd")
                yield Rejected(source, at, f"broken entry: is a brace, a quote or a comma missing? ({start})")


def _chunks(lines: Lines) -> Iterator[tuple[int, str]]:
    """Each entry with what follows it, and its first line: where bibtexparser too starts anew after an error."""
    start, held, size = 1, list[str](), 0
    for line in lines:
        if _COMMENT.match(line):
            line = "\n"
        if _ENTRY.match(line) or size > MAX_LINE:
            yield start, "".join(held)
            start, held, size = lines.number, [], 0
        held.append(line)
        size += len(line)
    yield start, "".join(held)


def _mended(text: str) -> str:
    """With what bibtexparser needs and many exports lack: a key, and no @ of a text at a line's start."""
    text = _COMMAS.sub(r"\1,", text, count=1)
    text = _NO_KEY.sub(lambda match: f"{match[1]}nokey," if match[1] else f"{match[2]}nokey", text, count=1)
    return _AT.sub(r"\1\\@", text)


def _looks_like_entry(block: Block) -> bool:
    return isinstance(block, ImplicitComment) and re.match(r"@\w", block.comment) is not None


def _flat(entry: Entry, strings: dict[str, str]) -> dict[str, object]:
    """The fields of `entry` as `make_paper` knows them. Its key is left out: it is unique to one file only."""
    fields: dict[str, str] = {}
    enclosed = entry.parser_metadata.get(REMOVED_ENCLOSING_KEY, {})
    for field in entry.fields:
        name, text = field.key.lower(), str(field.value)
        bare = enclosed.get(field.key) == "no-enclosing"  # elsewhere a # is one, as in "C#"
        if not fields.get(name):
            fields[name] = (_value(text, strings) if bare else text).replace("\\@", "@")
    archive = fields.get("archiveprefix", fields.get("eprinttype", "arxiv"))
    link = re.search(r"https?://[^\s]+", re.sub(r"[{}\\]", "", fields.get("url", "")))
    braced = re.compile(r"\{((?:[^{}]|\{[^{}]*\})*)\}")
    whole = {name: match[1] if (match := braced.fullmatch(text.strip())) else text for name, text in fields.items()}
    return {
        "title": whole.get("title", ""),
        "abstract": whole.get("abstract") or _annotated(whole.get("annote", "")),
        "authors": _people(_one_group(fields.get("author", "")) or whole.get("author", "")),
        "year": whole.get("year") or whole.get("date"),
        "doi": whole.get("doi"),
        "pmid": whole.get("pmid"),
        "eprint": whole.get("eprint") if archive.lower() == "arxiv" else None,
        "url": link[0] if link else whole.get("doi"),
        "venue": next((whole[n] for n in ("journal", "journaltitle", "booktitle", "series") if whole.get(n)), ""),
        "keywords": whole.get("keywords") or whole.get("author_keywords"),
        "language": whole.get("language") or whole.get("langid"),
        "comments": whole.get("comments"),
        "type": entry.entry_type,
        "bibtex": _kept(entry, fields),
    }


def _one_group(text: str) -> str:
    """A group that braces hold together ("{Moss and Fern Society}"); "" for a list, which Web of Science braces too."""
    return text if "," not in text and re.fullmatch(r"\{[^{}]+\}", text.strip()) and is_organisation(text) else ""


def _annotated(note: str) -> str:
    """A note that may be an abstract: not how often a paper was cited, nor a remark."""
    return (
        note if len(note) >= MIN_NOTE and not re.match(r"(?:total )?times cited|cited by", note, re.IGNORECASE) else ""
    )


def _people(text: str) -> str | list[str]:
    """The authors: as BibTeX parts them, or as they stand where they are parted otherwise ("Beck I., Roe A.")."""
    text = re.sub(r"(?:\s+and)+\s*$|^\s*(?:and\s+)+", "", text, flags=re.IGNORECASE)  # with nobody behind it
    names = split_multiple_persons_names(re.sub(r"\s+and(?=\s+and\s)", "", text, flags=re.IGNORECASE))
    odd = any(";" in name or (len(around_commas(name)) > 1 and not are_last_first(names)) for name in names)
    return text if odd else [str(name) for name in names]


def _value(text: str, strings: dict[str, str]) -> str:
    """A field's value with the names of strings replaced, and the parts that # joins put together."""
    if text.lower() in strings:
        return strings[text.lower()]
    if "#" not in text or not re.match(r'\s*(?:"[^"]*"|\w+|\{[^{}]*\})\s*#', text):
        return text
    parts = re.findall(r'"((?:[^"{}]|\{[^{}]*\})*)"|\{([^{}]*)\}|([\w:.+-]+)|#', text)
    return "".join(quoted or braced or strings.get(name.lower(), name) for quoted, braced, name in parts)


def _bare(text: str) -> str:
    return text[1:-1] if text[:1] + text[-1:] in ('""', "{}") else text


def _kept(entry: Entry, fields: dict[str, str]) -> str:
    """The entry with its type, key and all its fields, strings written out, to be exported as it came in."""
    kind = entry.entry_type if re.fullmatch(r"\w{1,40}", entry.entry_type) else "misc"
    key = re.sub(r"[^\w.:+/-]+", "", entry.key)[:100]
    lines, size = [], 0
    for field in entry.fields:
        name, value = field.key, clean(fields.get(field.key.lower(), ""))
        size += len(value) if name.lower() != "abstract" else 0
        if (
            re.fullmatch(r"[\w:.+-]{1,60}", name)
            and len(value) <= MAX_ABSTRACT
            and size <= MAX_ENTRY
            and MARK not in value
        ):
            lines.append(f"  {name} = {{{value}}},\n")
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"
