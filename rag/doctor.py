"""Whether all is well with a library and with what it needs."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from rag.errors import AskpapersError
from rag.indexing.folder import close_to_others, open_to_others
from rag.indexing.records import Progress
from rag.indexing.verify import SAMPLE, look, probe_in_subprocess
from rag.library import Library
from rag.models.llms import EXTRACTIVE
from rag.models.providers import load_llm
from rag.settings import Settings

LIBRARIES = ("chromadb", "tantivy", "openvino", "sentence-transformers", "gradio")  # whose versions matter most
MIN_FREE = 2.0  # times the index's own size: a reindex builds another beside it
SHOWN = 5  # ids named in a line


@dataclass(frozen=True)
class Check:
    """One thing looked at, and what was found."""

    name: str
    ok: bool
    found: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'BAD '} {self.name}: {self.found}"


def examine(settings: Settings, full: bool = False, progress: Progress | None = None) -> Iterator[Check]:
    """Looks at everything, one thing at a time. Nothing is changed.

    A sample of the papers is looked for in Chroma, and its vectors; all if `full`. `progress` is told of these.
    """
    yield Check("versions", True, ", ".join([f"Python {platform.python_version()}", *_versions()]))
    yield _network(settings)
    if settings.llm != EXTRACTIVE:
        yield _llm(settings)
    try:
        library = Library.from_settings(settings)
    except AskpapersError as error:
        yield Check("index", False, str(error))
        return
    yield Check("model", True, f"{library.embedder.fingerprint} on {library.embedder.runtime}, as the index was made")
    yield from _index(library, None if full else SAMPLE, progress)
    yield _permissions(library)
    yield _space(library)
    library.close()


def repair(settings: Settings, progress: Progress | None = None) -> str:
    """Mends what can be mended, and says what that was; `progress` is told of the papers that are gone through.

    Raises AskpapersError when the library cannot be opened.
    """
    library = Library.from_settings(settings, progress=progress)
    before = library.index.folder
    library.repair(progress)
    close_to_others(library.home)
    how = "brought in step" if library.index.folder == before else "built anew from what was stored"
    library.close()
    return f"the index was {how}"


def _versions() -> Iterator[str]:
    for name in ("askpapers", *LIBRARIES):
        try:
            yield f"{name} {version(name)}"
        except ModuleNotFoundError:  # run from its folder, or left out
            continue


def _network(settings: Settings) -> Check:
    used = [f"{name} ({value})" for name, value in _remote(settings)]
    return Check("network", True, f"used by {', '.join(used)}" if used else "used by nothing")


def _remote(settings: Settings) -> Iterator[tuple[str, str]]:
    """What in the settings reaches beyond this process."""
    for name, value in (("ASKPAPERS_LLM", settings.llm), ("ASKPAPERS_JUDGE", settings.judge)):
        if value.partition(":")[0] in ("http", "https", "openai", "anthropic", "ollama"):
            yield name, value
    if settings.server:
        yield "ASKPAPERS_CHROMA_URL", settings.server.url


def _llm(settings: Settings) -> Check:
    try:
        model = load_llm(settings.llm, settings.llm_key.get_secret_value())
        assert model is not None  # not asked for the extractive answerer
        model.ping()
    except AskpapersError as error:
        return Check("language model", False, str(error))
    return Check("language model", True, f"{model.name} can be reached")


def _index(library: Library, sample: int | None, progress: Progress | None) -> Iterator[Check]:
    """Chroma is looked at in a process of its own first: damaged files bring down who reads them."""
    cut = bool(library.index.forward_index.state("writing"))
    yield Check("writes", not cut, "one is under way, or was cut off" if cut else "none is cut off")
    forward_index, bm25 = library.index.forward_index, library.index.bm25
    looked = (
        look(library.index.vector_store, forward_index, sample, progress)
        if library.index.server
        else probe_in_subprocess(library.index.folder, sample, progress)
    )
    papers, passages = forward_index.counts()
    if looked is None:
        yield Check("vectors", False, "Chroma's files are damaged; mend with: askpapers doctor --repair")
        return
    part = sample is not None and papers > sample
    of = f"those of {sample:,} papers, drawn from {papers:,} (--full looks at all)," if part else f"{passages}"
    missing = looked.missing
    which = f"{len(missing)} of {of} do not find themselves: {_some(missing)}; askpapers doctor --repair"
    yield Check("vectors", not missing, which if missing else f"all {'of ' * part}{of} find themselves")
    counts = {
        "Chroma": (looked.passages, passages, "passages"),
        "BM25": (bm25.count(), papers, "papers"),
        "ledger": ((library.index.ledger.last("papers") or {"papers": 0})["papers"], papers, "papers"),
    }
    wrong = [
        f"{name} has {has} {what}, the forward index {wants}"
        for name, (has, wants, what) in counts.items()
        if has != wants
    ]
    yield Check("counts", not wrong, "; ".join(wrong) or f"{papers} papers, {passages} passages everywhere")
    apart = {*looked.apart} | (bm25.ids() ^ forward_index.hashes().keys())
    named = f"{len(apart)} papers are not the same everywhere: {_some(sorted(apart))}; askpapers doctor --repair"
    yield Check("orphans", not apart, named if apart else "none")


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:SHOWN]) + (" ..." if len(ids) > SHOWN else "")


def _permissions(library: Library) -> Check:
    exposed = open_to_others(library.home)
    found = f"{len(exposed)} can be read by others: {exposed[0]} ...; askpapers doctor --repair" if exposed else ""
    return Check("permissions", not exposed, found or "only the owner can read the files")


def _space(library: Library) -> Check:
    free = shutil.disk_usage(library.home).free / 1e6
    size = float(library.status()["megabytes"])
    said = f"{free:,.0f} MB free, the index takes {size:,.1f} MB"
    return Check("disk", free > MIN_FREE * size, said)
