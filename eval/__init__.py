"""Grounding evaluations: any answerer, on labelled questions, with intervals and an honest judge."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.comparison import compare as compare
    from eval.comparison import gate as gate
    from eval.render import write_report as write_report
    from eval.report import Report as Report
    from eval.report import read_report as read_report
    from eval.run import evaluate as evaluate
    from eval.run import score_answers as score_answers

# Looked up on first use, so that `import eval` loads nothing heavy.
_HOMES = {
    "Report": "eval.report",
    "compare": "eval.comparison",
    "evaluate": "eval.run",
    "gate": "eval.comparison",
    "read_report": "eval.report",
    "score_answers": "eval.run",
    "write_report": "eval.render",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'eval' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
