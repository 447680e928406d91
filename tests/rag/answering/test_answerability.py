from rag.answering.answerability import Decision, decide, features
from rag.library import Library
from rag.retrieval.hybrid import Retrieved


def found(library: Library, question: str) -> Retrieved:
    return library.retrieve(question, 6)


def test_a_question_that_a_paper_answers_is_let_through(library: Library) -> None:
    decision = decide(found(library, "Which theory is the HippoRAG retrieval framework inspired by?"))
    assert decision.outcome == "answered"
    assert decision.related[0].id == "t-hippo"
    assert 0.5 < decision.probability <= 1


def test_a_far_question_is_not_and_names_no_paper(library: Library) -> None:
    decision = decide(found(library, "recipe for sourdough pizza base"))
    assert (decision.outcome, decision.related) == ("nothing_relevant", ())


def test_a_near_miss_is_refused_with_related_papers(library: Library) -> None:
    near = found(library, "HippoRAG long-term memory retrieval framework learning rate decay schedule")
    decision = decide(near)
    assert decision.outcome == "not_stated"
    assert decision.related[0].id == "t-hippo"
    assert decide(near, known_topic=True).outcome == "answered"


def test_a_question_about_a_name_alone_asks_nothing_else(library: Library) -> None:
    decision = decide(found(library, "What does DuoAttention do?"), known_topic=False)
    assert features(found(library, "What does DuoAttention do?"))[4] == 1.0
    assert decision.probability > 0.36


def test_an_empty_library_answers_nothing() -> None:
    import numpy as np

    from rag.models.token_vectors import QueryTokens

    none = QueryTokens(np.zeros((1, 64)), np.ones(1), np.zeros((1, 2), int), np.zeros(1, int))  # type: ignore[arg-type]
    assert decide(Retrieved("x", none, [])) == Decision("nothing_relevant", (), 0.0)


def test_features_tell_a_name_in_a_title_from_one_that_is_in_none(library: Library) -> None:
    assert features(found(library, "What does DuoAttention cache?"))[2:4].tolist() == [0.0, 1.0]
    assert features(found(library, "What does FlashAttention cache?"))[2:4].tolist() == [1.0, 0.0]
    assert features(found(library, "What do LLMs cache?"))[2:4].tolist() == [0.0, 0.0]
