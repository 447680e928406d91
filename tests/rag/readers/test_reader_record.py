from __future__ import annotations

from typing import Any

import pytest

from rag.readers.record import arxiv_id, make_paper, normalised, title_id
from rag.types import Paper, Rejected


def made(**fields: object) -> Any:
    return make_paper({"title": "T", "abstract": "A", **fields}, "a.jsonl", 3)


@pytest.mark.parametrize(
    ("text", "id", "version"),
    [
        ("2306.00978", "2306.00978", 0),
        ("2306.00978v2", "2306.00978", 2),
        ("arXiv:2306.00978v12", "2306.00978", 12),
        ("ARXIV: 0704.0001", "0704.0001", 0),
        ("hep-th/9901001v1", "hep-th/9901001", 1),
        ("math.GT/0309136", "math/0309136", 0),
        ("http://arxiv.org/abs/2306.00978v2", "2306.00978", 2),
        ("https://www.arxiv.org/pdf/2306.00978v2.pdf", "2306.00978", 2),
        ("arxiv.org/abs/hep-th/9901001", "hep-th/9901001", 0),
        ("https://export.arxiv.org/abs/2306.00978?context=cs#a", "2306.00978", 0),
        ("10.48550/arXiv.2306.00978", "2306.00978", 0),
        ("https://doi.org/10.48550/ARXIV.2306.00978", "2306.00978", 0),
    ],
)
def test_arxiv_ids(text: str, id: str, version: int) -> None:
    assert arxiv_id(text) == (id, version)
    paper = made(id=text)
    assert (paper.id, paper.version) == (id, version)
    assert arxiv_id("", "no", f"{text}") == (id, version)


@pytest.mark.parametrize(
    "text",
    ["13734012", "2306.0098", "2399.00978", "1234.5678901", "x2306.00978", "10.1145/2306.00978", ""],
)
def test_ids_of_other_kinds(text: str) -> None:
    assert arxiv_id(text) == ("", 0)
    assert made(id=text).id == (text or title_id("T"))


def test_a_row_number_is_no_id_but_where_judgements_name_papers_by_it() -> None:
    assert made(id="4983").id == made(id=4983.0).id == title_id("T")
    assert made(_id="4983").id == "4983"


def test_an_arxiv_id_is_found_wherever_it_is() -> None:
    for fields in (
        {"url": "https://arxiv.org/abs/2306.00978v2"},
        {"doi": "10.48550/arXiv.2306.00978"},
        {"eprint": "2306.00978"},
    ):
        assert made(id="77", **fields).id == "2306.00978"
    assert made(id="2306.00978", version="v4").version == 4
    assert made(id="77", version="v4").version == 0


def test_a_paper_without_an_id_is_known_by_its_title() -> None:
    same = ["Attention Is All You Need", "attention is  ALL you need!", "Ａttention: is all—you need."]
    assert len({made(title=title).id for title in same}) == 1
    assert made(title=same[0]).id == title_id(same[0])
    assert len({title_id(title) for title in ("???", "!!!", "注意力", "注意", "हिन्दी", "हन्द")}) == 6
    assert normalised("  Café_au-LAIT №² ") == "café au lait no2"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Ann Lee and Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Ann Lee, Bo Ek and Cy Oh, and Di Yu", ("Ann Lee", "Bo Ek", "Cy Oh", "Di Yu")),
        ("Lee, Ann; Ek, Bo", ("Ann Lee", "Bo Ek")),
        ("['Ann Lee', 'Shaun O\\'Neil']", ("Ann Lee", "Shaun O'Neil")),
        (["Ann Lee", " ", None, "Anders and Sons"], ("Ann Lee", "Anders and Sons")),
        ([{"name": "Ann Lee"}, {"id": 1}, {"name": ["x"]}], ("Ann Lee", "x")),
        ({"name": "Ann Lee"}, ("Ann Lee",)),
        (None, ()),
        (5.5, ()),
    ],
)
def test_authors(value: Any, names: Any) -> None:
    assert made(authors=value).authors == names


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (2021, 2021),
        (2021.0, 2021),
        ("Mon, 2 Apr 2007 19:18:42 GMT", 2007),
        ("2023-06-01T17:59:10Z", 2023),
        ("n.d.", None),
        (999, None),
        (2101, None),
        (1700000000, None),
        (True, None),
        ([], None),
    ],
)
def test_year(value: Any, year: Any) -> None:
    assert made(year=value).year == year
    assert made(year=value, date="1999-01-01").year == (year or 1999)


def test_links_are_http_or_nothing() -> None:
    assert made(url="https://x.org/a?b=c").url == "https://x.org/a?b=c"
    for url in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//x.org",
        "https://x.org/ a",
        'https://x.org/"onload=',
        5,
        None,
    ):
        assert made(url=url).url == ""
    assert made(url="data:x", id="2306.00978").url == "https://arxiv.org/abs/2306.00978"


def test_categories() -> None:
    assert made(categories="cs.CL cs.LG").categories == ("cs.CL", "cs.LG")
    assert made(categories=["Computer Science", 5, None]).categories == ("Computer Science", "5")
    assert made(categories="['cs.CL', 'cs.LG']").categories == ("cs.CL", "cs.LG")
    assert made(categories={"a": 1}).categories == ()


def test_types_that_can_be_read_are_and_others_are_refused() -> None:
    assert made(title=1984).title == "1984"
    assert made(abstract=["Part one.", "Part two."]).abstract == "Part one. Part two."
    for value in None, True, {}, {"a": "b"}, [], [[1]], " \n\t", "\x00\x07":
        assert made(abstract=value) == Rejected("a.jsonl", 3, "no abstract (T)")
        assert made(title=value, id="x7") == Rejected("a.jsonl", 3, "no title (x7)")
    assert str(made(title=None, abstract=None)) == "a.jsonl:3: no title"


def test_limits() -> None:
    assert isinstance(made(abstract="a" * 100_000, title="t" * 2_000, id="i" * 200), Paper)
    assert (
        made(abstract="a" * 100_001).reason
        == "abstract of 100,001 characters; more than 100,000 is not an abstract (T)"
    )
    assert made(title="t" * 2_001).reason == f"title of 2,001 characters; more than 2,000 is not a title ({'t' * 80})"
    assert made(id="i" * 201).id == title_id("T"), "no id is no reason to lose a paper"


def test_whitespace() -> None:
    paper = made(title="  A\n  title\u2028here ", abstract="One\r\ntwo\u00a0three.\n\nFour.")
    assert (paper.title, paper.abstract) == ("A title here", "One two three. Four.")


@pytest.mark.parametrize(
    "fields",
    [
        {"abstract": "This paper has been withdrawn by the authors due to an error in section 3."},
        {"abstract": "The submitted manuscript has since been withdrawn."},
        {"abstract": "Withdrawn."},
        {"comments": "Paper withdrawn: the proof has a gap"},
        {"comment": "This submission has been withdrawn by arXiv administrators"},
    ],
)
def test_withdrawn_papers_are_known(fields: dict[str, Any]) -> None:
    assert made(**fields).withdrawn
    assert made(**fields).display_title == "T (withdrawn)"


@pytest.mark.parametrize(
    "title", ["RETRACTED: Ferns", "Ferns (Retracted article. See vol. 3, pg. 4, 2012)", "[Retracted] Ferns"]
)
def test_retracted_papers_are_known_by_their_titles(title: str) -> None:
    assert made(title=title).withdrawn


@pytest.mark.parametrize("abstract", ["The drug was withdrawn from the market.", "We study withdrawn papers on arXiv."])
def test_other_withdrawals_are_not_the_papers(abstract: str) -> None:
    assert not made(abstract=abstract, comments="12 pages").withdrawn
