"""What stands around the question while nothing is asked: the collection, what answers, and where to begin."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from rag.answering.assistant import Assistant
from rag.answering.themes import Theme, most_named, themes
from rag.errors import AskpapersError
from rag.library import Library
from rag.models.llms import name_of
from rag.types import Paper
from ui.cards import file_of
from ui.examples import examples
from ui.markup import button, count, text
from ui.opening import landing

_NEWEST = 4  # papers
_YEARS = 24  # of the strip, the last ones
_NAMES = 12  # that most papers give
_FEW = 3  # sources that are named one by one


class Front:
    """The landing of a library. `answerer` gives the assistant that answers now."""

    def __init__(self, library: Library, answerer: Callable[[], Assistant]) -> None:
        self._library, self._answerer = library, answerer
        self._made = (0, "")  # for so many papers, what is below

    def hero(self) -> str:
        """The title, the collection and the model that answers. Quick."""
        return hero(len(self._library), collection(self._library), self._answerer())

    def below(self) -> str:
        """Questions to try, years, themes and the newest papers. Takes some seconds for a library that has changed."""
        papers = len(self._library)
        if not papers:
            return ""
        catalogue = self._library.catalogue
        parts = [
            questions(examples(self._library)),
            years(catalogue.by_year()),
            theme_list(themes(self._library), papers),
            names(most_named(self._library)),
            newest(catalogue.newest(_NEWEST)),
        ]
        self._made = papers, f'<div class="front">{"".join(parts)}</div>'
        return self._made[1]

    def prepare(self) -> None:
        """Works out what is below, so that the first visitor finds it; what is wrong is told to who asks for it."""
        with suppress(AskpapersError):
            self.below()

    def opening(self) -> str:
        """The landing as plain HTML. Quick: what is below the question only where it was worked out before."""
        papers, below = self._made
        return landing(self.hero(), below if papers == len(self._library) else "")


def collection(library: Library) -> str:
    """The name of what was read: the file or folder, or how many they are."""
    sources = list(library.catalogue.by_source())
    if len(sources) <= _FEW:
        return ", ".join(file_of(source) for source in sources)
    folders = [os.path.dirname(source) for source in sources]
    same = os.path.commonpath(folders) if all(folders) else ""
    return f"{file_of(same)} ({count(len(sources), 'file')})" if same else count(len(sources), "file")


def hero(papers: int, named: str, assistant: Assistant) -> str:
    """What this is, over the question."""
    if not papers:
        add = button("tab", "library", "Add papers")
        return f'<div class="landing"><h2>No papers yet</h2><p>Add some in the Library tab.</p><p>{add}</p></div>'
    who = "Answers quote the abstracts word for word, without a language model."
    if assistant.llm is not None:
        who = f"{text(name_of(assistant.llm))} writes the answers; each sentence is checked against the abstracts."
    choose = button("tab", "settings", "Use another" if assistant.llm is not None else "Add a language model")
    return (
        f'<div class="landing"><h2>Ask {count(papers, "paper")}</h2><p class="of">from {text(named)}</p>'
        f'<p class="who">{who} {choose}</p></div>'
    )


def questions(found: Sequence[str]) -> str:
    """Questions that have an answer here."""
    tries = "".join(f"<li>{button('try', question, text(question))}</li>" for question in found)
    return f'<section class="welcome"><h3>For example</h3><ul class="ways">{tries}</ul></section>'


def years(counts: Mapping[int, int]) -> str:
    """A strip of years, a bar for the papers of each; a click asks only these. Nothing for a single year."""
    shown = dict(sorted(counts.items())[-_YEARS:])
    if len(shown) < 2:
        return ""
    most = max(shown.values())
    bars = "".join(
        f'<li><button type="button" class="do" name="year" value="{year}" title="{count(n, "paper")} of {year}">'
        f'<span class="bar" style="height: {max(2, round(48 * n / most))}px"></span><span>{year}</span></button></li>'
        for year, n in shown.items()
    )
    return f'<section class="years"><h3>By year</h3><ul>{bars}</ul></section>'


def theme_list(found: Sequence[Theme], papers: int) -> str:
    """The themes, with about how many papers each has; a click asks for its papers, and of them alone."""
    if not found:
        return ""
    rows = "".join(
        "<li>"
        + button(
            "theme",
            ", ".join(theme.words),
            f"<span>{text(', '.join(theme.words))}</span><small>{round(theme.share * papers):,}</small>",
            "papers on this theme",
        )
        + "</li>"
        for theme in found
        if len(theme.words) > 1
    )
    return f'<section class="themes"><h3>Themes</h3><ul>{rows}</ul></section>'


def names(found: Mapping[str, Sequence[str]]) -> str:
    """The systems, data sets and the like that most papers name; a click shows these papers."""
    rows = "".join(
        f"<li>{button('named', name, f'{text(name)} <small>{len(of):,}</small>', 'papers that name it')}</li>"
        for name, of in list(found.items())[:_NAMES]
    )
    return f'<section class="names"><h3>Most named</h3><ul class="ways">{rows}</ul></section>' if rows else ""


def newest(papers: Sequence[Paper]) -> str:
    """The newest papers by year; a click opens one. Nothing where no paper tells its year."""
    rows = "".join(
        f"<li>{button('paper', p.id, f'<span>{text(p.display_title)}</span><small>{p.year}</small>')}</li>"
        for p in papers
        if p.year
    )
    return f'<section class="newest"><h3>Newest</h3><ul>{rows}</ul></section>' if rows else ""
