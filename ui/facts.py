"""What a quoted sentence states that fits a cell: its figures, and the data sets that it names as such."""

from __future__ import annotations

import re

from rag.text.entities import NAME

_FIGURES = re.compile(r"(?<![\w.])\d[\d,.]*\d?\s?(?:%|[x×](?!\w)|[KMBT](?!\w))|(?<![\w.])\d+\.\d+(?!\w)")
_SET = r"(?:data\s?-?sets?|benchmarks?|corpora|corpus|test sets?|leaderboards?|testbeds?)"
_THING = rf"(?:{NAME.pattern}|[A-Z][a-z]+)(?:[ -](?:{NAME.pattern}|[A-Z][a-z]+|v?\d[\w.]*))*"
_MANY = rf"{_THING}(?:(?:,\s*(?:and\s+)?|\s+and\s+){_THING})*"
# "the NarrativeQA and QASPER benchmarks" and "benchmarks such as MMLU, GSM8K and BBH".
_BEFORE = re.compile(rf"(?P<the>\b(?:[Tt]he|[Oo]ur)\s+)?(?P<names>{_MANY})\s+(?:[\w-]+ )?(?P<sets>{_SET})\b")
_AFTER = re.compile(rf"\b{_SET}(?:,)?\s*(?:such as|like|including|namely|called|named|:|\(|—|–)\s*(?P<names>{_MANY})")
_FIELD = re.compile(r"(?:^|\W)[A-Z]{2,5}$")  # "NLP data sets" are any, "the KILT data sets" are some
_SEVERAL = re.compile(r"[A-Z]s$")  # "LLMs"


def figures(sentence: str) -> list[str]:
    """Percentages, factors, sizes and decimals, in order."""
    return _FIGURES.findall(sentence)


def data_sets(sentence: str) -> list[str]:
    """Names that the sentence itself calls a data set or a benchmark, in order."""
    found: dict[str, int] = {}
    for match in (*_BEFORE.finditer(sentence), *_AFTER.finditer(sentence)):
        kind = match.groupdict()
        any_of_field = "sets" in kind and kind["sets"][-1] in "sa" and not kind["the"]
        for name in re.finditer(_THING, match["names"]):
            vague = _SEVERAL.search(name[0]) or (any_of_field and _FIELD.search(name[0]))
            if NAME.search(name[0]) and not vague:
                found.setdefault(name[0], match.start("names") + name.start())
    return sorted(found, key=lambda name: found[name])
