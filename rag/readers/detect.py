"""Which reader a file is for: what its start says, else its suffix."""

from __future__ import annotations

import re
from pathlib import PurePath

from rag.readers import (
    csv_by_row,
    csv_table,
    daily_papers,
    embase_text,
    endnote_refer,
    medline,
    ovid,
    pubmed_text,
    refworks,
    ris,
)

_SUFFIXES = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv_table", ".tsv": "csv_table", ".bib": "bibtex",
    ".bibtex": "bibtex", ".xml": "arxiv_atom", ".atom": "arxiv_atom", ".ris": "ris", ".nbib": "medline",
    ".ciw": "wos", ".enw": "endnote_refer", ".rdf": "zotero_rdf", ".html": "web_page", ".htm": "web_page",
}  # fmt: skip
# What the root of an XML file says, in this order.
_ROOTS = (
    ("web_page", r"<!doctype\s+html|<html\b"),
    ("oai_pmh", r"<OAI-PMH\b|<oai_dc:dc\b|<ListRecords\b"),
    ("pubmed_xml", r"<PubmedArticleSet\b|<PubmedArticle\b|<PubmedBookArticle\b"),
    ("endnote_xml", r"<xml>\s*<records>|<records>\s*<record>"),
    ("arxiv_atom", r"<(?:\w+:)?feed\b"),
    ("zotero_rdf", r"<rdf:RDF\b[^>]*zotero\.org"),
    ("arxiv_rss", r"<rss\b|<rdf:RDF\b(?![^>]*zotero\.org)"),
    ("mods", r"<(?:\w+:)?mods(?:Collection)?\b"),
    ("marc_xml", r"<(?:\w+:)?(?:leader|controlfield|datafield)\b"),
    ("jats", r"<(?:pmc-articleset|article)\b"),
)
_TAGGED = (
    ("ris", ris.START),
    ("medline", medline.START),
    ("medline", medline.ERIC),
    ("wos", re.compile(r"\ufeff?FN (?:Clarivate|Thomson|ISI)|\ufeff?PT [JBSPC]\s*$")),
    ("endnote_refer", endnote_refer.START),
    ("ovid", ovid.START),
    ("refworks", refworks.START),
    ("embase_text", embase_text.START),
)
_RIS = re.compile(rf"^{ris.START.pattern}", re.MULTILINE)
_BIBTEX = re.compile(
    r"^\s*@(?:[a-z]+\s*\{[^\s,{}=]+,\s*$|(?:article|in(?:proceedings|book|collection)|book|misc|conference|phdthesis"
    r"|mastersthesis|techreport|online|unpublished|proceedings|string|thesis|report)\s*[{(])",
    re.MULTILINE | re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:<\?[^>]{0,300}\?>\s*|<!--.{0,2000}?-->\s*|<!DOCTYPE[^>]{0,300}>\s*)*<\w", re.DOTALL
)  # XML's first element
_PUBMED_TEXT = re.compile(r"^PMID: [0-9]+", re.MULTILINE)


def recognise(name: str, head: str) -> str:
    """The name of the reader for a file called `name` that starts with `head`; "" where there is none."""
    start = head.lstrip("\ufeff \t\r\n")
    if re.match(r'(\[\s*)?\{\s*["}]', start):
        return "arxiv_snapshot" if re.search(r'"(authors_parsed|versions)"\s*:\s*\[', start) else "jsonl"
    if re.match(r"<[?!a-zA-Z]", start) and (found := _of_xml(start)):
        return found
    if pubmed_text.SUMMARY.match(start):
        return ""
    if found := _of_lines(start):
        return found
    if daily_papers.PAGE_HEAD in start:
        return "daily_papers"
    if _BIBTEX.search(start):
        return "bibtex"
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes if suffix.lower() != ".gz"]
    if suffixes and suffixes[-1] in _SUFFIXES and not (_SUFFIXES[suffixes[-1]] == "arxiv_atom" and _OTHER.match(start)):
        return _SUFFIXES[suffixes[-1]]
    return "daily_papers" if not _OTHER.match(start) and daily_papers.is_page(head) else ""


def seems(head: str) -> str:
    """What a file that no reader is for looks like, for its refusal."""
    start = head.lstrip()[:2000]
    for kind, sign in (
        ("a PDF: take its abstract from where the PDF came from", r"%PDF"),
        ("an archive: unpack it first", r"PK\x03\x04|7z|Rar!"),
        (
            'PubMed\'s "Summary (text)", which has no abstracts: save it as "PubMed" or "Abstract (text)"',
            pubmed_text.SUMMARY.pattern,
        ),
        ("a web page", r"<!doctype html|<html"),
        ("XML of another kind", r"<\?xml|<[a-z]"),
    ):
        if re.match(sign, start, re.IGNORECASE):
            return kind
    return "" if "\0" in head or start.count("\ufdd0") > 20 else "plain text"


def _of_xml(start: str) -> str:
    root = re.sub(r"<!--.*?-->", "", start[:4000], flags=re.DOTALL)
    found = [(match.start(), name) for name, sign in _ROOTS if (match := re.search(sign, root, re.IGNORECASE))]
    return min(found)[1] if found else ""


def _of_lines(start: str) -> str:
    """The reader by the first line that is the start of a record, or a table's header."""
    for number, line in enumerate(start.split("\n")):
        for name, sign in _TAGGED:
            if sign.match(line) and not (name == "ovid" and _RIS.search(start)):  # Ovid numbers its RIS so, too
                return name
        if number < csv_table.MAX_PREAMBLE and csv_table.is_header(line):
            return "csv_table"
    if csv_by_row.is_by_row(start):
        return "csv_by_row"
    return "pubmed_text" if pubmed_text.START.match(start) and _PUBMED_TEXT.search(start) else ""
