"""A text that came from elsewhere, checked: no file that it names is read, and it is given up when nobody waits."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from rag.answering.assistant import Assistant
from rag.serving.running import StoppedError
from rag.verification.deciding import load_decider
from rag.verification.disagreement import Sides, sides_of
from rag.verification.reading import Format, read_text
from rag.verification.report import TextReport
from rag.verification.text_check import check_draft


def checked(assistant: Assistant, text: str, kind: Format | None, bib: str, stop: Event) -> TextReport:
    """The text's report; given up once `stop` is set. Raises SourceError, LLMError."""

    def look(done: int) -> None:
        if stop.is_set():
            raise StoppedError

    draft = read_text(text, kind).without_files()
    decider = load_decider(assistant.judge, assistant.library, assistant.llm)
    with TemporaryDirectory() as folder:
        given = Path(folder) / "given.bib"
        given.write_text(bib, encoding="utf-8")
        return check_draft(draft, assistant.library, decider, [given] if bib.strip() else [], look)


def sides_with(assistant: Assistant, claim: str) -> Sides:
    """Who says the claim and who disagrees, by the assistant's judge. Raises QuestionError, LLMError."""
    decider = load_decider(assistant.judge, assistant.library, assistant.llm)
    return sides_of(claim, assistant.library, decider)
