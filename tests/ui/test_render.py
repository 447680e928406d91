from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.answer import Answer, Citation, Claim, Table
from rag.types import Paper, Sentence
from ui import cards, markup, render

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[click](javascript:alert(1))",
    "</p></div><h1>out</h1>",
    "' onmouseover='alert(1)",
    "x" * 5000,
    "`code`\n\n# heading\n\n- list\n\n<b>",
]
ALLOWED = set("div p span q mark details summary section h2 button a i ol ul li b sup".split())


class Tags(HTMLParser):
    """The tags and attributes of a text, and whether they are balanced."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    assert "\n" not in html, "Markdown would end the HTML block at a blank line"
    return tags


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_paper_or_an_answer_becomes_markup(text: str) -> None:
    paper = Paper(text, text, text, (text,), 2024, f"javascript:{text}", (text,), source=text)
    plain = Sentence(0, 0, len(text), text)
    answer = Answer(text, "answered", (Claim(text, (1,), warnings=(text,), evidence=("1.1",)),),
                    (Citation(1, paper, (plain,)),), withheld=(Claim(text),), message=text, model=text)  # fmt: skip
    near = Answer(text, "not_stated", related=(paper,), message=text)
    pages = [
        render.question(text), render.writing([text], text), render.broken_off("failed", text, text),
        render.answer("t", answer), render.answer("t", near), cards.of_answer("t", answer, ["1.1"]),
        cards.of_answer("t", near), cards.listing(text, [paper], removable=True),
        render.conversations([(text, text)], text),
        cards.removed(1, text),
        render.answerers([(text, text)], text).replace("table", "div"),
    ]  # fmt: skip
    for page in pages:
        for tag, attributes in parsed(page).seen:
            assert tag in ALLOWED | {"div", "tr", "td", "th", "code"}
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            assert str(attributes.get("href", "?answer=t#")).startswith(("?answer=t#", "https://arxiv.org/search/"))
    assert parsed(render.question(text)).text == " ".join(text.split())


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://arxiv.org/abs/1?a=1&b=2", "https://arxiv.org/abs/1?a=1&amp;b=2"),
        ("http://x.org", "http://x.org"),
        ("JAVASCRIPT:alert(1)", ""),
        (" javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//x.org", ""),
        ("https:///path", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_become_links(url: str, safe: str) -> None:
    assert markup.safe_url(url) == safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cost $O(n^2)$ or $$x < y$$.", r"cost \(O(n^2)\) or \[x &lt; y\]."),
        ("from $5 to $6", "from $5 to $6"),
        ("$ x $ and 5$", "$ x $ and 5$"),
        (r"\$5 and \$6: 3\% of A\&B", "$5 and $6: 3% of A&amp;B"),
        (r"$\text{cost \$}$", r"\(\text{cost \$}\)"),
        ("a\n b", "a b"),
    ],
)
def test_formulas_are_told_from_money(text: str, shown: str) -> None:
    assert markup.text(text) == shown


def test_the_supporting_sentences_are_marked_exactly(answer: Answer) -> None:
    page = cards.of_answer("t", answer, ["1.3"])
    marks = re.findall(r"<mark(.*?)>(.*?)</mark>", page)
    assert marks == [
        ("", r"It keeps attention sinks at cost \(O(n)\)."),
        (' class="now"', "It gives up to 22.2x speedup."),
    ]
    assert parsed(page.replace("<mark>", "").replace("</mark>", "").replace('<mark class="now">', ""))
    assert "We introduce StreamingLLM. <mark>" in page
    assert '<details class="card" open>' in page
    assert '<details class="card"><summary>' in cards.of_answer("t", answer)


def test_sentences_that_do_not_fit_the_abstract_are_not_marked(answer: Answer) -> None:
    paper = answer.citations[0].paper
    assert cards.highlighted("short", 1, [Sentence(0, 3, 99, "x"), Sentence(1, 0, 5, "short")]) == "<mark>short</mark>"
    overlapping = [Sentence(0, 0, 26, ""), Sentence(1, 10, 30, "")]
    assert cards.highlighted(paper.abstract, 1, overlapping).count("<mark>") == 1


def test_a_marker_leads_to_its_own_sentence(answer: Answer) -> None:
    page = render.answer("turn", answer)
    links = [a for tag, a in parsed(page).seen if tag == "a"]
    assert [a["href"] for a in links] == ["?answer=turn#1.2", "?answer=turn#1.3"]
    assert page.count('<span class="tip"><b>Attention Sinks</b>') == 2
    assert "It gives up to 22.2x speedup.</span>" in page


def test_the_outcomes_look_different(answer: Answer, paper: Paper) -> None:
    near = Answer("q", "not_stated", related=(paper,), message="The abstracts do not say.")
    far = Answer("q", "nothing_relevant", message="Nothing here.")
    pages = [render.answer("t", a) for a in (answer, near, far)]
    assert [re.search(r'class="answer (\w+)"', p)[1] for p in pages] == [  # type: ignore[index]
        "answered", "not_stated", "nothing_relevant"
    ]  # fmt: skip
    assert "Attention Sinks" in pages[1]
    assert cards.of_answer("t", near).count("<details") == 1
    assert cards.of_answer("t", far) == ""


def test_grounding_in_plain_words(answer: Answer) -> None:
    one, two = answer.claims
    assert render.grounding(answer) == "2 of 2 sentences supported by their cited sentence"
    assert render.grounding(replace(answer, claims=(one,))) == "1 of 1 sentence supported by its cited sentence"
    assert render.grounding(replace(answer, claims=(one, replace(two, verdict="unsupported")))).startswith("1 of 2")
    quoted = tuple(replace(c, quoted=True) for c in answer.claims)
    assert render.grounding(replace(answer, claims=quoted)) == "2 sentences quoted word for word from 1 abstract"
    unchecked = tuple(replace(c, verdict="unchecked") for c in answer.claims)
    assert "not checked" in render.grounding(replace(answer, claims=unchecked))
    assert render.grounding(replace(answer, claims=())) == ""


def test_withheld_sentences_can_be_opened(answer: Answer) -> None:
    page = render.answer("t", replace(answer, withheld=(Claim("It cures cancer."),)))
    assert "<summary>1 sentence withheld: not supported</summary><ul><li>It cures cancer.</li></ul>" in page
    assert "withheld" not in render.answer("t", answer)


def test_a_list_is_a_list_and_a_follow_up_tells_how_it_was_understood(answer: Answer) -> None:
    page = render.answer("t", replace(answer, listing=True))
    assert page.count("<li>") == 2
    assert "Understood as: How fast is StreamingLLM?" in page
    assert "Understood" not in render.answer("t", replace(answer, standalone=answer.question))


def test_waiting_long_is_told(answer: Answer) -> None:
    assert "reading 3 papers · 12 s" in render.writing([], "reading 3 papers", 12.3)
    assert "·" not in render.writing([], "reading 3 papers", 1)


def test_an_unsupported_sentence_is_flagged(answer: Answer) -> None:
    claim = replace(answer.claims[0], verdict="unsupported", warnings=("not in the sources: 99",))
    page = render.answer("t", replace(answer, claims=(claim,)))
    assert "claim unsupported" in page
    assert "not in the sources: 99" in page


def test_ratings_are_shown_where_they_were_given(answer: Answer) -> None:
    assert 'class="do right on"' in render.answer("t", answer, {0: True})
    assert 'class="do wrong on"' in cards.of_answer("t", answer, (), {1: False})
    assert ' on"' not in render.answer("t", answer, {1: True})


def test_a_comparison_is_a_table_whose_cells_are_claims() -> None:
    paper = Paper("a", "HippoRAG", "It is fast. It is small.")
    claims = (Claim("It is <b>fast</b>.", (1,), 1.0, 0, "supported", evidence=("1.1",)), Claim("In all, so.", (1,)))
    table = Table(("HippoRAG", "Other"), ("Speed",), (((0,), None),))
    found = Answer("q", "answered", claims, (Citation(1, paper, ()),), table=table)
    page = render.answer("t", found)
    assert '<th scope="col">HippoRAG</th>' in page
    assert "&lt;b&gt;fast" in page
    assert '<td class="empty">not stated</td>' in page
    assert page.index("In all, so.") > page.index("</table>")
