"""Cases put to an answerer: a row each, on disk as soon as it is there, so that a run that was cut off goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from eval.answers import ranking, to_row
from eval.cases import Case
from eval.hiding import hiding
from eval.metrics import DEPTH
from eval.overheard import Heard, Overheard
from eval.report import save
from eval.score import in_parallel
from rag.answering.calibration import calibration_of
from rag.errors import LLMError, SourceError

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant
    from rag.library import Library
    from rag.models.llms import ChatModel
    from rag.retrieval.hybrid import Retrieved

Ask = Callable[[Case], dict[str, Any]]


def prepare(folder: Path, header: Mapping[str, Any], fresh: bool) -> None:
    """Makes sure that what lies in the folder belongs to this run."""
    known = folder / "run.json"
    if fresh:
        for path in (*folder.glob("*.jsonl*"), *folder.glob("baselines/*.jsonl*"), known):
            path.unlink(missing_ok=True)
    if known.exists():
        old = json.loads(known.read_text(encoding="utf-8"))
        differ = [k for k in header["hashes"] if old["hashes"].get(k) != header["hashes"][k]]
        differ += ["settings"] * (old["settings"] != header["settings"])
        if differ:
            raise SourceError(f"{folder} holds a run of other {', '.join(differ)}; give another --out, or --fresh")
    save(known, json.dumps(header, ensure_ascii=False, indent=1) + "\n")


def ask_case(assistant: Assistant, case: Case) -> dict[str, Any]:
    """The product's answer as a row, with the papers found and what a model was sent and wrote. Raises LLMError."""
    heard = Heard()
    listened = copy(assistant)
    listened.library = cast("Library", _Remembering(hiding(assistant.library, case.without)))
    listened.llm = cast("ChatModel", Overheard(assistant.llm, heard)) if assistant.llm else None
    answer = listened.ask(case.question, history=case.history)
    retrieved = listened.library.retrieve(answer.standalone or case.question, DEPTH)
    return to_row(case, answer, *ranking(retrieved, calibration_of(assistant.library)), heard.to_dict())


class _Remembering:
    """Passes everything on to a library, and searches once for what is asked twice: by the product, and to rank."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._found: dict[str, Retrieved] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def __len__(self) -> int:
        return len(self._library)

    def retrieve(self, query: str, k: int, where: Mapping[str, Any] | None = None) -> Retrieved:
        """As Library.retrieve; the first k of more are the same as k."""
        if where or k > DEPTH:
            return self._library.retrieve(query, k, where)
        if query not in self._found:
            self._found[query] = self._library.retrieve(query, DEPTH)
        found = self._found[query]
        return replace(found, matches=found.matches[:k])


def answer_all(
    cases: Sequence[Case], ask: Ask, path: Path, parallel: int, tick: Callable[[], object]
) -> list[dict[str, Any]]:
    """One row a case, in their order; each is on disk as soon as it is there, in `path` once all are.

    Seconds, which no two runs share, go into a file of their own.
    """
    part, apart = path.with_suffix(".partial.jsonl"), path.with_suffix(".timings.jsonl")
    rows = {row["id"]: row for file in (path, part) if file.exists() for row in lines(file)}
    seconds = {row["id"]: row["timings"] for row in lines(apart)} if apart.exists() else {}
    for row in rows.values():
        row.setdefault("timings", seconds.get(row["id"], {}))
        tick()
    missing = [case for case in cases if case.id not in rows]
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("a", encoding="utf-8") as file, closing(in_parallel(ask, missing, parallel)) as done:
            for case, row in done:
                rows[case.id] = row
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
                tick()
    except LLMError as error:
        raise LLMError(f"{error}; {len(rows)} of {len(cases)} answers are kept, run again to go on") from error
    ordered = [rows[case.id] for case in cases]
    save(apart, dump([{"id": row["id"], "timings": row["timings"]} for row in ordered]))
    save(path, dump([{k: v for k, v in row.items() if k != "timings"} for row in ordered]))
    os.unlink(part)
    return ordered


def lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file; a last one that was cut off is taken away from it."""
    text = path.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if whole != text:
        path.write_bytes(whole)
    return [json.loads(line) for line in whole.decode().split("\n") if line]


def dump(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
