"""Services that are busy, broken, changed or slow; fetches that are cut off and go on."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from rag.errors import FetchError
from rag.fetching import Access, Request, Spool, download
from rag.fetching.services import open_service
from tests.conftest import ROOT
from tests.rag.fetching import recorded
from tests.rag.fetching.conftest import Serve
from tests.service_server import Fault

SEARCH = Request("openalex", "moss", number=300)
KEY = "canary-key-5d41402abc"
ACCESS = Access("ina@x.org", {"openalex": KEY, "pubmed": KEY, "semanticscholar": KEY})


def pages(path: str, given: dict[str, str], _: Any) -> Any:
    """OpenAlex with 250 works."""
    start = int(given.get("cursor", "*").replace("*", "0"))
    return recorded.openalex(range(start, min(start + 100, 250)), 250, str(start + 100) if start < 200 else None)


def test_busy_is_waited_for_as_long_as_the_service_says(serve: Serve, fetched: Any, pauses: list[float]) -> None:
    at = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=40))
    service = serve(pages)
    service.faults = [Fault(429, {"Retry-After": "7"}), Fault(503, {"Retry-After": at}), Fault(500), Fault(502), None]
    papers, _, _ = fetched(SEARCH, ACCESS)
    assert len(papers) == 250
    long = [pause for pause in pauses if pause > 0.2]
    assert long[0] == 7
    assert 35 < long[1] <= 40
    assert 4 <= long[2] < 5
    assert 8 <= long[3] < 9


@pytest.mark.parametrize("said", ["", "soon", "-5", "Wed, 99 Foo 2026", "9" * 50, "٣"])
def test_strange_retry_after(serve: Serve, fetched: Any, pauses: list[float], said: str) -> None:
    service = serve(pages)
    service.faults = [Fault(429, {"Retry-After": said.encode().decode("latin-1")})]
    if said.startswith("999"):
        with pytest.raises(FetchError, match="asks to come back in 999,999,999 s"):
            fetched(SEARCH, ACCESS)
    else:
        assert len(fetched(SEARCH, ACCESS)[0]) == 250


def test_half_a_page_is_asked_for_again(serve: Serve, fetched: Any) -> None:
    service = serve(pages)
    whole = json.dumps(pages("", {}, None)).encode()
    cut = Fault(200, body=whole[: len(whole) // 2])  # whole by its length, half as JSON
    service.faults = [Fault(half=True), cut, Fault(200, body=""), Fault(200, body="<html>Sign in</html>"), None]
    papers, _, _ = fetched(SEARCH, ACCESS)
    assert len(papers) == 250
    assert len(service.asked) == 3 + 4


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ([Fault(429)] * 5, r"OpenAlex is busy \(HTTP 429\); tried 5 times"),
        ([Fault(429, {"Retry-After": "3600"})], "OpenAlex asks to come back in 3,600 s: try again then"),
        ([Fault(half=True)] * 5, r"OpenAlex cannot be reached \(RemoteProtocolError\)"),
        ([Fault(body=b'{"results": [')] * 5, "OpenAlex answered with what is not whole JSON"),
        ([Fault(body=b"<!DOCTYPE html><html>Wifi")] * 5, "a web page in place of JSON: is there a login page"),
        ([Fault(body=b'{"data": []}')], r"a form that is not known \(no 'results'\): has its service changed"),
        ([Fault(body=b"[1, 2]")], "a form that is not known"),
        ([Fault(body=b'{"results": {}, "meta": {}}')], "a form that is not known"),
        ([Fault(body=b"[" * 100_000)] * 5, "not whole JSON"),
        ([Fault(400, body='{"error": "Invalid filter", "message": "No such field"}')], "HTTP 400.*No such field"),
        ([Fault(401, body=f'{{"error": "bad key {KEY}"}}')], r"bad key \*\*\*; is its key right"),
        ([Fault(403, body="<html>no</html>")], r"OpenAlex refuses \(HTTP 403\); is its key right"),
        ([Fault(302, {"Location": "http://192.0.2.1/works"})], "OpenAlex has moved to 192.0.2.1: not followed"),
        ([Fault(302, {"Location": "/works"})] * 4, "sends us in a circle"),
    ],
)
def test_what_cannot_be_helped_is_one_line(serve: Serve, fetched: Any, faults: list[Fault], said: str) -> None:
    service = serve(pages)
    service.faults = list(faults)
    with pytest.raises(FetchError, match=said) as caught:
        fetched(SEARCH, ACCESS)
    assert KEY not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not service.faults


def test_silence_and_floods_end(serve: Serve, fetched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.fetching.http.TIMEOUT", 0.3)
    monkeypatch.setattr("rag.fetching.http.TRIES", 2)
    service = serve(pages)
    service.faults = [Fault(silent=5), Fault(silent=5)]
    with pytest.raises(FetchError, match="OpenAlex does not answer in time; tried 2 times"):
        fetched(SEARCH, ACCESS)
    monkeypatch.setattr("rag.fetching.http.TIMEOUT", 60)
    monkeypatch.setattr("rag.fetching.http.MAX_BYTES", 1000)
    with pytest.raises(FetchError, match="more than 1,000 bytes"):
        fetched(SEARCH, ACCESS)


def test_nobody_at_home(serve: Serve, fetched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(pages)
    monkeypatch.setattr("rag.fetching.zotero.URL", "http://127.0.0.1:9/api/users/0")
    with pytest.raises(FetchError, match=r"Zotero cannot be reached.*start Zotero, and allow it in its settings"):
        fetched(Request("zotero"))
    serve(lambda *_: Fault(403, body="Local API is not enabled"))
    with pytest.raises(FetchError, match="Zotero does not allow it: start Zotero"):
        fetched(Request("zotero"))


@pytest.mark.parametrize(
    ("service", "body", "said"),
    [
        ("arxiv", b"<rss/>", "no <feed>"),
        ("arxiv", b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>", "not whole XML"),
        ("arxiv", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>', "not whole XML"),
        ("semanticscholar", b'{"papers": []}', "no 'data'"),
        ("semanticscholar", b"null", "no 'data'"),
        ("pubmed", b'{"esearchresult": {}}', "no 'idlist'"),
        ("pubmed", b"[]", "no 'esearchresult'"),
        ("hf-daily", b'{"error": "x"}', "no list of papers"),
        ("zotero", b"{}", "no list of items"),
    ],
)
def test_other_forms_are_told(serve: Serve, fetched: Any, service: str, body: bytes, said: str) -> None:
    serve(lambda *_: body)
    with pytest.raises(FetchError, match=said):
        fetched(Request(service, "moss"))


@pytest.mark.parametrize("inside", [None, 3, "x", [], {}, {"title": 3}, {"title": None, "abstract": ["x"]}])
@pytest.mark.parametrize("service", ["openalex", "semanticscholar", "hf-daily", "zotero", "ids"])
def test_strange_records_are_rejected_or_read(serve: Serve, fetched: Any, service: str, inside: Any) -> None:
    """Lists of what is no record, where a record belongs."""
    replies = {
        "openalex": {"meta": {"count": "many", "next_cursor": 7}, "results": [inside]},
        "semanticscholar": {"total": "x", "data": [inside]},
        "hf-daily": [{"paper": inside}, inside],
        "zotero": [{"data": inside}, inside],
        "ids": {"message": {"items": [inside, {"DOI": 3}]}, "abstract_inverted_index": inside},
    }
    if service == "ids":
        serve(lambda path, *_: [inside] if path.endswith("batch") else replies["ids"])
        fetched(Request("ids", ids=("doi:10.5555/a",), number=1))
    else:
        serve(lambda *_: replies[service])
        fetched(Request(service, "" if service == "hf-daily" else "moss"))


def test_what_was_fetched_is_kept_and_the_rest_follows(serve: Serve, tmp_path: Path) -> None:
    service = serve(pages)
    service.faults = [None, None, *[Fault(500)] * 5]
    openalex, home = open_service("openalex", ACCESS), tmp_path / "home"
    with pytest.raises(FetchError, match="200 papers are kept, the same command again fetches the rest"):
        download(openalex, Spool(home, SEARCH))
    kept = list((home / "fetched").rglob("*"))
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in kept)
    service.asked.clear()
    spool = Spool(home, SEARCH)
    assert spool.records == 200
    download(openalex, spool)
    assert [given["cursor"] for _, given, _ in service.asked] == ["200"]
    assert spool.records == 250
    spool.remove()
    assert not Spool(home, SEARCH).records


def test_a_place_that_is_not_known_any_more(serve: Serve, tmp_path: Path) -> None:
    service = serve(pages)
    service.faults = [None, Fault(400, body="bad cursor"), Fault(400, body="bad cursor")]
    for said in ("are kept", "the same command again begins anew"):
        with pytest.raises(FetchError, match=said):
            download(open_service("openalex", ACCESS), Spool(tmp_path, SEARCH))
    assert Spool(tmp_path, SEARCH).records == 0


@pytest.mark.parametrize("content", ["", "[]", "{", '{"pages": ["00009.jsonl"]}', "\0"])
def test_a_damaged_state_begins_anew(serve: Serve, tmp_path: Path, content: str) -> None:
    serve(pages)
    spool = Spool(tmp_path, SEARCH)
    spool.folder.mkdir(parents=True)
    (spool.folder / "state.json").write_text(content)
    spool = Spool(tmp_path, SEARCH)
    download(open_service("openalex", ACCESS), spool)
    assert spool.records == 250


def test_what_was_left_long_ago_is_removed(serve: Serve, tmp_path: Path) -> None:
    serve(pages)
    old = Spool(tmp_path, SEARCH)
    download(open_service("openalex", ACCESS), old)
    os.utime(old.folder, (0, 0))
    assert not Spool(tmp_path, SEARCH).records
    assert not old.folder.exists()


def test_a_service_that_turns_in_a_circle_ends(serve: Serve, fetched: Any) -> None:
    service = serve(lambda path, given, _: recorded.openalex(range(100), 10**6, "same"))
    papers, _, _ = fetched(Request("openalex", "moss", number=10**6), ACCESS)
    assert len(papers) == 200
    assert len(service.asked) == 2


KILLED = """
import sys
import rag.fetching.openalex
rag.fetching.openalex.URL = sys.argv[1]
from pathlib import Path
from rag.fetching import Access, Request, Spool, download
from rag.fetching.services import open_service
spool = Spool(Path(sys.argv[2]), Request("openalex", "moss", number=300))
download(open_service("openalex", Access("", {"openalex": "k"})), spool)
"""


def test_killed_in_the_middle_it_goes_on(serve: Serve, tmp_path: Path) -> None:
    service = serve(pages)
    service.faults = [None, Fault(silent=30)]
    process = subprocess.Popen([sys.executable, "-c", KILLED, service.url, str(tmp_path)], cwd=ROOT)
    until = time.monotonic() + 30
    while len(service.asked) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    spool = Spool(tmp_path, SEARCH)
    assert spool.records == 100
    service.asked.clear()
    download(open_service("openalex", ACCESS), spool)
    assert [given["cursor"] for _, given, _ in service.asked] == ["100", "200"]
    assert spool.records == 250
