"""Pure: what the page shows, as HTML. All escaping happens here, and nowhere else.

The HTML is one line without blank lines, so that Gradio's Markdown passes it through untouched; it is sanitised
once more in the browser, which keeps `name`, `value`, `href` and `class` but drops `data-` and `aria-` attributes.
A `button.do` names an action of page.js or of the page in `name` and its argument in `value`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote, urlsplit

from rag.sync import SyncReport
from rag.types import Answer, Citation, Claim, Paper, Sentence

# As pandoc reads it: no space inside the dollars, no digit after them. So "$5 and $6" is money.
_MATH = re.compile(r"(?<![\\$])(\$\$?)(?=\S)((?:\\.|[^$\\]){1,400}?)(?<=\S)\1(?![\d$])")
_MARKER = re.compile(r"\s*\[(\d+)\]")
_ARXIV = "https://arxiv.org/search/?searchtype=title&amp;query="
_REASONS = 100  # listed of an import
_OUTCOMES = {"not_stated": "The abstracts do not say", "nothing_relevant": "Nothing relevant here"}


def text(value: object) -> str:
    """Any text as HTML on one line, its LaTeX between the delimiters that the page renders."""
    plain = escape(" ".join(str(value).split()))
    return _MATH.sub(lambda m: f"\\[{m[2]}\\]" if m[1] == "$$" else f"\\({m[2]}\\)", plain)


def attribute(value: str) -> str:
    """Any text as the value of an attribute, exactly, without a line end in the HTML."""
    return escape(value).replace("\r", "&#13;").replace("\n", "&#10;")


def button(action: str, argument: str, label: str, hint: str = "", style: str = "") -> str:
    """A button whose click is told to page.js. `hint` is read aloud after the label and shown on hover."""
    spoken = f'<span class="sr"> {text(hint)}</span>' if hint else ""
    title = f' title="{attribute(hint)}"' if hint else ""
    return (
        f'<button type="button" class="do {style}" name="{action}" value="{attribute(argument)}"{title}>'
        f"{label}{spoken}</button>"
    )


def question(asked: str) -> str:
    return f'<div class="question">{text(asked)}</div>'


def writing(pieces: Sequence[str], status: str) -> str:
    """An answer being made: the checked sentences so far, and what is being done."""
    said = _MARKER.sub(r"<sup>\1</sup>", text(" ".join(p.strip() for p in pieces)))
    return f'<div class="answer writing"><p>{said}</p><p class="status"><i class="dot"></i>{text(status)}</p></div>'


def broken_off(state: str, said: str, error: str) -> str:
    """What there is of an answer that was stopped or failed, or that nobody waited for."""
    marked = _MARKER.sub(r"<sup>\1</sup>", text(said))
    if state == "failed":
        return f'<div class="answer failed">{marked and f"<p>{marked}</p>"}<p><b>No answer.</b> {text(error)}</p></div>'
    why = (
        "Stopped before the end." if state == "stopped" else "Not answered yet: look again in a moment, or regenerate."
    )
    return f'<div class="answer stopped"><p>{marked}</p><p class="status">{why}</p></div>'


def answer(turn: str, found: Answer, ratings: Mapping[int, bool] | None = None) -> str:
    """An answer: what was said with its markers, how well it is grounded, what was withheld."""
    lead = f'<p class="lead">{text(found.message)}</p>' if found.message and found.outcome == "answered" else ""
    if found.outcome != "answered":
        lead = f'<p class="outcome">{_OUTCOMES[found.outcome]}</p><p>{text(found.message)}</p>'
    said = " ".join(_claim(turn, claim, found.citations) for claim in found.claims)
    parts = [lead, f"<p>{said}</p>" if said else "", _grounding(found), _withheld(found), _related(turn, found)]
    parts.append(_foot(turn, found, (ratings or {}).get(0)))
    return f'<div class="answer {found.outcome}" id="turn-{escape(turn)}">{"".join(parts)}</div>'


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
        f'<a class="do cite" name="show" href="?answer={escape(turn)}#{target}"><span class="sr">source </span>'
        f'{citation.number}<span class="tip"><b>{text(citation.paper.title)}</b> {quotes}</span></a>'
    )


def grounding(found: Answer) -> str:
    """In plain words, how many sentences rest on what they cite; "" when there is nothing to say."""
    total = len(found.claims)
    if not total:
        return ""
    if all(c.quoted for c in found.claims):
        return f"{_count(total, 'sentence')} quoted word for word from {_count(len(found.citations), 'abstract')}"
    if all(c.verdict == "unchecked" for c in found.claims):
        return f"{_count(total, 'sentence')} not checked against what they cite"
    supported = sum(c.verdict == "supported" for c in found.claims)
    return f"{supported} of {_count(total, 'sentence')} supported by their cited sentence"


def _grounding(found: Answer) -> str:
    good = bool(found.claims) and all(c.quoted or c.verdict == "supported" for c in found.claims)
    line = grounding(found)
    return f'<p class="grounding {"good" if good else "open"}">{line}</p>' if line else ""


def _withheld(found: Answer) -> str:
    if not found.withheld:
        return ""
    items = "".join(f"<li>{text(c.text)}</li>" for c in found.withheld)
    count = _count(len(found.withheld), "sentence")
    return f'<details class="withheld"><summary>{count} withheld: not supported</summary><ul>{items}</ul></details>'


def _related(turn: str, found: Answer) -> str:
    if found.citations or not found.related:
        return ""
    items = "".join(
        f'<li><a class="do" name="show" href="?answer={escape(turn)}#{n}">{text(p.title)}</a></li>'
        for n, p in enumerate(found.related, 1)
    )
    return f'<p class="near">Closest papers:</p><ol class="related">{items}</ol>'


def _foot(turn: str, found: Answer, rated: bool | None) -> str:
    seconds = found.timings.get("total")
    about = f"{text(found.model)}{f' · {seconds:.1f} s' if seconds is not None else ''}"
    acts = (
        button("copy", turn, "Copy", "the answer with its sources")
        + button("link", turn, "Link", "to this answer")
        + thumbs(turn, 0, rated)
    )
    plain = escape(
        f"{found.text}\n\n" + "\n".join(f"[{c.number}] {c.paper.title} {c.paper.url}" for c in found.citations)
    )
    plain = plain.replace("\n", "&#10;")
    return f'<p class="foot">{acts}<span class="about">{about}</span><span class="plain" title="{plain}"></span></p>'


def thumbs(turn: str, citation: int, rated: bool | None = None) -> str:
    """Was it right? For an answer (citation 0) or for one of its citations."""
    what = f"citation {citation}" if citation else "answer"
    both = [
        button("rate", f"{turn} {citation} {int(good)}", '<i class="thumb"></i>', f"this {what} is {word}",
               f"{word}{' on' if rated is good else ''}")
        for good, word in ((True, "right"), (False, "wrong"))
    ]  # fmt: skip
    return f'<span class="thumbs">{"".join(both)}</span>'


def cards(turn: str, found: Answer, opened: Collection[str] = (), ratings: Mapping[int, bool] | None = None) -> str:
    """The papers of an answer, those cited or else those related. `opened` are ids as in Claim.evidence."""
    if found.citations:
        items = [
            card(c.paper, c.number, c.sentences, turn, opened, (ratings or {}).get(c.number)) for c in found.citations
        ]
        title = f"{_count(len(items), 'paper')} cited"
    else:
        items = [card(p, n, (), turn, opened) for n, p in enumerate(found.related, 1)]
        title = f"{_count(len(items), 'paper')} close to the question" if items else ""
    return f'<section class="cards"><h2>{title}</h2>{"".join(items)}</section>' if items else ""


def listing(title: str, papers: Iterable[Paper], removable: bool = False) -> str:
    """Papers by themselves, as cards."""
    items = "".join(
        _card(
            p, "", "", highlighted(p.abstract), False, button("remove", p.id, "Remove", "from the library") * removable
        )
        for p in papers
    )
    heading = f"<h2>{text(title)}</h2>" if title else ""
    return f'<section class="cards">{heading}{items or "<p>None found.</p>"}</section>'


def card(
    paper: Paper,
    number: int,
    sentences: Sequence[Sentence],
    turn: str,
    opened: Collection[str] = (),
    rated: bool | None = None,
) -> str:
    """A paper of an answer, numbered, the sentences that the answer rests on marked in its abstract."""
    is_open = any(i.partition(".")[0] == str(number) for i in opened)
    said = "".join(f"<q>{text(s.text)}</q>" for s in sentences)
    abstract = highlighted(paper.abstract, number, sentences, opened)
    rating = thumbs(turn, number, rated) if sentences else ""
    return _card(paper, f'<span class="number">{number}</span>', said, abstract, is_open, rating)


def _card(paper: Paper, number: str, said: str, abstract: str, is_open: bool, more: str) -> str:
    facts = [str(paper.year) if paper.year else "", _people(paper.authors), " ".join(paper.categories), paper.source]
    link = f'<a href="{safe_url(paper.url) or _ARXIV + quote(paper.title)}" target="_blank">'
    link += f"{text(_shown(paper.url)) if safe_url(paper.url) else 'find on arXiv'}</a>"
    quoted = f'<span class="said">{said}</span>' if said else ""
    acts = button("about", paper.title, "Ask about this paper") + button("similar", paper.title, "Similar papers")
    return (
        f'<details class="card"{" open" if is_open else ""}><summary>{number}'
        f'<span class="title">{text(paper.title)}</span>{quoted}</summary>'
        f'<p class="meta">{" · ".join([*(text(f) for f in facts if f), link])}</p>'
        f'<p class="abstract">{abstract}</p><p class="acts">{acts}{more}</p></details>'
    )


def highlighted(abstract: str, number: int = 0, sentences: Sequence[Sentence] = (), now: Collection[str] = ()) -> str:
    """The abstract with exactly those sentences marked; those whose ids are in `now` stand out."""
    parts, at = [], 0
    for s in sorted(sentences, key=lambda s: s.start):
        if not at <= s.start < s.end <= len(abstract):
            continue
        style = ' class="now"' if f"{number}.{s.index + 1}" in now else ""
        parts += [_between(abstract[at : s.start]), f"<mark{style}>{text(abstract[s.start : s.end])}</mark>"]
        at = s.end
    return "".join([*parts, _between(abstract[at:])])


def _between(part: str) -> str:
    """Text between marks, with the space at its ends that `text` would drop."""
    inner = text(part)
    return f"{' ' if part[:1].isspace() else ''}{inner}{' ' if inner and part[-1:].isspace() else ''}"


def safe_url(url: str) -> str:
    """The address escaped when it is http or https, else ""."""
    url = "".join(url.split())
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return escape(url) if parts.scheme.lower() in ("http", "https") and parts.netloc else ""


def _shown(url: str) -> str:
    return url.strip().partition("://")[2].rstrip("/")[:60]


def _people(authors: Sequence[str]) -> str:
    return ", ".join(authors[:3]) + (" et al." if len(authors) > 3 else "")


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def conversations(items: Iterable[tuple[str, str]], current: str) -> str:
    """The list at the side: (id, name), the open one marked."""
    rows = "".join(
        f"<li>{button('open', made, text(name), style='here' if made == current else '')}</li>" for made, name in items
    )
    return f'<ul class="conversations">{rows}</ul>' if rows else '<p class="status">None yet.</p>'


def summary(papers: int, sources: int, model: str) -> str:
    """What is in the library, in a line."""
    return f"<p>{_count(papers, 'paper')} from {_count(sources, 'source')}, embedded with {text(model)}</p>"


def ledger(report: SyncReport) -> str:
    """What became of the records of an import, and why some were not taken."""
    reasons = [*(str(r) for r in report.rejections), *report.notes]
    items = "".join(f"<li>{text(reason)}</li>" for reason in reasons[:_REASONS])
    more = f"<li>and {len(reasons) - _REASONS:,} more</li>" if len(reasons) > _REASONS else ""
    return f'<p role="status">{text(report)}</p>{f"<ul>{items}{more}</ul>" if reasons else ""}'


def removed(papers: int, source: str) -> str:
    return f'<p role="status">{_count(papers, "paper")} of {text(source)} removed</p>'


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
    return f'<div class="welcome"><h2>Ask {_count(papers, "paper")}</h2><p>{lead}</p><ul>{tries}</ul></div>'
