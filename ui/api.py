"""The page's endpoints for programs: gradio_client calls them as `/ask` and `/search`."""

from __future__ import annotations

from uuid import uuid4

import gradio as gr

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.errors import AskpapersError
from rag.serving.running import Running
from rag.serving.watching import Watch

_MAX_PAPERS = 100  # papers of a search


def publish(assistant: Assistant, running: Running, watch: Watch) -> None:
    """Adds the endpoints to the page that is being built."""

    def ask(question: str, history: list[dict] | None = None, where: dict | None = None) -> dict:  # type: ignore[type-arg]
        """Answers a question; every sentence names the papers it rests on.

        Parameters:
            question: the question, at most 4,000 characters
            history: earlier turns as {"role": "user" or "assistant", "content": text}; an assistant's may
                have "papers", the ids of those that it showed
            where: keeps papers by "year", "category", "source" or "author"; a list means any of them
        Returns:
            the answer as `askpapers ask --json` prints it: outcome, claims, citations, related, withheld and so on
        """
        try:
            # Programs may ask several questions at a time.
            with running.answer(uuid4().hex) as stop, watch.question("gradio") as noted:
                if isinstance(stop, str):
                    raise gr.Error(stop)
                for event in assistant.stream(question, history or [], where or None):
                    if isinstance(event, Answer):
                        noted(event)
                        return event.to_dict()
                    if stop.is_set():
                        break
                raise gr.Error("The server is shutting down: the answer was not finished.")
        except (AskpapersError, ValueError) as error:
            raise gr.Error(str(error)) from None

    def search(query: str, k: int = 10, where: dict | None = None) -> list[dict]:  # type: ignore[type-arg]
        """Finds the papers nearest to a query.

        Parameters:
            query: what to look for
            k: how many papers, at most 100
            where: keeps papers by "year", "category" or "source"; a list means any of them
        Returns:
            papers, best first, each with its best sentence and its score
        """
        try:
            hits = assistant.library.search(query, max(1, min(int(k), _MAX_PAPERS)), where or None)
        except (AskpapersError, ValueError) as error:
            raise gr.Error(str(error)) from None
        return [hit.to_dict() for hit in hits]

    gr.api(ask, api_name="ask")
    gr.api(search, api_name="search")
