from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import gradio as gr
import httpx
import pytest

from rag.answering.assistant import Assistant
from rag.answering.themes import themes
from rag.errors import SettingsError
from rag.indexing.writer import writing
from rag.library import Library
from rag.serving.guard import Access
from rag.serving.running import Running
from rag.serving.site import site
from tests.ui.scripted import Scripted
from tests.ui.serving import server_process
from ui import access, app
from ui.library_tab import LibraryTab
from ui.settings_tab import SettingsTab


@pytest.fixture
def client(library: Library) -> Iterator[Any]:
    from gradio_client import Client

    page = app.build_app(Assistant(library))
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7990))
    caller = Client(page.local_url, verbose=False)
    yield caller
    caller.close()
    page.close(verbose=False)


def test_the_page_names_no_other_host_and_programs_can_ask_and_search(client: Any) -> None:
    with urlopen(client.src) as page, urlopen(client.src + "config") as config:
        served = page.read().decode() + config.read().decode()
    assert "askpapers.listen" in served
    assert "fonts.g" not in served
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/ask", "/search"}
    answer = client.predict("What does StreamingLLM keep as attention sinks?", None, None, api_name="/ask")
    assert answer["citations"][0]["paper_id"] == "2309.17453"
    found = client.predict("memory", 2, {"year": 2024}, api_name="/search")
    assert len(found) == 2
    assert {row["year"] for row in found} == {2024}
    for where, words in (({"colour": 1}, "cannot filter by 'colour'"), (None, "the question is blank")):
        with pytest.raises(Exception, match=words):
            client.predict("x" if where else " ", None, where, api_name="/ask")


def test_programs_are_served_beside_the_page(library: Library) -> None:
    running = Running()
    page = app.build_app(Assistant(library), running=running)
    beside = site(Assistant(library), running, Access(), mcp=True)
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7990), None, beside)
    with urlopen(page.local_url + "config") as config, urlopen(page.local_url + "api/collection") as collection:
        assert b"askpapers" in config.read()
        assert json.load(collection)["papers"] == 4
    with urlopen(page.local_url + "healthz") as health, urlopen(page.local_url + "v1/models") as models:
        assert json.load(health)["status"] == "ok"
        assert json.load(models)["data"][0]["id"] == "askpapers"
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    headers = {"accept": "application/json, text/event-stream", "mcp-session-id": "none"}
    assert httpx.post(page.local_url + "mcp", json=hello, headers=headers).status_code == 404
    page.close(verbose=False)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGTERM ends a process at once on Windows")
def test_serve_takes_the_next_free_port_and_ends_on_sigterm(library: Library) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with server_process(library.home, port) as server:
            try:
                assert server.stdout
                address = server.stdout.readline().strip()
                assert address.startswith("http://127.0.0.1:")
                assert f":{port}/" not in address
                with urlopen(address) as page:
                    assert b"askpapers" in page.read()
            finally:
                server.send_signal(signal.SIGTERM)
                assert server.wait(10) == 0


def test_the_page_is_not_opened_to_others_without_a_login(library: Library) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org"):
        with pytest.raises(SettingsError, match="--auth USER:PASSWORD-FILE, or --insecure"):
            app.serve(Assistant(library), host=host, on_ready=print)
    for host in ("127.0.0.1", "::1", "localhost", "127.3.2.1"):
        access.check_host(host, protected=False, insecure=False)
    access.check_host("0.0.0.0", protected=True, insecure=False)
    access.check_host("0.0.0.0", protected=False, insecure=True)


def test_a_login_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret: really\nsecond line")
    assert access.login(f"ada:{file}") == ("ada", "s3cret: really")
    file.write_text("\n")
    for setting in ("ada", "ada:", f":{file}", f"ada:{file}", f"ada:{tmp_path}", "ada:/nowhere"):
        with pytest.raises(SettingsError, match="--auth"):
            access.login(setting)


def test_settings_make_an_assistant_of_their_own(library: Library, model: Scripted, no_server: None) -> None:
    given = Assistant(library, model, sources=3)
    with gr.Blocks():
        tab = SettingsTab(given)
    chosen = tab.assistant("extractive", "flag", 99)
    assert (chosen.llm, chosen.checking, chosen.sources) == (None, "flag", 20)
    assert tab.assistant("model", "strict", 1).llm is given.llm
    assert (given.llm and given.llm.llm, given.checking, given.sources) == (model, "strict", 3)


@pytest.fixture
def tab(library: Library, no_server: None) -> LibraryTab:
    with gr.Blocks():
        return LibraryTab(library)


def test_the_library_is_listed_filtered_and_sorted(tab: LibraryTab) -> None:
    everything, more, _ = tab.rows(25, "", "Title", [], [], [])
    assert everything.index("DuoAttention") < everything.index("Efficient") < everything.index("HippoRAG")
    assert not more.visible
    newest, _, _ = tab.rows(25, "", "Newest first", [], [], [])
    assert newest.index("DuoAttention") < newest.index("Efficient")
    only, _, _ = tab.rows(25, "", "Title", ["2024"], ["cs.CL"], [])
    assert only.count("<details") == 1
    found, _, _ = tab.rows(25, "hippocampal memory", "Title", [], [], [])
    assert "HippoRAG" in found
    assert "DuoAttention" not in found, "it has none of the words"
    first, more, _ = tab.rows(1, "", "Title", [], [], [])
    assert more.visible
    assert "1 of 4" in first
    assert tab.only(["2024"], [], ["pages/b.txt"])[0] == {"year": ["2024"], "source": ["pages/b.txt"]}
    summary, _, years, *_ = tab.fresh()
    assert "4 papers from 3 sources" in summary
    assert years.choices == [("2024 (2)", "2024"), ("2023 (1)", "2023")]
    nearest, _, _ = tab.rows(25, "zzyzx", "Title", [], [], [])
    assert "No paper has the words “zzyzx”" in nearest
    titled, _, _ = tab.rows(25, "efficient streaming language", "Title", [], [], [])
    assert titled.index("Efficient Streaming") < titled.index("DuoAttention")
    assert tab.narrow(SimpleNamespace(name="year", value="year 2024"))[0] == {"year": ["2024"]}
    assert tab.narrow(SimpleNamespace(name="theme", value="no such theme"))[0] == {}
    theme = themes(tab._library)[0]
    assert tab.narrow(SimpleNamespace(name="theme", value=", ".join(theme.words)))[0] == {"id": list(theme.ids)}
    assert tab.narrow(SimpleNamespace(name="only", value="id t-hippo t-ads"))[1].value == "Only 2 papers ✕"


def test_papers_are_added_and_removed(tab: LibraryTab, library: Library, tmp_path: Path) -> None:
    records = [{"title": f"Paper <b>{n}</b>", "abstract": f"It is about subject {n}."} for n in (1, 2)]
    file = tmp_path / "new.jsonl"
    file.write_text("\n".join(json.dumps(r) for r in records) + "\nnot json")
    steps: list[Any] = []
    ledger, _, _ = tab.take([str(file)], "", lambda *step, **_: steps.append(step))
    assert "3 records: 2 added, 0 updated, 0 unchanged, 0 duplicates, 1 rejected" in ledger
    assert "new.jsonl:3" in ledger
    assert steps[-1] == ((2, 2),)
    pasted, _, emptied = tab.take(None, json.dumps({"title": "Pasted", "abstract": "Text."}), lambda *_, **__: None)
    assert "1 added" in pasted
    assert emptied == ""
    assert len(library) == 7
    with pytest.raises(gr.Error):
        tab.take(None, " ")
    assert "2 papers of new.jsonl removed" in tab.drop_source("new.jsonl")
    assert tab.drop_source(None) == gr.skip()
    assert "1 paper" in tab.drop(SimpleNamespace(value="t-hippo"))
    assert len(library) == 4


def test_a_locked_library_says_so(tab: LibraryTab, library: Library) -> None:
    there, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(library.index):
            there.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    there.wait(10)
    try:
        with pytest.raises(gr.Error, match="is writing to"):
            tab.drop(SimpleNamespace(value="t-hippo"))
    finally:
        done.set()
        thread.join()
