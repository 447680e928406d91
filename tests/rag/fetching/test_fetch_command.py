"""`askpapers fetch` and `update`, from the command line to the ledger."""

from __future__ import annotations

import json
import os
import signal
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.rag.cli.test_cli import run  # noqa: F401 - a fixture
from tests.rag.fetching import recorded
from tests.rag.fetching.conftest import Serve
from tests.service_server import Fault


def answer(path: str, given: dict[str, str], _: Any) -> Any:
    """OpenAlex with three works, and arXiv with one."""
    if "id_list" in given or "search_query" in given:
        return recorded.arxiv(["2405.14831"], 1)
    return recorded.openalex(range(3), 3, None)


def test_fetched_papers_are_in_the_library_and_the_ledger(run: Any, serve: Serve, tmp_path: Path) -> None:  # noqa: F811
    service = serve(answer)
    code, out, err = run("fetch", "--from", "openalex", "moss", "on", "walls", "-n", 2)
    assert (code, out) == (0, "")
    assert "2 records: 2 added" in err
    assert "OpenAlex has 3 on that, of which 2 were fetched: more with -n" in err
    assert "2 added" in run("fetch", "--from", "openalex", "moss on roofs")[2].replace("1 added", "2 added")
    assert not list((tmp_path / "home" / "fetched").iterdir())
    entry = json.loads((tmp_path / "home" / "ledger.jsonl").read_text().splitlines()[0])
    assert entry["added"] == 2
    assert entry["notes"]
    assert "openalex/moss on walls: 2" in run("status")[1] or "openalex" in run("status")[1]
    assert "papers removed" in run("remove", "--source", "openalex")[2]
    assert service.asked


def test_a_paper_from_two_services_is_one(run: Any, serve: Serve, tmp_path: Path) -> None:  # noqa: F811
    serve(answer)
    bib = "@article{a, title={Moss paper 1}, author={Beck, Ina}, abstract={Moss number 1 grows.}, doi={10.5555/oa.1}}"
    (tmp_path / "a.bib").write_text(bib)
    run("index", tmp_path / "a.bib")
    assert "3 records: 2 added, 1 updated" in run("fetch", "--from", "openalex", "moss")[2]


def test_ids_and_update(run: Any, serve: Serve, tmp_path: Path) -> None:  # noqa: F811
    service = serve(answer)
    code, _, err = run("fetch", "2405.14831", "arxiv:2405.99999")
    assert code == 0
    assert "ids:2: not found at arXiv (arxiv:2405.99999)" in err
    run("fetch", "--from", "openalex", "moss", "--since", "2026-01-01")
    run("fetch", "--from", "openalex", "lichen", "--once")
    service.asked.clear()
    code, _, err = run("update")
    assert code == 0
    assert "1. ids: arxiv:2405.14831 arxiv:2405.99999" in err
    assert "2. openalex: moss since 2026-01-01, at most 100" in err
    assert "1 unchanged" in err
    assert "3 unchanged" in err
    assert len(service.asked) == 2
    over = (date.today() - timedelta(days=30)).isoformat()
    assert f"from_publication_date:{max('2026-01-01', over)}" in service.asked[1][1]["filter"]
    assert "lichen" not in err
    assert "2. openalex" in run("update", "--list")[2]
    assert "not asked any more: ids" in run("update", "--forget", 1)[2]
    assert "1. openalex" in run("update", "--list")[2]
    assert run("update", "--forget", 9)[0] == 1


def test_update_goes_on_after_a_service_that_fails(run: Any, serve: Serve) -> None:  # noqa: F811
    service = serve(answer)
    run("fetch", "2405.14831")
    run("fetch", "--from", "openalex", "moss")
    service.faults = [Fault(401, body="no")]
    code, _, err = run("update")
    assert code == 1
    assert "askpapers: arXiv refuses (HTTP 401): no" in err
    assert "3 unchanged" in err


def test_a_failure_is_one_line_and_the_library_as_it_was(run: Any, serve: Serve) -> None:  # noqa: F811
    service = serve(answer)
    service.faults = [Fault(400, body='{"message": "bad \\u001b[31mfilter"}')]
    code, _, err = run("fetch", "--from", "openalex", "moss")
    assert code == 1
    assert err.splitlines()[-1] == "askpapers: OpenAlex refuses (HTTP 400): bad [31mfilter"
    assert run("update")[0] == 1


def test_nothing_found(run: Any, serve: Serve) -> None:  # noqa: F811
    serve(lambda *_: recorded.openalex([], 0, None))
    code, _, err = run("fetch", "--from", "openalex", "nosuchmoss")
    assert code == 1
    assert "0 records" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name papers by their ids"),
        (["moss"], "not an id that papers can be fetched by: 'moss'"),
        (["--from", "scholar", "moss"], "'scholar' is no service; there are openalex, arxiv"),
        (["--from", "openalex"], "say what to search for"),
        (["--from", "pubmed", "--since", "2026-01-01"], "pubmed needs words to search for"),
        (["--from", "arxiv", "moss", "--since", "yesterday"], "yesterday"),
        (["--from", "arxiv", "moss", "--collection", "A"], "--collection goes with --from zotero"),
        (["arxiv:2405.14831", "-n", "3"], "go with --from"),
    ],
)
def test_wrong_usage(run: Any, arguments: list[str], said: str) -> None:  # noqa: F811
    code, _, err = run("fetch", *arguments)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())


def test_ctrl_c_keeps_what_was_fetched(run: Any, serve: Serve) -> None:  # noqa: F811
    def slow(path: str, given: dict[str, str], _: Any) -> Any:
        if given.get("page") == "2":
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            threading.Event().wait(2)
        start = (int(given["page"]) - 1) * 100
        return recorded.openalex(range(start, start + 100), 150, None)

    serve(slow)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # shells start jobs with it ignored
    try:
        code, _, err = run("fetch", "--from", "openalex", "moss", "-n", 150)
    finally:
        signal.signal(signal.SIGINT, before)
    assert code == 130
    assert "stopped; what was fetched is kept" in err
    serve(lambda path, given, _: recorded.openalex(range(100, 150), 150, None))
    code, _, err = run("fetch", "--from", "openalex", "moss", "-n", 150)
    assert "100 papers were fetched before it was cut off: going on from there" in err
    assert "150 records: 150 added" in err


@pytest.mark.parametrize("content", ["{", "{}", "[1]", '[{"request": {"service": "x"}, "last": "2026-01-01"}]'])
def test_a_damaged_list_of_searches_is_told(run: Any, serve: Serve, tmp_path: Path, content: str) -> None:  # noqa: F811
    serve(answer)
    run("fetch", "2405.14831")
    (tmp_path / "home" / "searches.json").write_text(content)
    code, _, err = run("update")
    if content == "{}":
        assert "nothing was fetched yet" in err
    else:
        assert "searches.json cannot be read" in err
    assert code == 1
