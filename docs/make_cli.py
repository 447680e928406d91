"""Writes docs/cli.md: what `--help` says of every command. `make docs` runs it, and a test compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from rag.cli.main import app

PAGE = Path(__file__).with_name("cli.md")
_WIDTH = 100  # columns


def commands(command: Any, name: str, parent: Any = None) -> Iterator[Any]:
    """The command and all below it, each in the context that its help is made in."""
    context = command.context_class(command, parent, name, max_content_width=_WIDTH, terminal_width=_WIDTH)
    yield context
    for each, below in getattr(command, "commands", {}).items():
        yield from commands(below, each, context)


def page() -> str:
    """The whole page."""
    parts = ["# The command line", "Made by `make docs` from what `--help` says."]
    for context in commands(typer.main.get_command(app), "askpapers"):
        text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
        parts.append(f"## `{context.command_path}`\n\n```text\n{text}\n```")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
