"""Pure: an answer and what surrounds it as the page shows them. What is typed or read goes through ui.markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rag.answer import Answer, Citation, Claim, Table
from rag.answering.spelling import SHOWING
from rag.models.llms import EXTRACTIVE
from ui.cards import thumbs
from ui.facts import data_sets, figures
from ui.markup import attribute, button, count, text

_MARKER = re.compile(r"\s*\[(\d+)\]")
_STRENGTHS = {
    "strong": "Answers the question",
    "partly": "May answer only a part of the question",
    "related": "Only related papers",
}
_VERDICTS = {"unsupported": "not supported by its source", "contradicted": "its source says otherwise"}
KINDS = {"markdown": "Markdown", "bibtex": "BibTeX", "ris": "RIS", "csv": "CSV"}  # what can be exported, see ui.export
_TABLE_FROM = 3  # papers from which an answer can be looked at as a table
_NOTABLE = 0.5  # seconds that are worth telling
_PATIENCE = 2  # seconds until a reader wants to know that it goes on


def question(asked: str, turn: str = "", versions: Sequence[str] = ()) -> str:
    """What was asked, as it stands above its answer; once it is kept it can be edited, and its versions looked at."""
    edit = button("edit", turn, "Edit", "this question and ask it again") if turn else ""
    other = _versions(turn, versions) if len(versions) > 1 else ""
    return f'<div class="asked"><div class="question">{text(asked)}</div><p class="acts">{edit}{other}</p></div>'


def _versions(turn: str, versions: Sequence[str]) -> str:
    at = versions.index(turn)
    before = button("version", versions[at - 1], "‹", "earlier version") if at else ""
    after = button("version", versions[at + 1], "›", "later version") if at + 1 < len(versions) else ""
    return f'<span class="versions">{before}<span>{at + 1} of {len(versions)}</span>{after}</span>'


def writing(pieces: Sequence[str], status: str, seconds: float = 0) -> str:
    """An answer being made: the checked sentences so far, what is being done, and for how long if that is long."""
    said = _MARKER.sub(r"<sup>\1</sup>", text(" ".join(p.strip() for p in pieces)))
    wait = f" · {seconds:.0f} s" if seconds >= _PATIENCE else ""
    return (
        f'<div class="answer writing"><p>{said}</p><p class="status"><i class="dot"></i>{text(status)}{wait}</p></div>'
    )


def broken_off(state: str, said: str, error: str) -> str:
    """What there is of an answer that was stopped or failed, or that nobody waited for."""
    marked = _MARKER.sub(r"<sup>\1</sup>", text(said))
    if state == "failed":
        return f'<div class="answer failed">{marked and f"<p>{marked}</p>"}<p><b>No answer.</b> {text(error)}</p></div>'
    why = "Stopped before the end." if state == "stopped" else "Being answered: it appears here when it is ready."
    return f'<div class="answer stopped"><p>{marked}</p><p class="status">{why}</p></div>'


def answer(turn: str, found: Answer, ratings: Mapping[int, bool] | None = None) -> str:
    """An answer: what was said with its markers, how well it is grounded, what was withheld."""
    claims = [_claim(turn, claim, found.citations) for claim in found.claims]
    said = f"<ul>{''.join(f'<li>{c}</li>' for c in claims)}</ul>" if found.listing else f"<p>{' '.join(claims)}</p>"
    if found.table:
        said = _table(found.table, claims)
    parts = [_understood(found), _notes(turn, found), _lead(found), said if claims else ""]
    parts += [_marks(found), _withheld(found), _related(turn, found), evidence_table(turn, found), _ways_on(found)]
    parts.append(_foot(turn, found, (ratings or {}).get(0)))
    return f'<div class="answer {found.outcome}" id="turn-{attribute(turn)}">{"".join(parts)}</div>'


def _table(table: Table, claims: Sequence[str]) -> str:
    """A comparison: the claims in their cells, those outside it below."""

    def cell(places: tuple[int, ...] | None) -> str:
        if places is None:
            return '<td class="empty">not stated</td>'
        return f"<td>{' '.join(claims[i] for i in places) or 'withheld'}</td>"

    head = "".join(f'<th scope="col">{text(column)}</th>' for column in ("", *table.columns))
    rows = "".join(
        f'<tr><th scope="row">{text(name)}</th>{"".join(map(cell, cells))}</tr>'
        for name, cells in zip(table.rows, table.cells, strict=True)
    )
    inside = {i for row in table.cells for places in row for i in places or ()}
    around = " ".join(claim for i, claim in enumerate(claims) if i not in inside)
    shown = f'<div class="wide"><table class="comparison"><tr>{head}</tr>{rows}</table></div>'
    return shown + (f"<p>{around}</p>" if around else "")


def _understood(found: Answer) -> str:
    """A follow-up as it was searched, when that is something else than what was typed."""
    asked, read = found.question.split(), found.standalone.split()
    # Another spelling is told by a note.
    differs = bool(read) and read != asked and not (found.notes and len(read) == len(asked))
    return f'<p class="understood">Understood as: {text(found.standalone)}</p>' if differs else ""


def _notes(turn: str, found: Answer) -> str:
    """How the question was taken; another spelling can be undone."""
    notes = [text(note) for note in found.notes]
    respelt = [i for i, note in enumerate(found.notes) if note.startswith(SHOWING)]
    if respelt:
        notes[respelt[-1]] += " " + button("exact", turn, "Ask with my spelling")
    return "".join(f'<p class="understood">{note}</p>' for note in notes)


def _marks(found: Answer) -> str:
    """The two marks: how well it is grounded, and apart from that how far it answers."""
    both = _grounding(found) + _strength(found)
    return f'<p class="marks">{both}</p>' if both else ""


def _strength(found: Answer) -> str:
    line = _STRENGTHS.get(found.strength, "")
    return f'<span class="strength {found.strength}">{line}</span>' if line else ""


def _ways_on(found: Answer) -> str:
    tries = "".join(f"<li>{button('try', way, text(way))}</li>" for way in found.suggestions)
    return f'<p class="near">Ways on</p><ul class="ways">{tries}</ul>' if tries else ""


def _lead(found: Answer) -> str:
    style = "lead" if found.outcome == "answered" else "outcome"
    return f'<p class="{style}">{text(found.message)}</p>' if found.message else ""


def _claim(turn: str, claim: Claim, citations: Sequence[Citation]) -> str:
    cited = {c.number: c for c in citations}
    markers = "".join(_marker(turn, claim, cited[n]) for n in claim.citations if n in cited)
    said = f"<q>{text(claim.text)}</q>" if claim.quoted else text(claim.text)
    if claim.lead:
        said = f'<b class="of">{text(claim.lead)}</b> {said}'
    warnings = f' <span class="warning">{text("; ".join(claim.warnings))}</span>' if claim.warnings else ""
    if said_of := _VERDICTS.get(claim.verdict):
        warnings = f' <span class="warning">{said_of}</span>' + warnings
    return f'<span class="claim {claim.verdict}">{said}{markers}{warnings}</span>'


def _marker(turn: str, claim: Claim, citation: Citation) -> str:
    ids = [e for e in claim.evidence if e.startswith(f"{citation.number}.")]
    said = [s for s in citation.sentences if f"{citation.number}.{s.index + 1}" in ids] or list(citation.sentences)
    target = ",".join(f"{citation.number}.{s.index + 1}" for s in said) or str(citation.number)
    quotes = " … ".join(text(s.text) for s in said)
    return (
        f'<a class="do cite" name="show" href="?answer={attribute(turn)}#{target}"><span class="sr">source </span>'
        f'{citation.number}<span class="tip"><b>{text(citation.paper.title)}</b> {quotes}</span></a>'
    )


def grounding(found: Answer) -> str:
    """In plain words, how many sentences rest on what they cite; "" when there is nothing to say."""
    total = len(found.claims)
    if not total:
        return ""
    if all(c.catalogue for c in found.claims):
        return "From the records of the papers"
    if all(c.quoted for c in found.claims):
        return f"{count(total, 'sentence')} quoted word for word from {count(len(found.citations), 'abstract')}"
    if all(c.verdict == "unchecked" for c in found.claims):
        return f"{count(total, 'sentence')} not checked against what they cite"
    supported = sum(c.verdict == "supported" for c in found.claims)
    return f"{supported} of {count(total, 'sentence')} supported by {'its' if total == 1 else 'their'} cited sentence"


def _grounding(found: Answer) -> str:
    good = bool(found.claims) and all(c.quoted or c.verdict == "supported" for c in found.claims)
    line = grounding(found)
    return f'<span class="grounding {"good" if good else "open"}">{line}</span>' if line else ""


def _withheld(found: Answer) -> str:
    if not found.withheld:
        return ""
    items = "".join(f"<li>{text(c.text)}</li>" for c in found.withheld)
    many = count(len(found.withheld), "sentence")
    return f'<details class="withheld"><summary>{many} withheld: not supported</summary><ul>{items}</ul></details>'


def _related(turn: str, found: Answer) -> str:
    if found.citations or not found.related:
        return ""
    items = "".join(
        f'<li><a class="do" name="show" href="?answer={attribute(turn)}#{n}">{text(p.display_title)}</a></li>'
        for n, p in enumerate(found.related, 1)
    )
    return f'<p class="near">Closest papers:</p><ol class="related">{items}</ol>'


def _foot(turn: str, found: Answer, rated: bool | None) -> str:
    papers = len(found.citations or found.related)
    acts = (
        (button("show", f"?answer={turn}#", f"Show {count(papers, 'paper')}", style="papers") if papers else "")
        + button("copy", turn, "Copy", "the answer with its sources")
        + button("link", turn, "Link", "to this answer")
        + button("ticked", f"{turn} json", "JSON", "of this answer, for askpapers verify")
        + thumbs(turn, 0, rated)
    )
    sources = [f"[{c.number}] {c.paper.title} {c.paper.url}".strip() for c in found.citations]
    plain = attribute("\n".join([found.text, "", *sources]))
    about = f'<span class="about">{text(made_by(found))}</span>'
    return f'<p class="foot">{acts}{about}<span class="plain" title="{plain}"></span></p>'


def made_by(found: Answer) -> str:
    """Who wrote it, in how long, and what it cost."""
    if found.model == EXTRACTIVE or not found.claims:
        who = "Quoted without a model" if found.claims else ""
    else:
        who = f"Written by {found.model}"
    seconds = found.timings.get("total", 0.0)
    took = f"{seconds:.1f} s" if seconds >= _NOTABLE else ""
    cost = f"${found.cost:.4f}" if found.cost else ""
    return " · ".join(part for part in (who, took, cost) if part)


def evidence_table(turn: str, found: Answer) -> str:
    """A row a paper with the sentences that answer; ticked rows are exported or asked alone. For several papers."""
    if len(found.citations) < _TABLE_FROM or found.table:
        return ""
    columns = ["", "Paper", "Year", "What it says", "Figures", "Data sets"]
    rows = [_row(turn, c) for c in found.citations]
    kept = [i for i in range(len(columns)) if i < 2 or any(row[i] for row in rows)]
    head = "".join(f'<th scope="col">{columns[i]}</th>' for i in kept)
    body = ""
    for row in rows:
        cells = "".join(f'<th scope="row">{row[i]}</th>' if i == 1 else f"<td>{row[i]}</td>" for i in kept)
        body += f"<tr>{cells}</tr>"
    saves = "".join(button("ticked", f"{turn} {kind}", label) for kind, label in KINDS.items())
    alone = button("only", turn, "Ask only these")
    return (
        f'<details class="evidence-table"><summary>{count(len(found.citations), "paper")} as a table</summary>'
        f'<div class="wide"><table class="comparison"><tr>{head}</tr>{body}</table></div>'
        f'<p class="acts"><span class="chosen">All rows</span>{saves}{alone}</p></details>'
    )


def _row(turn: str, c: Citation) -> list[str]:
    """The cells of a cited paper: where to tick it, title, year, its sentences, the figures and data sets in them."""
    said = " … ".join(
        f'<a class="do" name="show" href="?answer={attribute(turn)}#{c.number}.{s.index + 1}">{text(s.text)}</a>'
        for s in c.sentences
    )
    numbers = dict.fromkeys(n for s in c.sentences for n in figures(s.text))
    sets = dict.fromkeys(name for s in c.sentences for name in data_sets(s.text))
    tick = button("tick", c.paper.id, "", f"choose {c.paper.title}")
    return [
        tick,
        text(c.paper.display_title),
        str(c.paper.year or ""),
        said,
        text(", ".join(numbers)),
        text(", ".join(sets)),
    ]


def conversations(items: Iterable[tuple[str, str]], current: str, searched: str = "") -> str:
    """The list at the side: (id, name), the open one marked; `searched` are the words that it was sifted by."""
    rows = "".join(
        f"<li>{button('open', made, text(name), style='here' if made == current else '')}</li>" for made, name in items
    )
    none = f"No conversation contains “{text(searched)}”." if searched.strip() else "No conversations yet."
    return f'<ul class="conversations">{rows}</ul>' if rows else f'<p class="status">{none}</p>'


def tools(name: str, made: str) -> str:
    """What can be done with a whole conversation; nothing for an empty one."""
    if not name:
        return ""
    saves = "".join(button("export", kind, label) for kind, label in KINDS.items())
    field = f'<input id="name" maxlength="60" aria-label="Name of the conversation" value="{attribute(name)}">'
    return (
        f'<div class="bar"><details class="menu"><summary>Export</summary><div class="sheet">{saves}</div></details>'
        f'<details class="menu"><summary>Rename</summary><div class="sheet">{field}</div></details>'
        f"{button('drop', made, 'Delete', 'this conversation')}</div>"
    )


def answerers(forms: Iterable[tuple[str, str]], abilities: str) -> str:
    """What the model can do; the forms that its setting can take, and what each lacks."""
    rows = "".join(f"<tr><td><code>{text(form)}</code></td><td>{text(state)}</td></tr>" for form, state in forms)
    return f"<p>{text(abilities)}</p><table><tr><th>Setting</th><th>State</th></tr>{rows}</table>"
