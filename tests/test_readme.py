"""The README's examples are run as they stand."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(code, names)
    assert names["report"].added == 259  # type: ignore[attr-defined]
    assert names["answer"].outcome == "answered"  # type: ignore[attr-defined]
    assert names["event"].outcome == "answered"  # type: ignore[attr-defined]


def test_every_command_shown_exists() -> None:
    import typer.main

    from rag.cli.main import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    shown = set(re.findall(r"askpapers (\w+)", "\n".join(re.findall(r"```console\n(.*?)```", README, re.DOTALL))))
    assert shown == set(commands)
    for line in re.findall(r"^\$ askpapers (.*?)(?:\s+#.*)?$", README, re.MULTILINE):
        command = commands[line.split()[0]]
        command = command.commands[line.split()[1]] if hasattr(command, "commands") else command
        known = {o for p in command.params for o in p.opts}
        assert set(re.findall(r"(?<!\w)--[\w-]+", line)) <= known


def test_every_setting_and_file_named_exists() -> None:
    from rag.settings import PREFIX, Settings

    assert {PREFIX + n.upper() for n in Settings.model_fields} == set(re.findall(r"ASKPAPERS_\w+", README))
    for name in re.findall(r"^\| (`.*?) \|", README.split("## File map")[1], re.MULTILINE):
        paths = re.findall(r"`([\w./]+)`", name)
        folder = paths[0].rpartition("/")[0] if "/" in paths[0] else ""
        for path in paths:
            assert (ROOT / path).exists() or (ROOT / folder / path).exists(), path
