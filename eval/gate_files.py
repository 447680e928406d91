"""What a gate leaves behind for other programs: JUnit XML for CI servers, and a badge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from eval.comparison import Check
from eval.report import Report

_SUITE = "askpapers eval gate"
_LABEL = "answers right"
_GREEN, _RED = "#2a7f62", "#b3541e"
_PER_LETTER, _PADDING = 6.6, 10  # pixels of the badge's font


def junit_xml(checks: Sequence[Check]) -> str:
    """A test case a check, in the form that CI servers show (JUnit XML, as Jenkins and GitLab read it)."""
    failed = sum(not check.passed for check in checks)
    counts = {"name": _SUITE, "tests": str(len(checks)), "failures": str(failed), "errors": "0"}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", counts)
    for check in checks:
        case = ElementTree.SubElement(suite, "testcase", {"classname": "eval.gate", "name": check.name})
        if check.passed:
            ElementTree.SubElement(case, "system-out").text = check.told
        else:
            ElementTree.SubElement(case, "failure", {"message": check.told}).text = check.told
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def badge_text(report: Report, checks: Sequence[Check], svg: bool) -> str:
    """The share right of the run, green where the gate passed: as SVG, or as JSON for shields.io's endpoint badge."""
    value = next((f.value for f in report.figures if f.metric == "right" and f.group == "all"), None)
    shown = "unknown" if value is None else f"{100 * value:.0f}%"
    color = _GREEN if all(check.passed for check in checks) else _RED
    if svg:
        return _svg(_LABEL, shown, color)
    return json.dumps({"schemaVersion": 1, "label": _LABEL, "message": shown, "color": color}) + "\n"


def _svg(label: str, shown: str, color: str) -> str:
    left, right = (round(len(text) * _PER_LETTER) + _PADDING for text in (label, shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{escape(label)}: {escape(shown)}">'
        f'<rect width="{left}" height="20" fill="#555"/><rect x="{left}" width="{right}" height="20" fill="{color}"/>'
        f'<g fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2}" y="14">{escape(shown)}</text></g></svg>\n'
    )
