"""The questions that went most wrong, and what happened to each, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from eval.cases import Case, normal
from eval.losses import (
    ANSWERED,
    INCOMPLETE,
    NOT_CHOSEN,
    NOT_FOUND,
    NOT_USED,
    NOT_WRITTEN,
    REFUSED,
    UNSUPPORTED,
    WITHHELD,
    WRONG_CITATION,
    Loss,
)
from eval.metrics import Reply

WORST = 10  # questions shown
_SAID = 300  # characters of an answer that are shown
_HAPPENED = {
    NOT_FOUND: "The search did not find {paper}.",
    REFUSED: "{paper} was found, and the answer says that the collection does not say.",
    ANSWERED: "The collection does not say, but it was answered from {cited}.",
    NOT_USED: "{paper} was found, but the answer draws on {cited}.",
    INCOMPLETE: "Of {gold} papers {lost} are missing from the answer, among them {paper}.",
    NOT_CHOSEN: "{paper} was used, but not the sentence that answers.",
    NOT_WRITTEN: "The model was sent {paper} with the answering sentence, and did not write “{what}”.",
    WITHHELD: "The model wrote it, and checking withheld it: {withheld}",
    UNSUPPORTED: "Not supported by what is cited: “{what}”.",
    WRONG_CITATION: "“{what}” is cited from {cited}, not from {paper}.",
}


def worst_questions(
    cases: Sequence[Case | None], replies: Sequence[Reply], losses: Sequence[Loss]
) -> list[dict[str, Any]]:
    """At most WORST questions that lost most: those of each step in turn, the costliest step and the surest first."""
    by_id: dict[str, list[Loss]] = {}
    total: dict[str, float] = {}
    for loss in losses:
        by_id.setdefault(loss.id, []).append(loss)
        total[loss.step] = total.get(loss.step, 0.0) + loss.share
    known = [(case, reply) for case, reply in zip(cases, replies, strict=True) if case and reply.id in by_id]
    queues: dict[str, list[dict[str, Any]]] = {}
    for case, reply in sorted(known, key=lambda pair: -(pair[1].confidence or 0.0)):
        item = _told(case, reply, by_id[reply.id])
        queues.setdefault(item["step"], []).append(item)
    for queue in queues.values():
        queue.sort(key=lambda item: -item["lost"])
    taken: list[dict[str, Any]] = []
    for step in _in_turn(sorted(queues, key=lambda s: -total[s]), [len(q) for q in queues.values()]):
        if queues[step] and len(taken) < WORST:
            taken.append(queues[step].pop(0))
    return sorted(taken, key=lambda item: -item["lost"])


def _in_turn(steps: Sequence[str], sizes: Sequence[int]) -> Iterable[str]:
    return (step for _ in range(max(sizes, default=0)) for step in steps)


def _told(case: Case, reply: Reply, lost: Sequence[Loss]) -> dict[str, Any]:
    """A question with what happened at the step that cost it most."""
    steps: dict[str, float] = {}
    for loss in lost:
        steps[loss.step] = steps.get(loss.step, 0.0) + loss.share
    step = max(steps, key=lambda s: steps[s])
    mine = [loss for loss in lost if loss.step == step]
    said = " ".join(s.text for s in reply.statements)
    return {
        "id": case.id,
        "type": case.type,
        "question": case.question,
        "after": next((turn["content"] for turn in reversed(case.history) if turn["role"] == "user"), ""),
        "step": step,
        "lost": round(sum(steps.values()), 3),
        "happened": _happened(case, reply, step, mine),
        "said": "(no answer)" if reply.abstained else said if len(said) <= _SAID else said[:_SAID] + "…",
        "wanted": [fact[0] for fact in case.key_facts] or list(case.gold_titles) or ["(no answer)"],
        "evidence": [f"{title}: {sentence}" for title, sentence in case.gold_evidence],
    }


def _happened(case: Case, reply: Reply, step: str, lost: Sequence[Loss]) -> str:
    used = {normal(title) for title in reply.cited}
    missing = [t for t in case.gold_titles if normal(t) not in used] or list(case.gold_titles)
    paper = f"“{missing[0]}”" if missing else ""
    cited = f"“{reply.cited[0]}”" if reply.cited else "no paper"
    return _HAPPENED[step].format(
        paper=paper,
        cited=cited,
        gold=len(case.gold_titles),
        lost=len(lost),
        what=lost[0].what,
        withheld=" ".join(f"“{text}”" for text in reply.withheld[:2]),
    )
