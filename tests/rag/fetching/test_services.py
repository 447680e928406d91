"""What each service is asked, and what is made of its replies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from rag.errors import FetchError
from rag.fetching import Access, Request
from rag.fetching.by_id import parsed
from tests.rag.fetching import recorded
from tests.rag.fetching.conftest import Serve
from tests.service_server import Fault

KEYS = Access("ina@x.org", {"openalex": "key-oa", "semanticscholar": "key-s2", "pubmed": "key-pm"})
ARXIV = [f"2602.{n:05}" for n in range(1, 251)]


def test_arxiv_is_asked_page_by_page_three_seconds_apart(serve: Serve, fetched: Any, pauses: list[float]) -> None:
    def answer(path: str, given: dict[str, str], _: Any) -> str:
        start = int(given["start"])
        return recorded.arxiv(ARXIV[start : start + int(given["max_results"])], 9000)

    service = serve(answer)
    papers, rejected, notes = fetched(Request("arxiv", 'moss "wet walls"', "2026-01-31", 250), KEYS)
    assert len(papers) == 250
    assert not rejected
    assert [given["max_results"] for _, given, _ in service.asked] == ["200", "50"]
    tomorrow = (date.today() + timedelta(days=1)).strftime("%Y%m%d")
    words = f'(all:moss AND all:"wet walls") AND submittedDate:[202601310000 TO {tomorrow}2359]'
    assert service.asked[0][1]["search_query"] == words
    assert service.asked[0][1]["sortBy"] == "submittedDate"
    assert "mailto:ina@x.org" in service.asked[0][2]["user-agent"]
    assert pauses == [3.0]
    first = papers[0]
    assert (first.id, first.version, first.year, first.source) == (ARXIV[0], 2, 2026, 'arxiv/moss "wet walls"')
    assert first.abstract == f"Moss number {ARXIV[0]} grows on 25% of the walls, $p<0.05$."
    assert first.authors == ("Ina Beck", "Al Roe")
    assert notes == ["arXiv has 9,000 on that, of which 250 were fetched: more with -n"]


def test_arxivs_own_query_language_is_left_as_it_is(serve: Serve, fetched: Any) -> None:
    service = serve(lambda path, given, _: recorded.arxiv(ARXIV[:1], 1))
    fetched(Request("arxiv", "cat:cs.CL AND ti:moss"))
    assert service.asked[0][1]["search_query"] == "cat:cs.CL AND ti:moss"
    assert service.asked[0][1]["sortBy"] == "relevance"


def test_arxivs_errors_come_as_an_entry(serve: Serve, fetched: Any) -> None:
    feed = recorded.arxiv(["2602.00001"], 1).replace("abs/2602.00001v2", "api/errors#incorrect_id_format")
    serve(lambda path, given, _: feed)
    with pytest.raises(FetchError, match=r"arXiv refuses: .*Moss number"):
        fetched(Request("arxiv", "moss"))


def test_openalex_with_a_key_by_cursor(serve: Serve, fetched: Any) -> None:
    def answer(path: str, given: dict[str, str], _: Any) -> Any:
        start = {"*": 0, "next1": 100, "next2": 200}[given["cursor"]]
        following = {0: "next1", 100: "next2", 200: None}[start]
        return recorded.openalex(range(start, min(start + 100, 230)), 230, following)

    service = serve(answer)
    papers, rejected, notes = fetched(Request("openalex", "moss on walls", "2026-01-01", 500), KEYS)
    assert len(papers) == 230
    assert not rejected + notes
    path, given, _ = service.asked[0]
    assert path == "/works"
    assert given["filter"] == "has_abstract:true,from_publication_date:2026-01-01"
    assert (given["mailto"], given["api_key"], given["per_page"]) == ("ina@x.org", "key-oa", "100")
    paper = papers[1]
    assert (paper.id, paper.title, paper.year, paper.venue) == ("10.5555/oa.1", "Moss paper 1", 2026, "Moss Letters")
    assert paper.abstract == "Moss number 1 grows on walls on roofs."
    assert "openalex:W4300000001" in paper.ids
    assert [p.title for p in papers if p.withdrawn] == ["Moss paper 13"]


def test_openalex_without_a_key_by_page_number(serve: Serve, fetched: Any) -> None:
    def answer(path: str, given: dict[str, str], _: Any) -> Any:
        assert "cursor" not in given
        assert "api_key" not in given
        start = (int(given["page"]) - 1) * int(given["per_page"])
        return recorded.openalex(range(start, start + int(given["per_page"])), 9000, None)

    service = serve(answer)
    papers, _, notes = fetched(Request("openalex", "moss", number=150))
    assert [p.title for p in papers] == [f"Moss paper {n}" for n in range(150)]
    assert [given["page"] for _, given, _ in service.asked] == ["1", "2"]
    assert "9,000" in notes[0]


def test_semantic_scholar_by_relevance_and_in_bulk(serve: Serve, fetched: Any, pauses: list[float]) -> None:
    def answer(path: str, given: dict[str, str], _: Any) -> Any:
        if path.endswith("/bulk"):
            token = given.get("token")
            rows = [recorded.semantic_scholar(n) for n in (range(2) if not token else range(2, 4))]
            return {"total": 4, "token": None if token else "t1", "data": rows}
        start = int(given["offset"])
        rows = [recorded.semantic_scholar(n, n != 3) for n in range(start, min(start + 100, 120))]
        return {"total": 120, "offset": start, **({"next": 100} if start == 0 else {}), "data": rows}

    service = serve(answer)
    papers, rejected, _ = fetched(Request("semanticscholar", "moss", number=200), KEYS)
    assert len(papers) == 119
    assert str(rejected[0]) == "semanticscholar/moss:4: no abstract (Moss paper 3)"
    assert (papers[0].id, papers[0].url) == ("10.5555/s2.0", "https://doi.org/10.5555/s2.0")
    assert service.asked[0][2]["x-api-key"] == "key-s2"
    assert {round(pause, 6) for pause in pauses} == {1.1}
    papers, _, _ = fetched(Request("semanticscholar", "moss", "2026-01-01"), KEYS)
    assert len(papers) == 4
    assert service.asked[-1][1]["publicationDateOrYear"] == "2026-01-01:"
    assert service.asked[-1][1]["token"] == "t1"


def test_semantic_scholar_leaves_the_list_out_where_there_is_none(serve: Serve, fetched: Any) -> None:
    serve(lambda path, given, _: {"total": 0, "offset": 0})
    assert fetched(Request("semanticscholar", "no such thing")) == ([], [], [])


def test_pubmed_by_its_numbers(serve: Serve, fetched: Any, pauses: list[float]) -> None:
    numbers = [str(n) for n in range(40000001, 40000301)]

    def answer(path: str, given: dict[str, str], _: Any) -> Any:
        if path == "/esearch.fcgi":
            return recorded.pubmed_search(numbers[: int(given["retmax"])], 5000)
        return recorded.pubmed(given["id"].split(","))

    service = serve(answer)
    papers, rejected, notes = fetched(Request("pubmed", "moss[ti] OR lichen", "2026-01-31", 300), KEYS)
    assert len(papers) == 300
    assert not rejected
    search, first, second = (given for _, given, _ in service.asked)
    assert search["term"] == "(moss[ti] OR lichen) AND hasabstract"
    assert (search["mindate"], search["datetype"], search["sort"]) == ("2026/01/31", "edat", "pub_date")
    assert (search["email"], search["tool"], search["api_key"]) == ("ina@x.org", "askpapers", "key-pm")
    assert [len(given["id"].split(",")) for given in (first, second)] == [200, 100]
    assert {round(pause, 6) for pause in pauses} == {0.11}
    assert papers[0].id == "pmid:40000001"
    assert "(P < 0.05)" in papers[0].abstract
    assert notes == ["PubMed has 5,000 on that, of which 300 were fetched: more with -n"]


def test_pubmed_says_what_is_wrong_with_a_query(serve: Serve, fetched: Any) -> None:
    serve(lambda path, given, _: {"header": {}, "esearchresult": {"ERROR": "Search Backend failed: no such field"}})
    with pytest.raises(FetchError, match="PubMed refuses: Search Backend failed"):
        fetched(Request("pubmed", "moss[xx]"))


def test_hugging_face_day_by_day(serve: Serve, fetched: Any) -> None:
    today = date.today()

    def answer(path: str, given: dict[str, str], _: Any) -> Any:
        age = (today - date.fromisoformat(given["date"])).days
        return recorded.hf_daily([f"2602.0{age}{n:03}" for n in range(2)]) if age != 1 else []

    service = serve(answer)
    papers, _, _ = fetched(Request("hf-daily", "", (today - timedelta(days=3)).isoformat()))
    assert [p.id for p in papers] == [f"2602.0{age}{n:03}" for age in (0, 2, 3) for n in range(2)]
    assert len(service.asked) == 4
    assert (papers[0].authors, papers[0].year) == (("Ina Beck",), 2026)
    papers, _, _ = fetched(Request("hf-daily", "MOSS 2602.00001"))
    assert [p.id for p in papers] == ["2602.00001"]


def test_zotero_by_collection(serve: Serve, fetched: Any) -> None:
    items = [recorded.zotero(f"K{n}", added=f"2026-02-{28 - n // 10:02}T00:00:00Z") for n in range(120)]
    items[5] = recorded.zotero("K5", kind="attachment")

    def answer(path: str, given: dict[str, str], _: Any) -> Any:
        start = int(given["start"])
        if path == "/collections":
            return [{"key": "C1", "data": {"key": "C1", "name": "Moss"}}] if not start else []
        assert path == "/collections/C1/items/top"
        return items[start : start + int(given["limit"])]

    service = serve(answer)
    papers, _, _ = fetched(Request("zotero", collection="moss", number=10**6))
    assert len(papers) == 119
    assert papers[0].authors == ("Ina Beck",)
    assert (papers[0].id, papers[0].venue, papers[0].year) == ("10.5555/z.k0", "Moss Letters", 2026)
    assert papers[0].source == "zotero/moss"
    assert service.asked[0][2]["zotero-api-version"] == "3"
    papers, _, _ = fetched(Request("zotero", "", "2026-02-27", collection="C1", number=10**6))
    assert len(papers) == 19
    with pytest.raises(FetchError, match="no collection 'Crabs'; there are: Moss"):
        fetched(Request("zotero", collection="Crabs"))


def test_by_ids_from_whoever_has_the_abstract(serve: Serve, fetched: Any) -> None:
    def answer(path: str, given: dict[str, str], posted: Any) -> Any:
        if path == "/works":
            asked = [name.removeprefix("doi:") for name in given["filter"].split(",")]
            known = {
                "10.5555/a": "Moss takes up CO<jats:sub>2</jats:sub> (p &lt; 0.05).",
                "10.5555/b": "",
                "10.5555/c": "",
            }
            return recorded.crossref([recorded.crossref_work(d.upper(), known[d]) for d in asked if d in known])
        if path == "/works/doi:10.5555/b":
            return {**recorded.openalex_work(1), "doi": "https://doi.org/10.5555/b"}
        if path.startswith("/works/doi:"):
            return Fault(404, body="<html>Not found</html>")
        if path == "/paper/batch":
            assert posted == {"ids": ["DOI:10.5555/c", "DOI:10.5555/none"]}
            return [{**recorded.semantic_scholar(3), "externalIds": {"DOI": "10.5555/C"}}, None]
        if path == "/efetch.fcgi":
            return recorded.pubmed([i for i in given["id"].split(",") if i != "99"])
        return recorded.arxiv(["2405.14831"], 1)

    service = serve(answer)
    ids = parsed(
        ["arxiv:2405.14831v2", "https://arxiv.org/abs/2405.99999", "doi:10.5555/A", "https://doi.org/10.5555/b",
         "10.5555/c", "doi:10.5555/none", "pmid:11", "https://pubmed.ncbi.nlm.nih.gov/99/",
         "10.48550/arXiv.2405.14831v2"]
    )  # fmt: skip
    assert len(ids) == 8
    papers, rejected, notes = fetched(Request("ids", ids=ids, number=len(ids)))
    assert sorted(p.id for p in papers) == ["10.5555/a", "10.5555/b", "10.5555/c", "2405.14831", "pmid:11"]
    (first,) = (p for p in papers if p.id == "10.5555/a")
    assert (first.title, first.abstract) == ("Moss & walls", "Moss takes up CO2 (p < 0.05).")
    assert first.authors == ("Ina Beck", "Nosuch Moss Group")
    assert sorted(r.reason for r in rejected) == [
        "not found at Crossref, OpenAlex or Semantic Scholar with its abstract (doi:10.5555/none)",
        "not found at PubMed (pmid:99)",
        "not found at arXiv (arxiv:2405.99999)",
    ]
    assert not notes
    assert len(service.asked) == 7


def test_services_that_are_down_are_told_where_others_may_do(serve: Serve, fetched: Any) -> None:
    def answer(path: str, given: dict[str, str], _: Any) -> Any:
        if path == "/works":
            return recorded.crossref([recorded.crossref_work("10.5555/b")])
        return Fault(429, {"Retry-After": "86400"})

    serve(answer)
    papers, rejected, notes = fetched(Request("ids", ids=("doi:10.5555/b",), number=1))
    assert not papers
    assert len(rejected) == 1
    assert [note.partition(": ")[2] for note in notes] == [
        f"{name} asks to come back in 86,400 s: try again then" for name in ("OpenAlex", "Semantic Scholar")
    ]


@pytest.mark.parametrize("text", ["moss", "12345", "doi:", "pmid:x", "arxiv:99", ""])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(FetchError, match="not an id that papers can be fetched by"):
        parsed([text])
