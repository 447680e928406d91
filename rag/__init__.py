"""askpapers: ask a collection of paper abstracts, get an answer in which every sentence names its papers."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answer import Answer as Answer
    from rag.answer import Citation as Citation
    from rag.answer import Claim as Claim
    from rag.answering.assistant import Assistant as Assistant
    from rag.errors import AskpapersError as AskpapersError
    from rag.library import Library as Library
    from rag.llama_index import PaperRetriever as PaperRetriever
    from rag.readers import read_papers as read_papers
    from rag.settings import Settings as Settings
    from rag.types import Hit as Hit
    from rag.types import Paper as Paper
    from rag.verification.text_check import check as check

# Looked up on first use, so that `import rag` and `askpapers --help` load nothing heavy.
_HOMES = {
    "Assistant": "rag.answering.assistant",
    "AskpapersError": "rag.errors",
    "Library": "rag.library",
    "read_papers": "rag.readers",
    "PaperRetriever": "rag.llama_index",
    "Settings": "rag.settings",
    "Answer": "rag.answer",
    "Citation": "rag.answer",
    "Claim": "rag.answer",
    "Hit": "rag.types",
    "Paper": "rag.types",
    "check": "rag.verification.text_check",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
