"""Text of any source: formulas in MathML, UTF-8 read as Windows-1252, LaTeX of BibTeX files, entities."""

import pytest

from rag.readers.text import readable
from tests.rag.readers.conftest import Read


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msqrt><mrow><mi>n</mi><mo>-</mo><mn>1</mn></mrow></msqrt>", "√(n-1)"),
        ("<mml:msubsup><mml:mi>x</mml:mi><mml:mi>i</mml:mi><mml:mn>2</mml:mn></mml:msubsup>", "x_i^2"),
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup><mspace/><mi mathvariant='bold'>m</mi>", "10^−3 m"),
        ("<mover><mi>x</mi><mo>¯</mo></mover><mo>&le;</mo><mn>5</mn>", "x¯≤5"),
        ("<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi>", "a<b"),  # broken
    ],
)
def test_mathml_keeps_what_it_says(inside: str, shown: str) -> None:
    assert readable(f"<p>Let <math>{inside}</math> hold.</p>") == f"Let {shown} hold."


@pytest.mark.parametrize(
    ("damaged", "right"),
    [
        ("Ã–kologie fÃ¼r Ãœbermorgen â€“ Î²-Farne â‰¥ 5Â°", "Ökologie für Übermorgen – β-Farne ≥ 5°"),
        ("a quasiâ€randomised trial of â€œfernsâ€", "a quasi‐randomised trial of “ferns”"),
        ("Copyright Â© 2020, 5Â mg, voilÃ !", "Copyright © 2020, 5 mg, voilà!"),
        ("«CAFÉ» und „groß“ – 5 Â°", "«CAFÉ» und „groß“ – 5 Â°"),  # not all of it
        ("IRMÃ", "IRMÃ"),
    ],
)  # fmt: skip
def test_utf8_that_was_taken_for_windows_1252_is_read_as_it_was(damaged: str, right: str) -> None:
    assert readable(damaged) == right


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"We name it \ourmethod{} and \textsc{Fern\emph{Net}}.", r"We name it \ourmethod and FernNet."),
        (r"It is `grown' and ``wet'', isn't it, the ferns' wax.", "It is ‘grown’ and “wet”, isn't it, the ferns' wax."),
        (r"See \citep[p.~3]{lund} and \citet{dahl}.", "See [p. 3 lund] and [dahl]."),
    ],
)
def test_latex_of_a_bibtex_file(text: str, shown: str) -> None:
    assert readable(text, latex=True) == shown


def test_entities_without_their_semicolon() -> None:
    assert readable("A &amp B at 5 &lt 6, AT&T, ?a=1&lt=2 &copyleft") == "A & B at 5 < 6, AT&T, ?a=1&lt=2 &copyleft"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("\"['fern, wild', 'stair']\"", ("fern, wild", "stair")),
        ("wax [chemistry &amp; use]; stair", ("wax [chemistry & use]", "stair")),
        ('"fern, stair"', ("fern", "stair")),
    ],
)
def test_keywords_in_a_cell(read: Read, cell: str, words: tuple[str, ...]) -> None:
    papers, _ = read("a.csv", f"title,abstract,keywords\nFerns,They grow.,{cell}\n")
    assert papers[0].keywords == words


@pytest.mark.parametrize(
    "text",
    ["Müller zeigt: Moose an Wänden wachsen häufig.", "L’étude préfère l’été à François.", "A vegetação das regiões."],
)
def test_mac_roman_is_told_from_windows_1252(read: Read, text: str) -> None:
    for codec in ("mac_roman", "cp1252"):
        (paper,) = read("a.ris", f"TY  - JOUR\nTI  - {text}\nAB  - {text}\nER  - \n".encode(codec))[0]
        assert (paper.title, paper.abstract) == (text, text), codec


@pytest.mark.parametrize("text", ["The wall’s “moss” – 5 µm", "Costs of €5 or £3", "By García"])
def test_windows_1252_wins_where_nothing_tells(read: Read, text: str) -> None:
    (paper,) = read("a.ris", f"TY  - JOUR\nTI  - {text}\nAB  - Ferns.\nER  - \n".encode("cp1252"))[0]
    assert paper.title == text
