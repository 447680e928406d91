"""What is answered without a search: questions about the collection and records of papers."""

from __future__ import annotations

from rag.answering.bibliography import record_of
from rag.answering.collection import about_collection
from rag.answering.kinds import cue
from rag.answering.reply import Reply
from rag.answering.small_talk import about
from rag.answering.things import named_things
from rag.answering.understanding import Query
from rag.library import Library, Where
from rag.types import Paper

MAX_RECORDS = 5


def direct_reply(library: Library, query: Query, where: Where | None) -> Reply | None:
    """The reply, None where papers must be searched and read."""
    if query.kind == "small_talk":
        return Reply(about(len(library)))
    if query.kind in ("collection", "list"):
        # "Which papers did Ina Beck write?" asks for a list, but of no subject: the catalogue has it whole.
        if query.kind == "list" and not query.where:
            return None
        return about_collection(library, query, where)
    if query.kind == "bibliographic" or (len(query.papers) > 1 and _of_dates(query)):
        if papers := _meant(library, query):
            reply = record_of(query.question, papers)
            # "What have the authors of X done?" only sounds like it: what no record knows, the abstract may.
            sure = cue(query.question) == "bibliographic" or _of_dates(query)
            return reply if reply.outcome == "answered" or sure else None
        return about_collection(library, query, where)  # "Who are the authors?" of all
    return None


def _of_dates(query: Query) -> bool:
    return any(word in query.question.lower() for word in ("newer", "older", "came first", "most recent"))


def _meant(library: Library, query: Query) -> list[Paper]:
    """The papers whose records are asked for: those pointed at, else those named."""
    if query.papers:
        return library.catalogue.papers(list(query.papers))[:MAX_RECORDS]
    named = named_things(library, query.standalone)
    return list(dict.fromkeys(named.titled.values()))[:MAX_RECORDS]
