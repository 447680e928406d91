"""Writes docs/formats.md: the formats that are read, by the readers. `make docs` runs it, and a test compares."""

from __future__ import annotations

from pathlib import Path

from rag.readers.formats import table

PAGE = Path(__file__).with_name("formats.md")
_HEAD = """# Formats

`askpapers index PATH...` reads files, folders at any depth, and files packed by gzip. A format is told by what a file
says, its suffix only
decides where that is not enough. Made from the readers by `make docs`.

"""
_FOOT = """
Text becomes what it says in every format: LaTeX, HTML, JATS, MathML and entities are decoded, formulas stay as TeX,
and an unknown macro stays as
written. Copyright lines, publishers' tails, "Abstract" and the names of its usual parts ("METHODS:", "Methods We") are
left out; "[No abstract available]", "nan" and "N/A"
are no abstract. Files in
UTF-8, UTF-16 or Windows-1252 are read, in Mac Roman where its words tell, and what was not UTF-8 is said.

A paper is known by its arXiv id, else its DOI in one spelling, else an id of its source that can be one (row numbers
and citation keys cannot),
else its title without case, punctuation and accents. A preprint and its article are one if a DOI, an arXiv id, or
title and first author say so;
the ids and links of both are kept. So are two versions that a DOI tells (bioRxiv, Research Square, ChemRxiv, OSF and
others): the newer is kept. A second file that gives one id to another paper is refused by name.
"""


def page() -> str:
    """The whole page."""
    return _HEAD + table() + _FOOT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
