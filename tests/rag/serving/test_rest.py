from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest

from rag.serving.guard import Access
from rag.serving.running import BUSY, Running
from tests.llm_server import Script, serving
from tests.rag.serving.conftest import Served

Serve = Callable[..., Served]
# A busy machine takes longer than the five seconds that httpx waits.
get, post = partial(httpx.get, timeout=60), partial(httpx.post, timeout=60)
QUESTION = "Which theory inspired HippoRAG?"


def test_ask_search_papers_check(serve: Serve) -> None:
    url = serve().url
    answer = post(f"{url}/api/ask", json={"question": QUESTION}).json()
    assert answer["outcome"] == "answered"
    assert answer["citations"][0]["paper_id"] == "t-hippo"
    assert answer["made_with"]["citations"][0]["paper_id"] == "t-hippo"
    found = get(f"{url}/api/search", params={"q": "memory", "k": 2, "year": 2024}).json()
    assert [hit["year"] for hit in found] == [2024, 2024]
    listed = get(f"{url}/api/papers", params={"limit": 2, "offset": 1}).json()
    assert (listed["total"], [p["id"] for p in listed["papers"]]) == (4, ["2410.10819", "t-ads"])
    paper = get(f"{url}/api/papers/2309.17453v2").json()
    assert paper["abstract"].startswith("Deploying")
    text = "HippoRAG beats other methods on multi-hop questions by up to 50% [1].\n\n[1] HippoRAG: Neurobiologically"
    report = post(f"{url}/api/check", json={"text": text}).json()
    assert report["paragraphs"][0][0]["differs"] == ["number 50%"]
    page = post(f"{url}/api/check", json={"text": text, "form": "html"})
    assert page.headers["content-type"].startswith("text/html")
    assert get(f"{url}/api/collection").json()["papers"] == 4
    sides = post(f"{url}/api/disagree", json={"claim": "People who use ad-blockers remember more ads."}).json()
    assert sides["about"][0]["paper_id"] == "t-ads"
    assert "cannot tell who disagrees" in sides["tells"]


def test_a_conversation_is_what_the_client_sends(serve: Serve) -> None:
    url = serve().url
    history = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": "HippoRAG [1].", "papers": ["t-hippo"]},
    ]
    asked = {"question": "By how much does it beat other methods?", "history": history}
    assert "20%" in post(f"{url}/api/ask", json=asked).json()["answer"]
    alone = post(f"{url}/api/ask", json={"question": asked["question"]}).json()
    assert alone["standalone"] == asked["question"], "nothing is kept of earlier requests"


def test_a_streamed_answer(serve: Serve) -> None:
    url = serve().url
    with httpx.stream("POST", f"{url}/api/ask", json={"question": QUESTION, "stream": True}, timeout=60) as response:
        events = [event.split("\n") for event in "".join(response.iter_text()).split("\n\n") if event]
    kinds = [event[0] for event in events]
    assert kinds[0] == "event: status"
    assert kinds[-1] == "event: answer"
    text = "".join(json.loads(e[1][6:]) for e in events if e[0] == "event: text")
    assert text == json.loads(events[-1][1][6:])["answer"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "ask", {"question": " "}, 422, "blank"),
        ("POST", "ask", {"question": "x" * 5000}, 422, "question: "),
        ("POST", "ask", {}, 422, "question: Field required"),
        ("POST", "ask", {"question": "x", "conversation": "of-somebody-else"}, 422, "conversation: "),
        ("POST", "ask", {"question": "x", "where": {"colour": 1}}, 422, "where.colour: "),
        ("POST", "ask", {"question": "x", "where": {"year": 10**30}}, 422, "where.year"),
        ("POST", "check", {"text": "x" * 2_500_000}, 422, "text: "),
        ("POST", "check", {"text": "A. " * 3_100_000}, 413, "at most 3 MB"),
        ("POST", "check", {"text": ""}, 422, "no sentence"),
        ("GET", "papers/..%2F..%2Fetc%2Fpasswd", None, 404, ""),
        ("GET", "papers/none", None, 404, "no paper has the id 'none'"),
        ("GET", "conversations/1", None, 404, "Not Found"),
        ("GET", "search?q=x&k=1000", None, 422, "query.k: "),
        ("DELETE", "papers/t-hippo", None, 405, "Method Not Allowed"),
    ],
)
def test_mistakes_have_one_form(serve: Serve, method: str, path: str, body: Any, status: int, said: str) -> None:
    response = httpx.request(method, f"{serve().url}/api/{path}", json=body, timeout=60)
    assert response.status_code == status
    error = response.json()["error"]
    assert said in error["message"]
    assert error["code"] == status
    assert "Traceback" not in response.text


def test_the_library_s_home_is_told_to_nobody(serve: Serve) -> None:
    served = serve()
    home = str(served.assistant.library.home)
    for path in ("api/collection", "api/papers", "api/openapi.json", "api/docs", "healthz", "metrics", "v1/models"):
        response = get(f"{served.url}/{path}")
        assert response.status_code == 200, path
        assert home not in response.text
        assert "http://" not in response.text.replace("http://127.0.0.1", ""), path


def test_what_can_be_watched(serve: Serve) -> None:
    url = serve().url
    assert get(f"{url}/healthz").json()["status"] == "ok"
    post(f"{url}/api/ask", json={"question": QUESTION})
    post(f"{url}/api/ask", json={"question": " "})
    text = get(f"{url}/metrics").text
    assert 'askpapers_questions_total{outcome="answered",protocol="rest"} 1.0' in text
    assert 'askpapers_questions_total{outcome="QuestionError",protocol="rest"} 1.0' in text
    assert 'askpapers_seconds_count{protocol="rest"} 2.0' in text
    assert HIPPO not in text


HIPPO = "HippoRAG"


def test_a_line_of_json_for_each_question(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "askpapers.questions"):
        post(f"{serve().url}/api/ask", json={"question": QUESTION})
    (line,) = [json.loads(record.message) for record in caplog.records if record.name == "askpapers.questions"]
    assert (line["protocol"], line["outcome"], line["model"]) == ("rest", "answered", "extractive")
    assert HIPPO not in json.dumps(line)


@pytest.mark.parametrize(
    ("access", "headers", "status"),
    [
        (Access(), {}, 200),
        (Access(), {"host": "evil.example"}, 403),
        (Access(), {"origin": "https://evil.example"}, 403),
        (Access(), {"origin": "http://localhost:3000"}, 200),
        (Access("0.0.0.0"), {}, 403),
        (Access(login=True), {}, 403),
        (Access("0.0.0.0", token="s3cret"), {}, 401),
        (Access("0.0.0.0", token="s3cret"), {"authorization": "Bearer wrong"}, 401),
        (Access("0.0.0.0", token="s3cret"), {"authorization": "Basic s3cret"}, 401),
        (Access("0.0.0.0", token="s3cret"), {"authorization": "Bearer s3cret", "host": "a.example"}, 200),
        (Access(token="s3cret"), {}, 401),
    ],
)
def test_who_is_let_in(serve: Serve, access: Access, headers: dict[str, str], status: int) -> None:
    url = serve(access=access, mcp=True).url
    for path in ("api/collection", "v1/models", "metrics"):
        response = get(f"{url}/{path}", headers=headers)
        assert response.status_code == status
        assert "s3cret" not in response.text
    if status != 200:
        told = post(f"{url}/mcp", headers=headers, json={}).json()
        assert told["jsonrpc"] == "2.0"
        assert "ASKPAPERS_TOKEN" in told["error"]["message"]
    assert get(f"{url}/healthz").status_code == 200


def test_200_questions_at_once(serve: Serve) -> None:
    """Each is answered, or told that the server is busy; none is lost, and afterwards all is as before."""
    running = Running(at_once=2, max_waiting=8)
    served = serve(running=running)

    def ask(number: int) -> tuple[int, str]:
        response = post(f"{served.url}/api/ask", json={"question": QUESTION}, timeout=60)
        return response.status_code, response.text

    with ThreadPoolExecutor(200) as pool:
        replies = list(pool.map(ask, range(200)))
    statuses = [status for status, _ in replies]
    assert set(statuses) == {200, 503}
    assert all("t-hippo" in text for status, text in replies if status == 200)
    assert all(json.loads(text)["error"]["message"] == BUSY for status, text in replies if status == 503)
    assert running.counts == (0, 0)
    assert ask(0)[0] == 200


def test_who_leaves_in_mid_answer_lets_go_of_the_model(serve: Serve) -> None:
    with serving(Script("HippoRAG is inspired by a theory. [1.1] ", "More. " * 50, delay=0.5)) as server:
        served = serve(llm=server.url)
        with pytest.raises(httpx.ReadTimeout):
            post(f"{served.url}/api/ask", json={"question": QUESTION}, timeout=0.2)
        until = time.monotonic() + 10
        while served.running.counts != (0, 0) and time.monotonic() < until:
            threading.Event().wait(0.05)
        assert served.running.counts == (0, 0)


def test_an_error_of_the_model_is_told(serve: Serve) -> None:
    with serving(Script(status=500)) as server:
        served = serve(llm=server.url)
        response = post(f"{served.url}/api/ask", json={"question": QUESTION}, timeout=60)
        assert response.status_code == 502
        assert "error" in response.json()
