"""Pure: an answer and what surrounds it as the page shows them. What is typed or read goes through ui.markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rag.types import Answer, Citation, Claim
from ui.cards import thumbs
from ui.markup import attribute, button, count, text

_MARKER = re.compile(r"\s*\[(\d+)\]")
_SLOW_AFTER = 2  # seconds from which on the page tells how long it has taken


def question(asked: str) -> str:
    """The question as it stands above its answer."""
    return f'<div class="question">{text(asked)}</div>'


def writing(pieces: Sequence[str], status: str, seconds: float = 0) -> str:
    """An answer being made: the checked sentences so far, what is being done, and for how long if that is long."""
    said = _MARKER.sub(r"<sup>\1</sup>", text(" ".join(p.strip() for p in pieces)))
    wait = f" · {seconds:.0f} s" if seconds >= _SLOW_AFTER else ""
    return (
        f'<div class="answer writing"><p>{said}</p><p class="status"><i class="dot"></i>{text(status)}{wait}</p></div>'
    )


def broken_off(state: str, said: str, error: str) -> str:
    """What there is of an answer that was stopped or failed, or that nobody waited for."""
    marked = _MARKER.sub(r"<sup>\1</sup>", text(said))
    if state == "failed":
        return f'<div class="answer failed">{marked and f"<p>{marked}</p>"}<p><b>No answer.</b> {text(error)}</p></div>'
    why = (
        "Stopped before the end." if state == "stopped" else "Not answered yet: look again in a moment, or regenerate."
    )
    return f'<div class="answer stopped"><p>{marked}</p><p class="status">{why}</p></div>'


def answer(turn: str, shown: Answer, ratings: Mapping[int, bool] | None = None) -> str:
    """An answer: what was said with its markers, how well it is grounded, what was withheld."""
    claims = [_claim(turn, claim, shown.citations) for claim in shown.claims]
    said = f"<ul>{''.join(f'<li>{c}</li>' for c in claims)}</ul>" if shown.listing else f"<p>{' '.join(claims)}</p>"
    parts = [_understood(shown), _lead(shown), said if claims else ""]
    parts += [_grounding(shown), _withheld(shown), _related(turn, shown)]
    parts.append(_foot(turn, shown, (ratings or {}).get(0)))
    return f'<div class="answer {shown.outcome}" id="turn-{attribute(turn)}">{"".join(parts)}</div>'


def _understood(shown: Answer) -> str:
    """A follow-up as it was searched, when that is something else than what was typed."""
    differs = shown.standalone and " ".join(shown.standalone.split()) != " ".join(shown.question.split())
    return f'<p class="understood">Understood as: {text(shown.standalone)}</p>' if differs else ""


def _lead(shown: Answer) -> str:
    style = "lead" if shown.outcome == "answered" else "outcome"
    return f'<p class="{style}">{text(shown.message)}</p>' if shown.message else ""


def _claim(turn: str, claim: Claim, citations: Sequence[Citation]) -> str:
    cited = {c.number: c for c in citations}
    markers = "".join(_marker(turn, claim, cited[n]) for n in claim.citations if n in cited)
    said = f"<q>{text(claim.text)}</q>" if claim.quoted else text(claim.text)
    warnings = f' <span class="warning">{text("; ".join(claim.warnings))}</span>' if claim.warnings else ""
    if claim.verdict == "unsupported":
        warnings = ' <span class="warning">not supported by its source</span>' + warnings
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


def grounding(shown: Answer) -> str:
    """In plain words, how many sentences rest on what they cite; "" when there is nothing to say."""
    total = len(shown.claims)
    if not total:
        return ""
    if all(c.quoted for c in shown.claims):
        return f"{count(total, 'sentence')} quoted word for word from {count(len(shown.citations), 'abstract')}"
    if all(c.verdict == "unchecked" for c in shown.claims):
        return f"{count(total, 'sentence')} not checked against what they cite"
    supported = sum(c.verdict == "supported" for c in shown.claims)
    return f"{supported} of {count(total, 'sentence')} supported by {'its' if total == 1 else 'their'} cited sentence"


def _grounding(shown: Answer) -> str:
    good = bool(shown.claims) and all(c.quoted or c.verdict == "supported" for c in shown.claims)
    line = grounding(shown)
    return f'<p class="grounding {"good" if good else "open"}">{line}</p>' if line else ""


def _withheld(shown: Answer) -> str:
    if not shown.withheld:
        return ""
    items = "".join(f"<li>{text(c.text)}</li>" for c in shown.withheld)
    many = count(len(shown.withheld), "sentence")
    return f'<details class="withheld"><summary>{many} withheld: not supported</summary><ul>{items}</ul></details>'


def _related(turn: str, shown: Answer) -> str:
    if shown.citations or not shown.related:
        return ""
    items = "".join(
        f'<li><a class="do" name="show" href="?answer={attribute(turn)}#{n}">{text(p.display_title)}</a></li>'
        for n, p in enumerate(shown.related, 1)
    )
    return f'<p class="near">Closest papers:</p><ol class="related">{items}</ol>'


def _foot(turn: str, shown: Answer, rated: bool | None) -> str:
    seconds = shown.timings.get("total")
    about = f"{text(shown.model)}{f' · {seconds:.1f} s' if seconds is not None else ''}"
    acts = (
        button("copy", turn, "Copy", "the answer with its sources")
        + button("link", turn, "Link", "to this answer")
        + thumbs(turn, 0, rated)
    )
    sources = [f"[{c.number}] {c.paper.title} {c.paper.url}".strip() for c in shown.citations]
    plain = attribute("\n".join([shown.text, "", *sources]))
    return f'<p class="foot">{acts}<span class="about">{about}</span><span class="plain" title="{plain}"></span></p>'


def conversations(items: Iterable[tuple[str, str]], current: str) -> str:
    """The list at the side: (id, name), the open one marked."""
    rows = "".join(
        f"<li>{button('open', made, text(name), style='here' if made == current else '')}</li>" for made, name in items
    )
    return f'<ul class="conversations">{rows}</ul>' if rows else '<p class="status">None yet.</p>'


def answerers(forms: Iterable[tuple[str, str]]) -> str:
    """The forms that the setting of the model can take, and what each lacks."""
    rows = "".join(f"<tr><td><code>{text(form)}</code></td><td>{text(state)}</td></tr>" for form, state in forms)
    how = "The page offers the model that it was started with: <code>askpapers serve --llm …</code>"
    return f"<p>{how}</p><table><tr><th>Setting</th><th>State</th></tr>{rows}</table>"


def welcome(papers: int, examples: Sequence[str]) -> str:
    """What an empty conversation shows: what this is, and questions that have an answer here."""
    if not papers:
        return '<div class="welcome"><h2>No papers yet</h2><p>Add some in the Library tab.</p></div>'
    tries = "".join(f"<li>{button('try', example, text(example))}</li>" for example in examples)
    lead = "Every sentence of an answer names the papers it rests on; hover over a number to see why."
    return f'<div class="welcome"><h2>Ask {count(papers, "paper")}</h2><p>{lead}</p><ul>{tries}</ul></div>'
