"""What stands around an abstract: names of its parts, publishers' lines, words for none; however written."""

import pytest

from rag.readers.parts import without_names
from rag.readers.tails import has_none, without_tail

PLAIN = "Ferns are old. We used pots. They grew."


@pytest.mark.parametrize(
    "text",
    [
        "BACKGROUND Ferns are old. METHODS We used pots. RESULTS They grew.",
        "Background Ferns are old. Search methods We used pots. Authors' conclusions They grew.",
        "BackgroundFerns are old.MethodsWe used pots. ResultsThey grew.",
        "Aim. Ferns are old. Materials and Methods. We used pots. Results. They grew.",
        "Background - Ferns are old. Methods - We used pots. Results - They grew.",
        "[Background] Ferns are old. [Methods] We used pots. [Results] They grew.",
        "(1) Background: Ferns are old. (2) Methods: We used pots. (3) Results: They grew.",
        "Abstract Background: Ferns are old. Methods: We used pots. Results: They grew.",
    ],
)
def test_names_of_parts_are_left_out_with_or_without_a_sign_behind_them(text: str) -> None:
    assert without_names(text) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "Results show that ferns grow. Background noise is low. Methods exist.",
        "Background Knowledge helps ferns. They grow.",
        "ContextNet learns ferns. ContextNet is small.",
        "Abstract interpretation finds ferns.",
        "Approach A wins. In the end Results B was used.",
    ],
)
def test_words_of_a_sentence_are_kept(text: str) -> None:
    assert without_names(text) == text


@pytest.mark.parametrize(
    "tail",
    [
        "2018 Fern Periodicals, Inc.",
        "Fern Science+Moss Media New York 2013.",
        "Published 2019. This article is a U.S. Government work and is in the public domain in the USA.",
        "© 2020. The Author(s), under exclusive licence to Fern House.",
    ],
)
def test_a_publishers_line_without_a_sign_is_kept_apart(tail: str) -> None:
    assert without_tail(f"{PLAIN} {tail}") == (PLAIN, tail)


@pytest.mark.parametrize("text", [f"{PLAIN} We sampled New York in 2013.", f"{PLAIN} It was founded by Fern Inc."])
def test_a_last_sentence_with_a_verb_is_no_publishers_line(text: str) -> None:
    assert without_tail(text) == (text, "")


@pytest.mark.parametrize(
    "text",
    ["No description provided.", "No hay resumen disponible.", "Zusammenfassung nicht verfügbar", "[No abstract]"],
)
def test_words_for_no_abstract(text: str) -> None:
    assert has_none(text)
