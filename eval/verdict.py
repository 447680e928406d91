"""A report in a few plain sentences: what the answerer does well, what it does not, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.losses import NOT_FOUND
from eval.report import Figure, Report

ENOUGH = 5  # questions of a kind from which it is spoken of
GOOD, WEAK = 0.8, 0.6  # share right from which a kind is called good, below which weak
SUPPORTED = 0.9
_KINDS = {
    "factoid": "questions for a fact",
    "named": "questions about a named system",
    "survey": "lists of papers",
    "compare": "comparisons",
    "followup": "follow-ups",
    "unanswerable_near": "questions that related papers leave open",
    "unanswerable_far": "questions from elsewhere",
}
_NAMES = {
    "random paper": "Quoting a random paper",
    "first passage": "Copying the first passage found",
    "closed book": "The model without the collection",
}
_BLIND = (
    "The judge, level 0, sees that an abstract does not say something and next to nothing of contradiction, "
    "so “supported” does not mean true."
)


def kind_name(kind: str) -> str:
    """A type of question in words."""
    return _KINDS.get(kind, kind)


def verdict_sentences(report: Report) -> list[str]:
    """The verdict, a sentence or two each: the score, the good, the bad, the refusals, how sure."""
    right = _figure(report, "right")
    if right is None or right.value is None:
        return [*_unlabelled(report), *_beside_judge(report)]
    asked = f"{right.n} question{'s' * (right.n != 1)}"
    told = [f"{report.system} gets {_percent(right.value)} of {asked} right{_span(right)}."]
    told += _kinds(report)
    told += _found_and_supported(report)
    told += _lost(report)
    told += _refusals(report)
    told += _forms(report)
    told += _sure(report, right)
    return [*told, *_beside_judge(report)]


def _figure(report: Report, metric: str, group: str = "all") -> Figure | None:
    try:
        return report.figure(metric, group)
    except KeyError:
        return None


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _span(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f" (95% interval {100 * figure.low:.0f} to {_percent(figure.high)})"


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _sentence(told: Sequence[str]) -> Iterator[str]:
    """What is told as one sentence, none where nothing is."""
    if told:
        text = _and(told)
        yield text[0].upper() + text[1:] + "."


def _kinds(report: Report) -> Iterator[str]:
    groups = [f for f in report.figures if f.metric == "right" and f.group != "all" and f.system == report.system]
    known = [(f.value, f) for f in groups if f.n >= ENOUGH and f.value is not None]
    known.sort(key=lambda pair: -pair[0])
    good = [f"{kind_name(f.group)} ({_percent(value)})" for value, f in known if value >= GOOD]
    weak = [f"{kind_name(f.group)} ({_percent(value)})" for value, f in reversed(known) if value < WEAK]
    if good:
        yield f"It is good at {_and(good)}."
    if weak:
        yield f"It is weak at {_and(weak)}."


def _found_and_supported(report: Report) -> Iterator[str]:
    answerable = _figure(report, "false_abstention")
    told = []
    ranked = _figure(report, "recall@5")
    if answerable and answerable.n and ranked and ranked.n:
        found = 1 - report.lost()[NOT_FOUND] / answerable.n
        told.append(f"what is needed is found for {_percent(found)} of the answerable questions")
    grounded = _figure(report, "sentence_grounding")
    if grounded and grounded.value is not None:
        told.append(f"{_percent(grounded.value)} of what it says is supported by what it cites")
    yield from _sentence(told)


def _lost(report: Report) -> Iterator[str]:
    lost = sorted(((n, step) for step, n in report.lost().items() if n), reverse=True)
    total = sum(n for n, _ in lost)
    if total:
        named = [f"{step} ({_percent(n / total)})" for n, step in lost[:3]]
        yield f"Of the {total:.1f} points lost most go to: {', '.join(named)}."


def _refusals(report: Report) -> Iterator[str]:
    refused, wrongly = _figure(report, "abstention_recall"), _figure(report, "false_abstention")
    told = []
    if refused and refused.value is not None:
        told.append(f"it refuses {refused.value * refused.n:.0f} of {refused.n} questions that cannot be answered")
    if wrongly and wrongly.value is not None:
        many = f"{wrongly.value * wrongly.n:.0f} of {wrongly.n}"
        told.append(f"{many} that can" if told else f"it refuses {many} questions that can be answered")
    yield from _sentence(told)


def _forms(report: Report) -> Iterator[str]:
    if report.forms.get("alike") is not None:
        low, high = report.forms["spread"]
        yield (
            f"Asked the same in other words, it answers alike {_percent(report.forms['alike'])} of the time; "
            f"right are {_percent(report.forms['right'])}, by wording {100 * low:.0f} to {_percent(high)}."
        )


def _sure(report: Report, right: Figure) -> Iterator[str]:
    if right.low is not None and right.high is not None:
        half = 100 * max(right.high - (right.value or 0), (right.value or 0) - right.low)
        yield f"How sure: another {right.n} questions of the same kind may give {half:.0f} points more or less."
    others = [d for d in report.deltas if d.metric == "right" and d.value is not None]
    best = min(others, key=lambda d: d.value or 0.0, default=None)  # the baseline that it beats by least
    if best is not None and best.value is not None and best.low is not None:
        beyond = "beyond chance" if best.low > 0 or (best.high or 0) < 0 else "within chance"
        less = "less" if best.value >= 0 else "more"
        name = _NAMES.get(best.a, best.a)
        yield f"{name}, which takes no understanding, gets {abs(100 * best.value):.0f} points {less}; that is {beyond}."
    if made := report.about.get("made"):
        yield f"{made} of the questions were made by program, not by people: see what these are worth in the docs."


def _unlabelled(report: Report) -> Iterator[str]:
    grounded, valid = _figure(report, "sentence_grounding"), _figure(report, "citation_validity")
    yield f"No labels were given, so whether {report.system} answers rightly is not known; only citations are judged."
    if grounded and grounded.value is not None:
        yield f"{_percent(grounded.value)} of its claim sentences are supported by what they cite{_span(grounded)}."
    if valid and valid.value is not None:
        yield f"{_percent(valid.value)} of its markers point to a source."


def _beside_judge(report: Report) -> Iterator[str]:
    if report.about.get("level") == 0:
        yield _BLIND
    elif not report.about.get("corrected"):
        yield f"The judge, {report.about.get('judge')}, has not been examined on labels here: see `eval meta`."
