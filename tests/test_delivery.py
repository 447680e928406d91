"""What is delivered holds together: the wheel, the Dockerfile, the compose files, the unit, the pages for agents."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from deploy import release
from rag.settings import PREFIX, Settings
from tests.conftest import ROOT

COMPOSE = sorted((ROOT / "deploy").glob("compose.*.yaml"))
KNOWN = {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_dockerfile_runs_as_nobody_special_and_is_looked_after() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = text[text.rindex("\nFROM") :]
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert "/healthz" in final
    assert "--insecure" not in re.sub(r"^#.*$", "", final, flags=re.MULTILINE), "who opens it to others says so"
    assert set(re.findall(r"ASKPAPERS_\w+", text)) <= KNOWN
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: file.name)
def test_a_compose_file(file: Path) -> None:
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    ours = told["services"]["askpapers"]
    assert (file.parent / ours["build"] / "Dockerfile").exists()
    assert all(port.startswith("127.0.0.1:") for port in ours["ports"])
    assert {name for name in ours["environment"] if name.startswith(PREFIX)} <= KNOWN
    for service in told["services"].values():
        assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(told["volumes"])


def test_the_systemd_unit() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "askpapers.service")
    assert unit["Service"]["DynamicUser"] == "yes"
    assert unit["Service"]["ExecStart"].startswith("/usr/local/bin/askpapers serve")
    assert set(re.findall(r"ASKPAPERS_\w+", unit["Service"]["Environment"])) <= KNOWN


def test_pages_for_agents_name_what_exists() -> None:
    for name in ("llms.txt", "SKILL.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{name}: {target}"
    front = yaml.safe_load((ROOT / "SKILL.md").read_text(encoding="utf-8").split("---")[1])
    assert front["name"] == "askpapers"
    assert len(front["description"]) <= 1024
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == release.version()


def test_a_wheel_is_looked_through(tmp_path: Path) -> None:
    wheel = tmp_path / "askpapers-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        for name in (*release.NEEDED[:-1], "tests/x.py"):
            packed.writestr(name.rstrip("/") + ("/x.txt" if name.endswith("/") else ""), "x")
    assert release.faults_of(wheel) == [
        f"{wheel.name} lacks eval/py.typed",
        f"{wheel.name} holds tests/x.py",
    ]


@pytest.mark.slow
def test_the_wheel_that_is_built(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert release.faults_of(wheel) == []
    with zipfile.ZipFile(wheel) as packed:
        assert "rag/serving/site.py" in packed.namelist()
        assert "rag/verification/text_check.py" in packed.namelist()
