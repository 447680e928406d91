"""The papers: look through them, filter them, add and remove some."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rag.answering.themes import SAMPLE, themes
from rag.errors import AskpapersError
from rag.indexing.sync import SyncReport
from rag.library import Library
from rag.readers import read_papers
from rag.types import Paper
from ui import cards
from ui.markup import count
from ui.parts import LATEX, QUIET, Parts

_PAGE = 25  # papers shown at a time
_MAX_HITS = 200  # papers of a search
_NEAREST = 5  # papers nearest in meaning, where none has the words searched for
_FACETS = ("year", "category", "source")
_ORDERS = {"Title": "title", "Newest first": "newest", "Source": "source"}
_FILES = "Files: BibTeX, RIS, CSV, JSONL, a Zotero or arXiv export and others"
_PROGRESS = gr.Progress()
_TO_CHAT = "(...given) => { askpapers.chat(); return given; }"
_SURE = "(...given) => confirm('Remove all papers of this source for good?') ? given : [null]"


class LibraryTab:
    """Lists and changes the library; what it filters by can be applied to the chat."""

    def __init__(self, library: Library) -> None:
        self._library = library
        with gr.Column(elem_classes="narrow"):
            self.summary = gr.HTML(elem_id="summary")
            with gr.Accordion("Add papers", open=False):
                self.files = gr.File(label=_FILES, file_count="multiple", height=170, elem_id="files")
                self.pasted = gr.Textbox(label="Or paste a Daily Papers page", lines=3, max_lines=8)
                self.add = gr.Button("Add", variant="primary")
            self.ledger = gr.HTML(elem_id="ledger")
            with gr.Accordion("Remove a source", open=False):
                self.source = gr.Dropdown([], label="Source to remove", value=None)
                self.remove_source = gr.Button("Remove all its papers", variant="stop")
            with gr.Accordion("Map of the papers", open=False, elem_id="map-of-papers") as self.atlas:
                self.map = gr.HTML(elem_classes="map", elem_id="map", padding=False)
            with gr.Row():
                self.words = gr.Textbox(label="Search the papers", placeholder="Words or a question", scale=3)
                self.order = gr.Dropdown(list(_ORDERS), value="Title", label="Sort by", min_width=140)
            with gr.Row():
                self.facets = [gr.Dropdown([], label=f.capitalize(), multiselect=True, visible=False) for f in _FACETS]
                self.apply = gr.Button("Ask only these", min_width=130, elem_id="apply", visible=False)
            self.cards = gr.Markdown(latex_delimiters=LATEX, elem_id="papers")
            self.shown = gr.Number(_PAGE, visible=False)
            self.more = gr.Button("Show more", visible=False)

    def wire(self, page: gr.Blocks, parts: Parts) -> None:
        """Connects the tab to itself and to the chat."""
        chosen = [self.words, self.order, *self.facets]
        listed = [self.cards, self.more, self.shown]
        fresh = [self.summary, self.source, *self.facets, *listed]
        page.load(self.fresh, None, fresh, **QUIET)
        gr.on(
            [self.words.change, self.order.change, *(f.change for f in self.facets)],
            lambda *given: self.rows(_PAGE, *given), chosen, listed, trigger_mode="always_last", **QUIET,
        )  # fmt: skip
        self.more.click(lambda n, *given: self.rows(n + _PAGE, *given), [self.shown, *chosen], listed, **QUIET)
        gr.on(
            [f.change for f in self.facets],
            lambda *given: gr.Button(visible=any(given)), self.facets, self.apply, **QUIET,
        )  # fmt: skip
        self.apply.click(self.only, self.facets, [parts.where, parts.only], js=_TO_CHAT, **QUIET)
        self.atlas.expand(self.draw, None, self.map, **QUIET)
        parts.atlas.expand(self.draw, None, parts.map, **QUIET)
        narrowed = parts.bus.apply(self.narrow, None, [parts.where, parts.only], js=_TO_CHAT, **QUIET)
        narrowed.then(None, None, None, js="() => askpapers.narrowed()", **QUIET)
        parts.only.click(lambda: ({}, gr.Button(visible=False)), None, [parts.where, parts.only], **QUIET)
        change = [
            self.add.click(
                self.take,
                [self.files, self.pasted],
                [self.ledger, self.files, self.pasted],
                show_progress_on=self.ledger,
                api_visibility="private",
            ),
            self.remove_source.click(self.drop_source, self.source, self.ledger, js=_SURE, **QUIET),
            parts.bus.delete(self.drop, None, self.ledger, **QUIET),
        ]
        for event in change:
            event.then(self.fresh, None, fresh, **QUIET)

    def fresh(self) -> list[Any]:
        """Everything that depends on which papers there are."""
        catalogue = self._library.catalogue
        self._library.refresh()
        sources = catalogue.by_source()
        counts = (
            {str(year): n for year, n in reversed(catalogue.by_year().items())}, catalogue.by_category(), sources,
        )  # fmt: skip
        facets = [_facet(facet, found) for facet, found in zip(_FACETS, counts, strict=True)]
        summary = cards.summary(len(self._library), len(sources), self._library.embedder.name)
        removable = gr.Dropdown([(cards.file_of(source), source) for source in sources], value=None)
        return [summary, removable, *facets, *self.rows(_PAGE, "", "Title", *[()] * len(_FACETS))]

    def rows(self, many: float, words: str, order: str, *chosen: Sequence[str]) -> tuple[str, Any, float]:
        """The first papers that the filters leave, in order; for words searched for, the nearest first."""
        where, catalogue = _where(chosen), self._library.catalogue
        try:
            if words.strip():
                title, papers = self._found(words.strip(), where)
                total = len(papers)
            else:
                title, papers = "", catalogue.listed(_ORDERS[order], int(many), where)
                total = catalogue.count(where)
        except AskpapersError as error:
            raise gr.Error(str(error)) from None
        first = papers[: int(many)]
        if len(first) < total:
            title = f"{len(first):,} of {total:,}"
        return cards.listing(title, first, removable=True), gr.Button(visible=len(first) < total), many

    def _found(self, words: str, where: dict[str, list[str]]) -> tuple[str, list[Paper]]:
        """Papers whose titles begin so, then those that share a word; else the nearest in meaning, which is said."""
        catalogue = self._library.catalogue
        titled = catalogue.beginning(words, _PAGE, where)
        hits = [hit.paper for hit in self._library.search(words, _MAX_HITS, where)]
        sharing = catalogue.sharing_a_word(words, [p.id for p in hits])
        known = {p.id for p in titled}
        found = [*titled, *(p for p in hits if p.id in sharing and p.id not in known)]
        if found:
            return f"{len(found):,} found", found
        return f"No paper has the words “{words}”. Nearest in meaning:", hits[:_NEAREST]

    def draw(self) -> str:
        """The map, drawn when it is opened first."""
        from ui.map import picture  # matplotlib and scikit-learn: not before they are needed

        return picture(self._library)

    def narrow(self, event: gr.EventData) -> tuple[dict[str, list[str]], Any]:
        """The filter that a theme, a year of the strip or the rows of a table make: `NAME value value ...`."""
        if event.name == "theme":
            return self._within(event.value)
        name, *wanted = event.value.split(" ")
        said = ", ".join(wanted) if name == "year" else count(len(wanted), "paper")
        return {name: wanted}, gr.Button(f"Only {said} ✕", visible=bool(wanted))

    def _within(self, theme: str) -> tuple[dict[str, list[str]], Any]:
        """The filter of a theme; none where more papers may have it than those that the themes were made of."""
        found = [t.ids for t in themes(self._library) if ", ".join(t.words) == theme]
        if not found or len(self._library) > SAMPLE:
            return {}, gr.Button(visible=False)
        return {"id": list(found[0])}, gr.Button(f"Only {theme} ✕", visible=True)

    def only(self, *chosen: Sequence[str]) -> tuple[dict[str, list[str]], Any]:
        """The filters as the chat applies them, and the button that says so and lifts them."""
        where = _where(chosen)
        named = ", ".join(cards.file_of(value) for wanted in where.values() for value in wanted)
        return where, gr.Button(f"Only {named} ✕", visible=bool(where))

    def take(self, files: list[str] | None, pasted: str, progress: gr.Progress = _PROGRESS) -> tuple[str, None, str]:
        """Adds the papers of files and of pasted text; gives the ledger."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(f) for f in files or []]
            if pasted.strip():
                paths.append(Path(folder) / time.strftime("pasted-%Y-%m-%d-%H%M%S.txt"))
                paths[-1].write_text(pasted, encoding="utf-8")
            if not paths:
                raise gr.Error("Choose files or paste a page first.")
            try:
                return cards.ledger(self._sync(paths, progress)), None, ""
            except AskpapersError as error:
                raise gr.Error(str(error)) from None

    def _sync(self, paths: Sequence[Path], progress: gr.Progress) -> SyncReport:
        progress(0, desc="reading")
        total, done = sum(1 for _ in read_papers(*paths)), 0

        def tick(n: int) -> None:
            nonlocal done
            done += n
            progress((done, total), desc="adding", unit="papers")

        return self._library.sync(read_papers(*paths), progress=tick)

    def drop(self, event: gr.EventData) -> str:
        """Removes the paper whose button was clicked."""
        return self._remove([event.value], "the library")

    def drop_source(self, source: str | None) -> Any:
        """Removes the papers that were read from a file; nothing when it was not confirmed."""
        return (
            self._remove(self._library.index.forward_index.ids("source = ?", (source,)), source)
            if source
            else gr.skip()
        )

    def _remove(self, paper_ids: Sequence[str], source: str) -> str:
        try:
            return cards.removed(self._library.remove(paper_ids), source)
        except AskpapersError as error:
            raise gr.Error(str(error)) from None


def _where(chosen: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(wanted) for name, wanted in zip(_FACETS, chosen, strict=True) if wanted}


def _facet(facet: str, counts: Mapping[str, int]) -> Any:
    """The values to filter by, with how many papers have each; not shown where there is nothing to choose."""
    named = cards.file_of if facet == "source" else str
    choices = [(f"{named(value)} ({n:,})", value) for value, n in counts.items()]
    return gr.Dropdown(choices, value=[], multiselect=True, visible=len(choices) > 1)
