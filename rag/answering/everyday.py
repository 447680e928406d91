"""What is answered without a search: questions about the collection and records of papers."""

from __future__ import annotations

from rag.answering.answerability import decide
from rag.answering.bibliography import asks_for_link, asks_for_maker, asks_for_record, of_dates, record_of
from rag.answering.calibration import calibration_of
from rag.answering.collection import about_collection, none_kept
from rag.answering.intent import asks_for_papers
from rag.answering.kinds import cue
from rag.answering.reply import Reply
from rag.answering.small_talk import about
from rag.answering.things import has_all, named_things
from rag.answering.understanding import Query
from rag.library import Library, Where
from rag.retrieval.hybrid import without_withdrawn
from rag.text.words import content_words
from rag.types import Paper

MAX_RECORDS = 5


def direct_reply(library: Library, query: Query, where: Where | None) -> Reply | None:
    """The reply, None where papers must be searched and read."""
    if query.kind == "small_talk":
        # A guess: chat, or a question from elsewhere, which nothing here answers.
        return Reply(about(len(library)), outcome="nothing_relevant")
    if query.kind in ("collection", "list"):
        # "Which papers did Ina Beck write?" asks for a list, but of no subject: the catalogue has it whole.
        if query.kind == "list" and not query.where:
            return None
        listed = about_collection(library, query, where)
        if listed is None and asks_for_papers(query.standalone):  # "Who won the 2018 World Cup?" does not
            return none_kept(library, {**query.where, **(where or {})})
        return listed
    if query.kind == "bibliographic" or (len(query.papers) > 1 and of_dates(query.question)):
        if papers := _meant(library, query, where):
            reply = record_of(query.question, papers)
            # "What have the authors of X done?" only sounds like it: what no record knows, the abstract may.
            sure = cue(query.question) == "bibliographic" or of_dates(query.question) or asks_for_link(query.question)
            told = reply.outcome == "answered" and asks_for_record(query.question)
            return reply if told or sure else None
        return about_collection(library, query, where)  # "Who are the authors?" of all
    return None


def _meant(library: Library, query: Query, where: Where | None) -> list[Paper]:
    """The papers whose records are asked for: those pointed at, else those named, else the one described."""
    if query.papers:
        return library.catalogue.papers(list(query.papers))[:MAX_RECORDS]
    named = named_things(library, query.standalone)
    words = [w for w in content_words(query.topic, of_papers=True) if not asks_for_record(w)]
    if named.titled or named.unknown or not words:
        return list(dict.fromkeys(named.titled.values()))[:MAX_RECORDS]
    if cue(query.question) != "bibliographic":
        return []
    # "Who wrote the moss paper?" tells its subject instead of naming it.
    found = without_withdrawn(library.retrieve(" ".join(words), 1, where))
    near = decide(found, calibration=calibration_of(library)).band == "answers" and not asks_for_maker(query.question)
    return [m.record.paper for m in found.matches if near or has_all(m.record.paper, words)]
