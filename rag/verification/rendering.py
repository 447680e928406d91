"""A report as text, Markdown and HTML, the sentences marked by what was found of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from rag.verification.report import CITATION_WORDS, WORDS, CheckedStatement, TextReport

MARKS = {"supported": "✓", "doubtful": "≠", "contradicted": "✗", "not_found": "?", "unchecked": "!", "no_claim": " "}
_COLOURS = {"supported": "#d5f0e3", "doubtful": "#fdecc8", "contradicted": "#f8d0cf", "not_found": "#e6e8ec"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#1c2a2e;"
    "background:#fff}mark{color:inherit;border-radius:3px;padding:0 .15em}"
    "details{display:block;margin:.2em 0 .8em 1.5em;font-size:.9em}"
    + "".join(f"mark.{name}{{background:{colour}}}" for name, colour in _COLOURS.items())
    + "mark.contradicted,mark.doubtful{text-decoration:underline wavy #b3261e 1px}.tells,.notes{color:#52646a}"
)


def to_text(report: TextReport) -> str:
    """For a terminal: a line a sentence, its mark in front, what was found below."""
    lines = []
    for s in report.statements:
        if s.heading:
            lines += ["", s.text]
            continue
        lines.append(f"{MARKS[s.finding]} {s.text}")
        lines += [f"    {line}" for line in details(s, str)]
    legend = "  ".join(f"{MARKS[name]} {words}" for name, words in WORDS.items() if name in report.counts)
    ends = [report.summary, legend, f"Judged by {report.judge} over {report.papers:,} papers: {report.tells}"]
    return "\n".join([*lines, "", *ends, *report.notes])


def to_markdown(report: TextReport) -> str:
    """The sentences as a list, each with its mark; a table of the counts is not needed: the summary has them."""
    lines = ["# Checked against the library", "", escaped(report.summary) + ".", "", escaped(report.tells)]
    for s in report.statements:
        if s.heading:
            lines += ["", f"## {escaped(s.text)}"]
        elif s.finding == "no_claim" and not s.citations:
            lines += ["", escaped(s.text)]
        else:
            lines += ["", f"- **{WORDS[s.finding]}**: {escaped(s.text)}"]
            lines += [f"  - {line}" for line in details(s, escaped)]
    return "\n".join([*lines, *(f"\n{escaped(note)}" for note in report.notes)]) + "\n"


def to_html(report: TextReport) -> str:
    """A page of its own, without script, font or link to anywhere but the papers."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width"><title>Checked against the library</title>'
        f"<style>{_STYLE}</style></head><body>{html_marks(report)}</body></html>\n"
    )


def html_marks(report: TextReport) -> str:
    """The text with its marks, to be put into a page."""
    parts = [f"<p><strong>{escape(report.summary)}</strong></p>", f'<p class="tells">{escape(report.tells)}</p>']
    for paragraph in report.paragraphs:
        if paragraph[0].heading:
            parts.append(f"<h2>{escape(paragraph[0].text)}</h2>")
            continue
        parts.append("<p>" + " ".join(_marked(s) for s in paragraph) + "</p>")
        found = [_found(s) for s in paragraph if s.finding != "no_claim" or s.citations]
        parts += found
    parts += [f'<p class="notes">{escape(note)}</p>' for note in report.notes]
    return "".join(parts)


def _marked(s: CheckedStatement) -> str:
    if s.finding == "no_claim":
        return escape(s.text)
    return f'<mark class="{s.finding}" title="{escape(WORDS[s.finding])}">{escape(s.text)}</mark>'


def _found(s: CheckedStatement) -> str:
    lines = "".join(f"<li>{line}</li>" for line in details(s, escape, link=True))
    said = f"{escape(WORDS[s.finding])}: {escape(s.text)}"
    is_open = " open" if not s.right else ""
    return f"<details{is_open}><summary>{said}</summary><ul>{lines}</ul></details>" if lines else ""


def details(s: CheckedStatement, safe: Callable[[str], str], link: bool = False) -> list[str]:
    """What was found of a sentence, a line each, titles and quotations made `safe` for where they are shown."""
    lines = [safe("differs: " + ", ".join(s.differs))] if s.differs else []
    said = s.finding in ("supported", "doubtful")
    for e in s.evidence:
        title = safe(e.paper.display_title)
        if link and urlsplit(e.paper.url).scheme in ("http", "https"):
            title = f'<a href="{escape(e.paper.url, quote=True)}" rel="noopener noreferrer">{title}</a>'
        lines.append(f"{'' if said else 'nearest: '}{title}: {safe('“' + e.sentence.text + '”')}")
    for c in s.citations:
        named = f" ({c.paper.title if c.paper else c.reference})" if c.paper or c.reference else ""
        lines.append(safe(f"[{c.key}]{named} {CITATION_WORDS[c.finding]}"))
    if s.missing:
        lines.append(safe(f"no citation: {s.missing.title} says it"))
    return lines


def escaped(text: str) -> str:
    """Text that Markdown takes literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
