"""What the gate leaves for other programs, and the examples of its use."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from typer.testing import CliRunner

from eval import evaluate, read_report
from eval.cli import app
from eval.comparison import Check, gate_checks
from eval.gate_files import badge_text, junit_xml
from rag.answering.assistant import Assistant
from rag.errors import SettingsError
from rag.library import Library

ROOT = Path(__file__).parents[2]
CHECKS = [
    Check("gold_f1", True, "gold_f1: 1 before, now 1"),
    Check("right", False, "right: 0.9 before, <now> 0.1 & less"),
]


def test_junit_is_what_servers_read() -> None:
    root = ElementTree.fromstring(junit_xml(CHECKS))
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    passed, failed = suite.findall("testcase")
    assert passed.find("failure") is None
    failure = failed.find("failure")
    assert failure is not None
    assert failure.get("message") == "right: 0.9 before, <now> 0.1 & less"


def test_a_gate_with_its_files(library: Library, questions: Path, tmp_path: Path) -> None:
    evaluate(Assistant(library), questions, out=tmp_path / "run", baselines=False, progress=False)
    out = tmp_path / "run"
    files = ["--junit", str(tmp_path / "gate.xml"), "--badge", str(tmp_path / "badge.svg")]
    done = CliRunner().invoke(app, ["gate", "--run", str(out), "--baseline", str(out), "--min", "right=0.9", *files])
    assert (done.exit_code, done.output) == (0, "passed\n")
    assert "100%" in " ".join(ElementTree.parse(tmp_path / "badge.svg").getroot().itertext())
    names = [case.get("name") for case in ElementTree.parse(tmp_path / "gate.xml").iter("testcase")]
    assert {"right", "gold_f1", "right minimum"} <= set(names)
    done = CliRunner().invoke(app, ["gate", "--run", str(out), "--min", "recall@5=1.1", "--badge", str(tmp_path / "b")])
    assert (done.exit_code, done.output) == (1, "worse: recall@5: 1.0, not as good as 1.1\n")
    told = json.loads((tmp_path / "b").read_text())
    assert (told["schemaVersion"], told["message"], told["color"]) == (1, "100%", "#b3541e")
    report = read_report(out)
    assert '"unknown"' in badge_text(replace(report, figures=()), [], svg=False)


def test_a_baseline_of_before_still_gates(library: Library, questions: Path, tmp_path: Path) -> None:
    """A report.json that knows neither the share right nor losses."""
    report = evaluate(Assistant(library), questions, out=tmp_path / "run", baselines=False, progress=False)
    old = json.loads((tmp_path / "run" / "report.json").read_text())
    for name in ("losses", "bad", "forms"):
        del old[name]
    old["figures"] = [f for f in old["figures"] if f["metric"] != "right"]
    for row in old["questions"]:
        del row["values"]["right"]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old))
    checks = gate_checks(path, report)
    assert checks
    assert all(check.passed for check in checks)
    assert "right" not in {check.name for check in checks}


def test_nothing_to_hold_against(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give --baseline, or --min"):
        gate_checks(None, tmp_path)


def test_the_examples_are_yaml_and_name_commands_that_are_there() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(), re.DOTALL)
    assert len(examples) == 2
    workflow, hooks = map(yaml.safe_load, examples)
    runs = [step["run"] for step in workflow["jobs"]["gate"]["steps"] if "run" in step]
    runs.append(hooks["repos"][0]["hooks"][0]["entry"])
    commands = set(re.findall(r"askpapers eval (\w+)", " ".join(runs)))
    assert commands == {"run", "gate"}
    for command in commands:
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
        for option in re.findall(rf"eval {command}((?: --?[\w-]+(?: [^-\s&']\S*)?)+)", " ".join(runs)):
            for name in re.findall(r"(--[\w-]+)", option):
                assert name in told, (command, name)
