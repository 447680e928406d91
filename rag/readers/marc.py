"""MARC 21, the catalogue format of libraries, in its own binary form, read by pymarc one record at a time."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymarc

from rag.readers.lines import DAMAGE
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

logging.getLogger("pymarc").setLevel(logging.CRITICAL)  # what it warns of is damage, which costs a field
_LEADER = re.compile(rb"[0-9]{5}[a-z ][a-z ][a-z ][a-z ][a ][0-9 ][0-9 ][0-9]{5}[\x20-\x7e]{3}45..", re.DOTALL)
_END = b"\x1d"
_PIECE = 1 << 16
MAX_RECORD = 1 << 20  # bytes; the format allows 99,999
_NOT_AUTHORS = re.compile(
    r"\b(?:edit|edt|transl|trl|illustrat|ill\b|review|rev\b|advis|supervis|betreuer|gutachter)", re.I
)
_AROUND = " /:;,=."


@dataclass(frozen=True)
class Field:
    """A field with its subfields."""

    tag: str
    first: str  # indicator
    parts: tuple[tuple[str, str], ...]  # (code, text) of the subfields

    def values(self, codes: str) -> list[str]:
        """The texts of the subfields of those codes."""
        return [text.strip() for code, text in self.parts if code in codes and text.strip()]


def is_marc(path: Path) -> bool:
    """Whether the file begins with a record in the binary form."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    return _LEADER.match(start) is not None and b"\x1e" in start


def read(path: Path, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the binary records; their number in the file stands for the line."""
    for number, chunk in enumerate(_chunks(path), 1):
        try:
            yield make_paper(flat(*_decoded(chunk)), source, number)
        except Exception as error:  # pymarc raises whatever a broken directory leads to
            yield Rejected(source, number, f"not MARC that can be read: {str(error)[:200]}")


def _chunks(path: Path) -> Iterator[bytes]:
    """The records, by the byte that ends each, whatever length they claim."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            *whole, rest = (rest + piece).split(_END)
            yield from (chunk.lstrip(b"\r\n ") + _END for chunk in whole if chunk.strip())
            if len(rest) > MAX_RECORD:
                yield rest[:24] + _END  # is none, and says so
                rest = b""
    if rest.strip():
        yield rest + _END


def _decoded(chunk: bytes) -> tuple[dict[str, str], list[Field]]:
    try:
        chunk.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False  # MARC-8, or what the leader says
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        record = pymarc.Record(
            chunk, to_unicode=True, force_utf8=is_utf8, hide_utf8_warnings=True, utf8_handling=DAMAGE
        )
    controls = {one.tag: one.data or "" for one in record.fields if one.control_field}
    fields = [
        Field(
            one.tag,
            one.indicators.first if one.indicators else " ",
            tuple((part.code, part.value) for part in one.subfields),
        )
        for one in record.fields
        if not one.control_field
    ]
    return controls, fields


def flat(controls: Mapping[str, str], fields: Sequence[Field]) -> dict[str, object]:
    """What a record says of its paper, by its control fields and its others."""

    def of(*tags: str) -> list[Field]:
        return [one for one in fields if one.tag in tags]

    def first(tag: str, codes: str) -> str:
        return next((text for one in of(tag) for text in one.values(codes)), "")

    fixed = controls.get("008", "")
    ids = [(one.values("2"), one.values("a")) for one in of("024")]
    known = {kinds[0].lower(): values[0] for kinds, values in ids if kinds and values}
    links = [text for one in of("856") for text in one.values("u")]
    people = [_name(one) for one in of("100", "700", "720") if not _NOT_AUTHORS.search(" ".join(one.values("e4")))]
    groups = [f"{{{' '.join(one.values('ab')).strip(_AROUND)}}}" for one in of("110", "710") if one.values("a")]
    summaries = sorted(of("520"), key=lambda one: one.first not in "3 ")
    return {
        "title": _title(of("245")),
        "abstract": " ".join(text for one in summaries[:1] for text in one.values("ab")),
        "authors": people or groups,
        "year": first("264", "c") or first("260", "c") or first("773", "g") or fixed[7:11],
        "doi": known.get("doi", "") or next((link for link in links if "doi.org/" in link), ""),
        "pmid": known.get("pmid", ""),
        "eprint": known.get("arxiv", ""),
        "url": next((link for link in links if link.startswith("http")), ""),
        "venue": first("773", "t").strip(_AROUND),
        "keywords": [word.strip(_AROUND) for one in of("650", "653") for word in one.values("a")],
        "language": first("041", "a") or fixed[35:38],
        "type": first("655", "a"),
    }


def _title(fields: Sequence[Field]) -> str:
    """Title and what else it is called, without the punctuation that a catalogue's rules put between them."""
    parts = [text.strip(_AROUND if text.endswith(("/", ":", ";", "=", ",")) else " ") for one in fields[:1]
             for text in one.values("abnp")]  # fmt: skip
    return ": ".join(part.rstrip(".") if n < len(parts) - 1 else part for n, part in enumerate(parts))


def _name(one: Field) -> str:
    return " ".join([*one.values("a"), *one.values("b")]).strip(" ,;:")
