"""What an answer without a model quotes, and how: each kind of request composed of the sentences that serve it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering.answer_builder import AnswerBuilder
from rag.answering.evidence import LEAD, MAX_LISTED, NEAR, NEAR_OTHER
from rag.answering.plan import Plan
from rag.answering.reply import head
from rag.answering.roles import Role, empty, idea_of, mid_thought, readable, roles_of
from rag.answering.things import names_in
from rag.retrieval.hybrid import Match
from rag.text.entities import introduces, mentions
from rag.types import Evidence

MAX_QUOTED = 4  # sentences of an answer
SHORT = 3  # an abstract of so few sentences is quoted whole
_WANTED: dict[str, tuple[Role, ...]] = {
    "overview": ("problem", "idea", "how", "result", "result"),
    "explanation": ("idea", "how", "how", "how"),
}
# What an overview asks for in particular.
_ASPECTS: tuple[tuple[re.Pattern[str], tuple[Role, ...], str], ...] = (
    (re.compile(r"\b(?:limitations?|drawbacks?|weak\w*|downsides?|shortcomings?)\b", re.I), ("limit",), "limitations"),
    (
        re.compile(
            r"\b(?:results?|findings?|found|find|achieve[sd]?|how (?:good|well)|perform\w*|any good|conclu\w+)\b", re.I
        ),
        ("result", "result", "result"),
        "results",
    ),
    (re.compile(r"\bproblems?\b|\bwhy should\b|\bmotivat\w+", re.I), ("problem", "problem", "idea"), ""),
    (
        re.compile(r"\b(?:contribut\w+|main ideas?|big idea|novel\w*|new in|special)\b", re.I),
        ("idea", "how", "result"),
        "",
    ),
)


@dataclass(frozen=True)
class Quote:
    """A sentence to quote, and what is said before it so that it reads."""

    evidence: Evidence
    lead: str = ""


def quotes_of(plan: Plan) -> tuple[str, list[Quote]]:
    """How the answer begins, and what it quotes."""
    if plan.listing:
        return LEAD, _listed(plan)
    if plan.query.kind == "comparison" and plan.compared:
        return LEAD, _side_by_side(plan)
    if plan.subject is not None and plan.query.kind in _WANTED and not _in_particular(plan, plan.subject):
        return _composed(plan, plan.subject)
    subject = plan.subject.record.paper if plan.subject is not None else None
    of_subject = [e for e in plan.evidence if e.paper == subject]
    return LEAD, _introduced(_with_what_is_meant(_best(of_subject or plan.evidence), plan.matches))


def _in_particular(plan: Plan, subject: Match) -> bool:
    """Whether it names something beside the paper's subject: "KwaiAgents MAT purpose" asks for no overview."""
    paper = subject.record.paper
    return any(
        not mentions(name, paper.title) and not introduces(name, paper.abstract)
        for name in names_in(plan.query.spelt or plan.query.question)
    )


def quoted(builder: AnswerBuilder, plan: Plan, why: str = "") -> Iterator[str]:
    """The answer in the abstracts' own words, piece by piece, beginning with `why` it is given so."""
    lead, quotes = quotes_of(plan)
    begun = bool(builder.message)
    # How many more papers a list would have, of those that were looked at.
    more = f" ({plan.cut - len(quotes)} more)" if plan.listing and plan.cut > len(quotes) else ""
    lead = " ".join(filter(None, [why, lead.removesuffix(":") + more + ":" if more else lead]))
    builder.message = " ".join([*plan.notes, lead])
    yield lead if begun else builder.message
    for q in quotes:
        yield str(builder.claims.quote(q.evidence, q.lead))


def _best(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences near the best one, in reading order; none that says nothing of the work.

    "Code is available at ..." is quoted where it is the best: it is then what was asked for.
    """
    first = [e for e in evidence[:1] if not empty(e.sentence.text)]
    kept = [*first, *(e for e in evidence[len(first) :] if readable(e.sentence.text))] or list(evidence[:1])
    best = kept[0]
    near = [e for e in kept if e.score >= best.score * (NEAR if e.number == best.number else NEAR_OTHER)]
    return _in_reading_order(near[:MAX_QUOTED])


def _in_reading_order(picked: Sequence[Evidence]) -> list[Evidence]:
    papers = list(dict.fromkeys(e.number for e in picked))
    return sorted(picked, key=lambda e: (papers.index(e.number), e.sentence.index))


def _with_what_is_meant(picked: Sequence[Evidence], matches: Sequence[Match]) -> list[Evidence]:
    """The sentences, those in mid-thought on others' work preceded by what they refer to: "However, these methods"."""
    full: list[Evidence] = []
    for e in picked:
        sentences = matches[e.number - 1].record.sentences
        before = e.sentence.index - 1
        if before >= 0 and mid_thought(e.sentence.text) and e.sentence.index < idea_of(sentences):
            full.append(replace(e, sentence=sentences[before]))
        full.append(e)
    return list({(e.number, e.sentence.index): e for e in full}.values())


def _introduced(picked: Sequence[Evidence]) -> list[Quote]:
    """The sentences, with the paper's name where another paper begins, or its first one in mid-thought."""
    quotes: list[Quote] = []
    for e in picked:
        # Sentences of one paper stand together, in its order: one name, in front of the first, serves them all.
        other = bool(quotes) and quotes[-1].evidence.number != e.number
        named = other or (not quotes and mid_thought(e.sentence.text))
        quotes.append(Quote(e, f"{head(e.paper)}:" if named else ""))
    return quotes


def _composed(plan: Plan, subject: Match) -> tuple[str, list[Quote]]:
    """An overview or explanation of one paper: what its sentences do, in the order in which they stand."""
    title, number = subject.record.paper.title, plan.matches.index(subject) + 1
    sentences = subject.record.sentences
    scores = subject.maxsim.sentences
    everything = [
        Evidence(number, subject.record.paper, s, float(score)) for s, score in zip(sentences, scores, strict=True)
    ]
    roles = roles_of(sentences)
    wanted, missing = _WANTED[plan.query.kind], ""
    for pattern, instead, name in _ASPECTS if plan.query.kind == "overview" else ():
        if pattern.search(plan.query.question):
            wanted = instead
            if name and instead[0] not in roles:
                wanted, missing = _WANTED["overview"], f"The abstract names no {name}. "
            break
    taken: list[int] = []
    for role in wanted:
        of_role = [i for i, r in enumerate(roles) if r == role and i not in taken]
        if of_role:
            # The first that tells the problem or the idea; of steps and results the ones nearest to the question.
            best = of_role[0] if role in ("problem", "idea") else max(of_role, key=lambda i: (scores[i], -i))
            taken.append(best)
    # What else is asked of it: "KwaiAgents MAT purpose" is an overview that must not miss MAT.
    nearest = max((e for e in everything if readable(e.sentence.text)), key=lambda e: e.score, default=None)
    if nearest is not None and nearest.sentence.index not in taken:
        taken.append(nearest.sentence.index)
    if (len(sentences) <= SHORT and len(wanted) > 1) or not taken:
        taken = [i for i, s in enumerate(sentences) if readable(s.text)] or [0]
    picked = [everything[i] for i in sorted(taken)][: MAX_QUOTED + 1]
    return f"{missing}“{title}”, in its abstract's own words:", [Quote(e) for e in picked]


def _side_by_side(plan: Plan) -> list[Quote]:
    """For each thing compared the sentence nearest to the question and the one that tells its idea."""
    quotes: list[Quote] = []
    for number in range(1, plan.compared + 1):
        record = plan.matches[number - 1].record
        mine = [e for e in plan.evidence if e.number == number and readable(e.sentence.text)]
        roles = roles_of(record.sentences)
        picked = mine[:1] + [e for e in mine[1:] if roles[e.sentence.index] == "idea"][:1]
        picked = sorted((picked + [e for e in mine if e not in picked])[:2], key=lambda e: e.sentence.index)
        quotes += [Quote(e, f"{head(e.paper)}:" if i == 0 else "") for i, e in enumerate(picked)]
    return quotes


def _listed(plan: Plan) -> list[Quote]:
    """A line a paper, ranked as a search ranks them: title and the sentence that tells most."""
    quotes = []
    for number, match in enumerate(plan.matches[: plan.cut][:MAX_LISTED], 1):
        mine = [e for e in plan.evidence if e.number == number and readable(e.sentence.text)]
        if not mine:
            continue
        roles = roles_of(match.record.sentences)
        telling = [e for e in mine if roles[e.sentence.index] == "idea" and e.score >= 0.85 * mine[0].score]
        chosen = (telling or mine)[0]
        quotes.append(Quote(chosen, f"{match.record.paper.title}:"))
    return quotes
