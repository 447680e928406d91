"""Questions to a report: the product's own `ask` and the baselines beside it, or answers that another system gave."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import baselines as base
from eval.aggregate import Answered, build_report, claim_row
from eval.answers import read_answers, to_reply
from eval.asking import Ask, answer_all, ask_case, dump, prepare
from eval.cases import LATER_FIELDS, Case, check_cases, read_cases
from eval.forms import FormsReport, form_cases, forms_wanted, weigh_forms
from eval.hiding import hiding
from eval.metrics import Reply
from eval.render import write_report
from eval.report import Report, save
from eval.score import Scorer, judge_hash, source_hash
from eval.stats import JudgeError
from rag.answering import prompts
from rag.errors import SourceError
from rag.models.llms import ChatModel, name_of

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant
    from rag.answering.judges import Judge
    from rag.library import Library

CACHE = "judgements.sqlite"  # beside the index

Questions = str | Path | Sequence[Case]


def evaluate(
    assistant: Assistant,
    questions: Questions,
    *,
    split: str | None = None,
    judge: str | Judge = "coverage",
    out: str | Path | None = None,
    parallel: int = 1,
    baselines: bool = True,
    judge_error: JudgeError | None = None,
    forms: int | None = None,
    fresh: bool = False,
    progress: bool = True,
) -> Report:
    """Asks the assistant every question, judges what it says, and reports; into the folder `out` where given.

    `forms` is how many papers, and how many of the questions, are asked about in ten wordings (see `eval.forms`);
    by itself fewer where a model answers.

    A run that was cut off goes on where it stopped when it is given the same `out`; `fresh` throws away what is there.
    `parallel` is how many questions are asked, and sentences judged, at a time. Raises SourceError for questions that
    do not hold against the library and for an `out` that holds another run, LLMError when a model is down.
    """
    library = assistant.library
    cases = _cases(questions, split, library)
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(out or passing)
        header = {"hashes": _hashes(library, cases), "settings": _settings(assistant)}
        prepare(folder, header, fresh)
        name = f"askpapers ({name_of(assistant.llm)})"
        asks: dict[str, Ask] = {name: lambda case: ask_case(assistant, case)}
        asks |= _baselines(library, assistant.llm) if baselines else {}
        rows = {}
        for system, ask in asks.items():
            with bar(system, len(cases), progress) as shown:
                path = folder / ("answers.jsonl" if system == name else f"baselines/{system.replace(' ', '-')}.jsonl")
                rows[system] = answer_all(cases, ask, path, parallel, shown.update)
        wanted = form_cases(library, cases, forms_wanted(forms, assistant.llm is not None))
        with bar("other wordings", len(wanted), progress and bool(wanted)) as shown:
            told = answer_all(wanted, asks[name], folder / "forms.jsonl", parallel, shown.update) if wanted else []
        worded = weigh_forms(FormsReport(wanted, list(map(to_reply, told))))
        about = {"split": split, "settings": header["settings"], **_made(cases)}
        judge = judge_for(judge, library, assistant.llm)
        about["forms"] = worded
        return _report(rows, cases, library, judge, header["hashes"], about, parallel, judge_error, out, progress)


def _made(cases: Sequence[Case]) -> dict[str, int]:
    """How many of the questions a program made; nothing where none."""
    made = sum("made" in case.tags for case in cases)
    return {"made": made} if made else {}


def score_answers(
    answers: str | Path,
    library: Library,
    questions: Questions | None = None,
    *,
    split: str | None = None,
    judge: str | Judge = "coverage",
    out: str | Path | None = None,
    parallel: int = 1,
    baselines: bool = True,
    judge_error: JudgeError | None = None,
    progress: bool = True,
) -> Report:
    """The report on answers that any system gave; without questions, of what they cite only.

    Raises SourceError that lists every line that cannot be scored; then nothing is.
    """
    cases = None if questions is None else _cases(questions, split, library)
    if hidden := [case.name for case in cases or () if case.without]:
        raise SourceError(f"{hidden[0]} hides sentences ('without'), which only eval run can; leave such questions out")
    replies = read_answers(answers, cases)
    asked = [Case(r.id, "all", r.question) for r in replies] if cases is None else cases
    about = {"split": split, "settings": {"answers": Path(answers).name}}
    hashes = {**_hashes(library, asked), "prompts": "", "code": ""}
    rows: dict[str, Any] = {Path(answers).stem: replies}
    if cases is not None and baselines:
        rows |= {name: [ask(case) for case in cases] for name, ask in _baselines(library, None).items()}
    judge = judge_for(judge, library, None)
    return _report(rows, cases, library, judge, hashes, about, parallel, judge_error, out, progress)


def corpus_hash(library: Library) -> str:
    """SHA-256 of the paper ids and their content hashes, sorted."""
    return _hash(sorted(library.index.forward_index.hashes().items()))


def _cases(questions: Questions, split: str | None, library: Library) -> list[Case]:
    """The questions, once they hold against the library."""
    if isinstance(questions, (str, Path)):
        cases = read_cases(questions, split)
    else:
        cases = [case for case in questions if split is None or case.split == split]
    problems = check_cases(cases, library.papers())
    if problems or not cases:
        raise SourceError("\n".join(problems) or "no question")
    return cases


def _hashes(library: Library, cases: Sequence[Case]) -> dict[str, str]:
    return {
        "corpus": corpus_hash(library),
        "questions": _hash(sorted(json.dumps(_content(c), sort_keys=True) for c in cases)),
        "prompts": source_hash(prompts.__name__),
        "code": source_hash("rag", base.__name__, "eval.forms"),
    }


def _content(case: Case) -> dict[str, Any]:
    """What a question says. Fields that came later count only where they are used, so that old hashes hold."""
    content = {**asdict(case), "place": ""}
    return {name: value for name, value in content.items() if value or name not in LATER_FIELDS}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def _settings(assistant: Assistant) -> dict[str, Any]:
    """What the assistant was set to, its models by name."""
    return {
        "sources": assistant.sources,
        "checking": assistant.checking,
        "judge": getattr(assistant.judge, "name", assistant.judge),
        "llm": name_of(assistant.llm),
        "embedding": assistant.library.index.fingerprint["embedding"],
    }


def judge_for(judge: str | Judge, library: Library, llm: ChatModel | None = None) -> Judge:
    """A judge for its setting; a judge is passed through."""
    from rag.answering.judges import load_judge

    return load_judge(judge, library, llm) if isinstance(judge, str) else judge


def _baselines(library: Library, llm: ChatModel | None) -> dict[str, Ask]:
    asks: dict[str, Ask] = {
        base.RANDOM: lambda case: base.random_paper(library, case),
        base.COPIED: lambda case: base.first_passage(hiding(library, case.without), case),
    }
    return {**asks, base.CLOSED: lambda case: base.closed_book(llm, case)} if llm is not None else asks


def _report(
    rows: Mapping[str, Sequence[Any]],
    cases: Sequence[Case] | None,
    library: Library,
    judge: Judge,
    hashes: Mapping[str, str],
    about: Mapping[str, Any],
    parallel: int,
    error: JudgeError | None,
    out: str | Path | None,
    progress: bool,
) -> Report:
    """Judges the rows (or replies) of all systems, and writes the report where there is an `out`."""
    version = judge_hash(judge.level)
    if error is not None and error.judge != judge.name:
        raise SourceError(f"the error of judge {error.judge!r} cannot correct figures of {judge.name!r}")
    if error is not None and error.version != version:
        raise SourceError(f"judge {judge.name!r} has changed since its error was measured: run eval meta again")
    coverage = judge if judge.level == 0 else judge_for("coverage", library, None)
    answered = {}
    with closing(Scorer(judge, coverage, library.home / CACHE, parallel)) as scorer:
        for name, given in rows.items():
            replies = [row if isinstance(row, Reply) else to_reply(row) for row in given]
            seconds = [r.seconds for r in replies]
            with bar(f"judging {name}", sum(len(r.claims) for r in replies if not r.abstained), progress) as shown:
                answered[name] = Answered(replies, scorer.judge_all(replies, shown.update), seconds)
    told = {"judge": judge.name, "level": judge.level, "judgements": scorer.judgements, "failures": scorer.failures}
    known = [None] * len(next(iter(answered.values())).replies) if cases is None else cases
    report = build_report(
        answered, known, {**hashes, "judge": version}, {**about, **told, "questions": len(known)}, judge.level, error
    )
    report = replace(report, forms=report.about.pop("forms", {}))
    report.timings.update(judge_calls=scorer.calls, parallel=parallel)
    if out is not None:
        first = next(iter(answered.values()))
        claims = [
            {"id": f"{reply.id}-{n}", "group": reply.id, "title": "", **claim_row(j)}
            for reply, judged in zip(first.replies, first.judged, strict=True)
            for n, j in enumerate(judged, 1)
        ]
        save(Path(out) / "claims.jsonl", dump(claims))
        write_report(report, out)
    return report


def bar(what: str, total: int, shown: bool) -> Any:
    """A progress bar, in a terminal or a notebook."""
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=what, disable=not shown)
