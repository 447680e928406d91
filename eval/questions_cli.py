"""The commands about questions and labels: made, checked, weighed, and given by people."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import Home, Llm, load_settings, open_assistant, open_library, say, with_papers
from rag.errors import SourceError
from rag.shipped import QUESTIONS, shipped

ASKED = shipped(QUESTIONS)
SHIPPED = "those that come with askpapers"
# Measured on the default collection by `eval worth`; docs/evaluation.md has the tables.
WORTH = (
    "On the default collection, made questions put 12 ways of answering in nearly the order of people's (Spearman "
    ".96), are easier (.84 right, .75 of people's), and do not test which sentence is chosen: compare runs on them "
    "with each other only. `eval worth` measures it."
)


def label(
    file: Annotated[Path, typer.Argument(help="Claims with evidence, such as the claims.jsonl of a run.")],
    who: Annotated[str, typer.Option(help="Your name, part of the file's name.")],
) -> None:
    """Label sentences; once two people have, print Cohen's kappa."""
    from eval.annotate import agreement
    from eval.annotate import label as ask

    say(f"labels: {ask(file, who)}")
    for line in agreement(file):
        print(line)


def new(
    n: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 20,
    auto: Annotated[bool, typer.Option("--auto", help="Whole questions, made without labels, of each kind.")] = False,
    seed: Annotated[int, typer.Option(help="Another one draws other papers.")] = 0,
    home: Home = None,
    llm: Llm = None,
) -> None:
    """Print a template of questions to fill in, each drawn from another paper; with --auto whole questions."""
    from eval.cases import template
    from eval.made import make_questions, to_json_row
    from eval.written import Written
    from rag.models.providers import load_llm

    settings = load_settings(home=home, llm=llm)
    library = with_papers(open_library(settings))
    if not auto:
        for row in template(library.papers(), n, seed):
            print(json.dumps(row, ensure_ascii=False))
        return
    model = load_llm(settings.llm)
    written = Written(model) if model is not None else None
    made = make_questions(library, n, seed, written)
    for case in made:
        print(json.dumps(to_json_row(case), ensure_ascii=False))
    counts = Counter(case.type for case in made)
    say(f"{len(made)} questions made: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    if written is not None:
        say(f"{written.refused} that the model wrote did not hold, and were left out")
    say(WORTH)


def worth(
    made: Annotated[Path, typer.Argument(help="Questions that eval new --auto made.")],
    questions: Annotated[
        Path, typer.Option(help="Questions labelled by people, over the same papers.", show_default=SHIPPED)
    ] = ASKED,
    home: Home = None,
    llm: Llm = None,
    judge: Annotated[str, typer.Option(help="As of eval run.")] = "coverage",
) -> None:
    """Measure what made questions are worth: do they rank ways of answering as people's questions do?"""
    from eval.cases import check_cases, read_cases
    from eval.run import judge_for
    from eval.worth import worth as measure

    assistant = open_assistant(load_settings(home=home, llm=llm))
    of_program, of_people = read_cases(made), read_cases(questions)
    papers = list(assistant.library.papers())
    if problems := [problem for cases in (of_program, of_people) for problem in check_cases(cases, papers)]:
        raise SourceError("\n".join(problems))
    scorer = judge_for(judge, assistant.library, assistant.llm)
    print(measure(assistant, of_program, of_people, scorer, sys.stderr.isatty()))


def check(
    file: Annotated[Path, typer.Argument(help="Labelled questions.", show_default=SHIPPED)] = ASKED,
    home: Home = None,
) -> None:
    """Prove that titles, evidence and facts of the questions hold against the index."""
    from eval.cases import check_cases, read_cases

    cases = read_cases(file)
    problems = check_cases(cases, with_papers(open_library(load_settings(home=home))).papers())
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(1)
    print(f"{len(cases)} questions hold")


def nuggets(
    file: Annotated[Path, typer.Argument(help="Nuggets: TREC RAG's or its nuggetizer's, ScholarQABench's rubrics.")],
    answers: Annotated[
        Path | None,
        typer.Argument(help="Answers of any system, as of eval score; else the file's own assignments count."),
    ] = None,
    home: Home = None,
    judge: Annotated[
        str | None, typer.Option(help="Who assigns nuggets to answers, as of eval run.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("build/nuggets"),
) -> None:
    """Score which nuggets answers give, as TREC RAG does: vital, all and weighted, strict and lenient."""
    from eval import nuggets as scoring
    from eval.run import CACHE, judge_for
    from eval.score import Scorer

    topics = scoring.read_nuggets(file)
    if answers is None and judge is None:
        report = scoring.told(topics)
    else:
        library = open_library(load_settings(home=home))
        by = judge_for(judge or "coverage", library)
        with closing(Scorer(by, judge_for("coverage", library), library.home / CACHE)) as scorer:
            report = scoring.judged(topics, answers, by, scorer)
    report.write(out)
    print(report)
    say(f"report: {out / 'nuggets.html'}")


def add_to(app: typer.Typer) -> None:
    """Makes these commands of the app."""
    for command in (label, new, worth, check, nuggets):
        app.command()(command)
