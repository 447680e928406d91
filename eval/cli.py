"""`askpapers eval`, also `python -m eval`: reports go to stdout and to files, all else to stderr.

Exit codes: 0 done or passed, 1 the gate says no, or something failed, 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval import questions_cli
from eval.questions_cli import ASKED, SHIPPED
from rag.cli.options import Checking, Home, Llm, load_settings, open_assistant, open_library, say, with_papers
from rag.cli.options import run as run_command_line
from rag.errors import SettingsError

if TYPE_CHECKING:
    from eval.stats import JudgeError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Score how well answers are grounded; compare runs; gate a release; check the harness itself.",
)

Judge = Annotated[str, typer.Option(help="coverage, llm, nli:NAME, factcg, minicheck, hhem, or any model setting.")]
Split = Annotated[str | None, typer.Option(help="dev or test; all questions if not given.", show_default=False)]
Out = Annotated[Path, typer.Option(help="Folder for the report.")]
Parallel = Annotated[int, typer.Option(min=1, max=64, help="Questions or judgements at a time.")]
Baselines = Annotated[bool, typer.Option(help="Answerers that know nothing, beside.")]
MetaFile = Annotated[
    str | None,
    typer.Option("--meta", help="Correct by the judge's error in this report of eval meta, FILE or FILE#SET."),
]


@app.command()
def run(
    questions: Annotated[Path, typer.Option(help="Labelled questions.", show_default=SHIPPED)] = ASKED,
    home: Home = None,
    llm: Annotated[
        list[str] | None,
        typer.Option(help="The model that answers (ASKPAPERS_LLM); repeated, models side by side.", show_default=False),
    ] = None,
    checking: Checking = None,
    judge: Judge = "coverage",
    split: Split = None,
    out: Out = Path("build/eval"),
    parallel: Parallel = 1,
    baselines: Baselines = True,
    meta_file: MetaFile = None,
    forms: Annotated[
        int | None,
        typer.Option(min=0, help="Papers, and questions, asked in ten wordings each; 12, 1 where a model answers."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what is in --out; else a run goes on.")] = False,
    labels: Annotated[
        Path | None,
        typer.Option(help="Claims with labels: the judge is examined on them first.", show_default=False),
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Requests a minute to each server at most.", show_default=False)
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(help="MODEL=READ/WRITTEN, dollars a million tokens; may be repeated.", show_default=False),
    ] = None,
) -> None:
    """Ask the labelled questions, and report on the answers; with several models, on each and side by side."""
    from eval.models import Price, compare_models
    from eval.render import summary
    from eval.report import read_report
    from rag.answering.assistant import Assistant

    llms = list(dict.fromkeys(llm or ()))
    settings = load_settings(home=home, llm=llms[0] if llms else None, checking=checking)
    first = open_assistant(settings)
    assistants = {llms[0] if llms else settings.llm: first}
    for other in llms[1:]:
        assistants[other] = Assistant(
            first.library, other, sources=first.sources, checking=first.checking, judge=settings.judge, mode=first.mode
        )
    error = _judge_error(meta_file)
    if labels:
        from eval.meta import examined

        error = examined(first.library, labels, judge, first.llm, out / "judge", parallel)
        say(f"the judge is right on {error.sensitivity:.2f} of supported claims, {error.specificity:.2f} of others")
    models = compare_models(
        assistants,
        questions,
        out,
        dict(map(Price.parse, price or ())),
        rate,
        split=split,
        judge=judge,
        parallel=parallel,
        baselines=baselines,
        judge_error=error,
        forms=forms,
        fresh=fresh,
        progress=sys.stderr.isatty(),
    )
    if len(models.lines) > 1:
        print(models)
        say(f"report: {out / 'models.html'}")
        return
    print(summary(read_report(out)))
    say(f"report: {out / 'report.html'}")


@app.command()
def score(
    answers: Annotated[Path, typer.Argument(help="Answers of any system: ours, ALCE's or ScholarQABench's form.")],
    questions: Annotated[
        Path | None, typer.Option(help="Labelled questions they answer; without, only citations are judged.")
    ] = None,
    home: Home = None,
    judge: Judge = "coverage",
    split: Split = None,
    out: Out = Path("build/score"),
    parallel: Parallel = 1,
    baselines: Baselines = True,
    meta_file: MetaFile = None,
) -> None:
    """Report on answers that are there already."""
    from eval.render import summary
    from eval.run import score_answers

    report = score_answers(
        answers,
        with_papers(open_library(load_settings(home=home))),
        questions,
        split=split,
        judge=judge,
        out=out,
        parallel=parallel,
        baselines=baselines,
        judge_error=_judge_error(meta_file),
        progress=sys.stderr.isatty(),
    )
    print(summary(report))
    say(f"report: {out / 'report.html'}")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="A run's folder.")],
    b: Annotated[Path, typer.Argument(help="Another's.")],
    out: Annotated[Path | None, typer.Option(help="Folder for compare.md and compare.html.")] = None,
) -> None:
    """Show what b gains over a, question by question; refused when corpus or questions differ."""
    from eval.comparison import compare as compare_runs

    comparison = compare_runs(a, b)
    print(comparison)
    if out:
        comparison.write(out)


@app.command()
def gate(
    run: Annotated[Path, typer.Option(help="The folder of the run that must pass.")],
    baseline: Annotated[
        Path | None, typer.Option(help="A report.json, or the folder of a run.", show_default=False)
    ] = None,
    minimum: Annotated[
        list[str] | None, typer.Option("--min", help="metric=value it must be as good as; may be repeated.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here, a test a check.")] = None,
    badge: Annotated[Path | None, typer.Option(help="Write a badge here: .svg, or JSON for shields.io.")] = None,
) -> None:
    """Exit with 1 when a run is worse than a baseline beyond chance, or not as good as a minimum."""
    from eval.comparison import gate_checks
    from eval.gate_files import badge_text, junit_xml
    from eval.report import read_report, save

    checks = gate_checks(baseline, run, dict(map(_minimum, minimum or ())))
    if junit:
        save(junit, junit_xml(checks))
    if badge:
        save(badge, badge_text(read_report(run), checks, svg=badge.suffix == ".svg"))
    failures = [check for check in checks if not check.passed]
    for failure in failures:
        print(f"worse: {failure.told}")
    if failures:
        raise typer.Exit(1)
    print("passed")


@app.command()
def meta(
    claims: Annotated[
        Path | None, typer.Option(help="Claims with labels: a file, or a folder of them.", show_default=False)
    ] = None,
    home: Home = None,
    llm: Llm = None,
    judge: Judge = "coverage",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many claims of each set.")] = None,
    own: Annotated[int, typer.Option(min=0, help="Claims drawn from the index itself.")] = 100,
    out: Out = Path("build/meta"),
    parallel: Parallel = 1,
) -> None:
    """Check the judge: against people's labels, mutants, wrong citations, and itself."""
    from eval.meta import meta as check
    from rag.models.providers import load_llm

    settings = load_settings(home=home, llm=llm)
    model = load_llm(settings.llm) if judge == "llm" else None
    checked = check(
        with_papers(open_library(settings)),
        claims,
        judge=judge,
        llm=model,
        limit=limit,
        own=own,
        out=out,
        parallel=parallel,
        progress=sys.stderr.isatty(),
    )
    print(checked)
    say(f"report: {out / 'meta.html'}")


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="A run's folder.")]) -> None:
    """Write report.md and report.html anew from report.json, and print the figures."""
    from eval.render import summary, write_report
    from eval.report import read_report

    known = read_report(folder)
    write_report(known, folder)
    print(summary(known))


def _judge_error(spec: str | None) -> JudgeError | None:
    from eval.meta import read_judge_error

    return read_judge_error(spec) if spec else None


def _minimum(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise SettingsError(f"--min {text}: give it as metric=value, such as gold_f1=0.5") from None


questions_cli.add_to(app)


def main() -> None:
    """Runs the command line; a user's mistake is told in a line, never a traceback."""
    run_command_line(app, "eval", "stopped; the same command goes on")
