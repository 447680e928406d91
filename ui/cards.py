"""Pure: papers as the page shows them, with the sentences that an answer rests on marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from urllib.parse import quote

from rag.answer import Answer
from rag.indexing.sync import SyncReport
from rag.readers.identity import arxiv_id
from rag.types import Paper, Sentence
from ui.markup import attribute, button, count, safe_url, text

_REASONS = 100  # listed of an import
_SEARCH = "https://arxiv.org/search/?searchtype=title&query="
_FORMS = {"abs": "arXiv", "pdf": "PDF", "html": "HTML"}


def of_answer(
    turn: str,
    answer: Answer,
    opened: Collection[str] = (),
    ratings: Mapping[int, bool] | None = None,
    earlier: bool = False,
) -> str:
    """The papers of an answer, those cited or else those related. `opened` are ids as in Claim.evidence.

    Where it is an `earlier` answer than the last, it is said whose papers they are. A sentence that the answer
    quotes is not repeated.
    """
    if answer.citations:
        said = {claim.text for claim in answer.claims if claim.quoted}
        items = [
            card(c.paper, c.number, c.sentences, turn, opened, (ratings or {}).get(c.number), said)
            for c in answer.citations
        ]
        title = f"{count(len(items), 'paper')} cited"
    else:
        items = [card(p, n, (), turn, opened) for n, p in enumerate(answer.related, 1)]
        title = f"{count(len(items), 'paper')} close to the question" if items else ""
    whose = f'<p class="whose">for the earlier question “{text(answer.question)}”</p>' if earlier else ""
    return f'<section class="cards">{_head(title)}{whose}{"".join(items)}</section>' if items else ""


def _head(title: str) -> str:
    return f'<div class="head"><h2>{text(title)}</h2>{button("close", "", "Close", "the evidence")}</div>'


def listing(
    title: str,
    papers: Iterable[Paper],
    removable: bool = False,
    back: bool = False,
    opened: bool = False,
    closable: bool = False,
) -> str:
    """Papers by themselves, as cards; `back` leads to those of the answer, and they can be closed."""
    items = "".join(
        _card(
            p, "", "", highlighted(p.abstract), opened, button("remove", p.id, "Remove", "from the library") * removable
        )
        for p in papers
    )
    heading = _head(title) if back or opened or closable else f"<h2>{text(title)}</h2>" if title else ""
    heading += f"<p>{button('back', '', 'Back to the papers of the answer')}</p>" if back else ""
    return f'<section class="cards">{heading}{items or "<p>None found.</p>"}</section>'


def kept(paper: Paper, note: str) -> str:
    """A paper of a reading list with its note."""
    acts = button("note", paper.id, "Edit the note" if note else "Add a note", f"on {paper.title}")
    noted = f'<span class="said noted">{attribute(note)}</span>' if note else ""
    return _card(paper, "", noted, highlighted(paper.abstract), False, acts)


def card(
    paper: Paper,
    number: int,
    sentences: Sequence[Sentence],
    turn: str,
    opened: Collection[str] = (),
    rated: bool | None = None,
    said: Collection[str] = (),
) -> str:
    """A paper of an answer, numbered, the sentences that the answer rests on marked in its abstract.

    The sentences are in view before it is opened, but for those that the answer has `said` itself.
    """
    is_open = any(i.partition(".")[0] == str(number) for i in opened)
    shown = "".join(f"<q>{text(s.text)}</q>" for s in sentences if s.text not in said)
    abstract = highlighted(paper.abstract, number, sentences, opened)
    rating = thumbs(turn, number, rated) if sentences else ""
    return _card(paper, f'<span class="number">{number}</span>', shown, abstract, is_open, rating)


def _card(paper: Paper, number: str, said: str, abstract: str, is_open: bool, more: str) -> str:
    brief = " · ".join(text(f) for f in (paper.year or "", _people(paper.authors), paper.venue) if f)
    where = " · ".join(text(f) for f in (" ".join(paper.categories), file_of(paper.source)) if f)
    meta = " · ".join([*links(paper), *([where] if where else [])])
    quoted = f'<span class="said">{said}</span>' if said else ""
    brief = f'<span class="brief">{brief}</span>' if brief else ""
    acts = button("about", paper.title, "Ask about this paper") + button("similar", paper.title, "Similar papers")
    acts += button("keep", paper.id, "Read later")
    return (
        f'<details class="card"{" open" if is_open else ""}><summary>{number}'
        f'<span class="title">{text(paper.display_title)}</span>{brief}{quoted}</summary>'
        f'<p class="abstract">{abstract}</p><p class="meta">{meta}</p>'
        f'<p class="acts">{acts}{more}</p></details>'
    )


def links(paper: Paper) -> list[str]:
    """Where it can be read: on arXiv as a page, PDF and HTML, by its DOI, and where else it is known to be."""
    found: dict[str, str] = {}
    if arxiv := arxiv_id(paper.id, *paper.ids, paper.url)[0]:
        found |= {f"https://arxiv.org/{form}/{arxiv}": name for form, name in _FORMS.items()}
    if paper.doi:
        found[f"https://doi.org/{quote(paper.doi, safe='/()')}"] = "DOI"
    found |= {url.strip(): _shown(url) for url in (paper.url, *paper.links) if url.strip() not in found}
    found = {url: name for url, name in found.items() if safe_url(url)}
    found = found or {_SEARCH + quote(paper.title): "find on arXiv"}
    return [f'<a href="{safe_url(url)}" target="_blank">{text(name)}</a>' for url, name in found.items()]


def file_of(source: str) -> str:
    """The name of the file that papers were read from, without its folders."""
    return source.replace("\\", "/").rstrip("/").rpartition("/")[2]


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


def thumbs(turn: str, citation: int, rated: bool | None = None) -> str:
    """Was it right? For an answer (citation 0) or for one of its citations."""
    what = f"citation {citation}" if citation else "answer"
    both = [
        button("rate", f"{turn} {citation} {int(good)}", '<i class="thumb"></i>', f"this {what} is {word}",
               f"{word}{' on' if rated is good else ''}")
        for good, word in ((True, "right"), (False, "wrong"))
    ]  # fmt: skip
    return f'<span class="thumbs">{"".join(both)}</span>'


def _shown(url: str) -> str:
    return url.strip().partition("://")[2].rstrip("/")[:60]


def _people(authors: Sequence[str]) -> str:
    return ", ".join(authors[:3]) + (" et al." if len(authors) > 3 else "")


def summary(papers: int, sources: int, model: str) -> str:
    """What is in the library, in a line."""
    return f"<p>{count(papers, 'paper')} from {count(sources, 'source')}, embedded with {text(model)}</p>"


def ledger(report: SyncReport) -> str:
    """What became of the records of an import, and why some were not taken."""
    reasons = [*(str(r) for r in report.rejections), *report.notes]
    items = "".join(f"<li>{text(reason)}</li>" for reason in reasons[:_REASONS])
    more = f"<li>and {len(reasons) - _REASONS:,} more</li>" if len(reasons) > _REASONS else ""
    return f'<p role="status">{text(report)}</p>{f"<ul>{items}{more}</ul>" if reasons else ""}'


def removed(papers: int, source: str) -> str:
    """What is said once the papers of a source are gone."""
    return f'<p role="status">{count(papers, "paper")} of {text(source)} removed</p>'
