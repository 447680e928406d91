"""The data that comes with askpapers: the default collection, and labelled questions over it."""

from __future__ import annotations

from pathlib import Path

COLLECTION, QUESTIONS = "daily_papers", "questions.jsonl"


def shipped(name: str) -> Path:
    """A file or folder of the data that comes with askpapers: in the package, or beside it in a checkout."""
    here = Path(__file__).parent
    return next((f for f in (here / "data" / name, here.parent / "data" / name) if f.exists()), here / "data" / name)
