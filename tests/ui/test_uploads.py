"""Files sent to the real server: names that climb out of folders, files that were never sent, what is served back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.answering.assistant import Assistant
from rag.library import Library
from ui import app

GOOD = json.dumps({"title": "Sent", "abstract": "It was sent."}).encode()


@pytest.fixture
def http(library: Library) -> Iterator[httpx.Client]:
    page = app.build_app(Assistant(library))
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7690))
    with httpx.Client(base_url=page.local_url, timeout=60, trust_env=False) as client:
        yield client
    page.close(verbose=False)


def add(http: httpx.Client, path: str) -> str:
    """What the server says to the Add button pressed with that file."""
    config = http.get("config").json()
    (files,) = [c["id"] for c in config["components"] if c["props"].get("elem_id") == "files"]
    event = next(e for e in config["dependencies"] if e["inputs"][:1] == [files])
    data = [[{"path": path, "orig_name": "a.jsonl", "meta": {"_type": "gradio.FileData"}}], ""]
    body: dict[str, Any] = {"data": data, "fn_index": event["id"], "session_hash": "s"}
    joined = http.post("gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return joined.text
    with http.stream("GET", "gradio_api/queue/data", params={"session_hash": "s"}) as stream:
        return "\n".join(line for line in stream.iter_lines())


def test_files_that_climb_lie_or_were_never_sent(http: httpx.Client, library: Library, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_bytes(GOOD.replace(b"Sent", b"Secret"))
    before = len(library)
    for name in (
        "../../../tmp/evil.jsonl",
        "/etc/evil.jsonl",
        "..\\..\\evil.jsonl",
        "a\r\nb<img src=x>.jsonl",
        "x" * 300,
    ):
        sent = http.post("gradio_api/upload", files=[("files", (name, GOOD))])
        if sent.status_code != 200:
            continue
        (kept,) = map(Path, sent.json())
        assert ".." not in kept.parts
        assert kept.name not in ("..", "")
        assert not {"\r", "\n", "<", "\\"} & set(kept.name)
        assert kept.parent.parent == Path(http.get("config").json().get("root", "/")) or kept.is_relative_to(cache())
    assert "1 added" in add(http, str(kept)) or len(library) == before + 1
    for path in (
        str(secret),
        "/etc/passwd",
        f"{kept.parent}/../../../../../etc/passwd",
        str(library.home),
        "http://127.0.0.1:1/x",
    ):
        assert "added" not in add(http, path)
    assert len(library) == before + 1
    assert "Secret" not in [p.title for p in library.papers()]


def cache() -> Path:
    from gradio.utils import get_upload_folder

    return Path(get_upload_folder())


def test_nothing_but_the_page_is_served(http: httpx.Client, library: Library) -> None:
    inside = [p for p in library.home.rglob("*") if p.is_file()]
    assert inside
    for path in (
        "/etc/passwd",
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "pyproject.toml",
        *map(str, inside),
    ):
        for route in ("gradio_api/file=", "file=", "gradio_api/static/", "static/", "assets/"):
            got = http.get(route + path)
            assert got.status_code in (400, 403, 404), (route, path, got.status_code)
            assert "root:" not in got.text
    for address in ("http://169.254.169.254/latest", "https://lure.example/x"):
        assert http.get(f"gradio_api/proxy={address}").status_code >= 400
