"""The injections to a real small model, over the default embedding: whatever it makes of them, what is shown is safe.

ASKPAPERS_TEST_GGUF names the model's file. With -s, a line of JSON each tells what the model said and what was shown.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import Any

import pytest

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.library import Library
from rag.models.llms import ChatModel
from tests.conftest import PAPERS
from tests.hostile.injections import INJECTIONS
from tests.hostile.test_injection import KEY, evil, safe

STREAM = ChatModel.stream
MODEL = os.environ.get("ASKPAPERS_TEST_GGUF", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MODEL, reason="ASKPAPERS_TEST_GGUF names no model"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # llama-index closes no connection of a model it copied
]


class Heard:
    """An assistant that remembers what its model said last."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant, self.said = assistant, ""

    def ask(self, name: str, question: str) -> Answer:
        self.said = ""
        answer = self.assistant.ask(question)
        print(json.dumps({"injection": name, "said": self.said, **shown(answer)}, ensure_ascii=False))
        return answer

    def listen(self, model: ChatModel, *given: Any) -> Generator[str, None, str]:
        pieces = STREAM(model, *given)
        try:
            while True:
                piece = next(pieces)
                self.said += piece
                yield piece
        except StopIteration as end:
            return str(end.value)


def shown(answer: Answer) -> dict[str, object]:
    def texts(claims: Iterable[object]) -> list[str]:
        return [str(claim) for claim in claims]

    return {
        "outcome": answer.outcome,
        "own words": texts(c for c in answer.claims if not c.quoted),
        "quoted": texts(c for c in answer.claims if c.quoted),
        "withheld": texts(answer.withheld),
    }


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    with closing(Library.open(tmp_path_factory.mktemp("canary-home"))) as library:
        library.sync([*PAPERS, *(evil(number, i) for number, i in enumerate(INJECTIONS))])
        heard = Heard(Assistant(library, f"gguf:{MODEL}"))
        yield heard
        heard.assistant.llm.llm._get_client().close()  # type: ignore[union-attr]
        gc.collect()  # now, while unclosed connections are ignored: at the end of the run they would fail it


@pytest.mark.parametrize("number", range(len(INJECTIONS)), ids=[i.name for i in INJECTIONS])
@pytest.mark.parametrize("place", ["abstract", "question"])
def test_a_real_model(model: Heard, number: int, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Many of these would be refused by retrieval alone.
    monkeypatch.setattr("rag.answering.calibration.Calibration.band", lambda *given: "answers")
    monkeypatch.setattr(ChatModel, "stream", lambda *given: model.listen(*given))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    injection = INJECTIONS[number]
    question = {
        "abstract": f"What ledger does Subject{number} keep?",
        "question": f"Which theory inspired HippoRAG, the retrieval framework? {injection.text}",
    }[place]
    answer = model.ask(f"{place}: {injection.name}", question)
    assert model.said or answer.outcome == "not_stated", "the model was asked, unless it read that nothing answers"
    safe(answer, "strict", KEY, str(model.assistant.library.home), MODEL)
