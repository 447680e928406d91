r"""A formula that a text has as TeX and as it is shown, as in IEEE's and Springer's abstracts: "$3\times$3×"."""

from __future__ import annotations

import re
import unicodedata

# Springer gives each formula as a LaTeX document of its own.
_DOCUMENT = re.compile(
    r"\\documentclass(?:\[[^\]]{0,40}\])?\{.{0,800}?\\begin\s*\{document\}(.{0,3000}?)\\end\s*\{document\}", re.DOTALL
)
_DASHES = str.maketrans("−–‐", "---")
MIN_APART = 3  # characters of what may stand a space away: "$x$ x-axis" is not said twice


def without_documents(text: str) -> str:
    """`text` with the formulas of LaTeX documents in place of these."""
    return _DOCUMENT.sub(r"\1", text) if "\\documentclass" in text else text


def may_be_twice(formula: str, after: str) -> bool:
    """Whether it is worth to look closer: TeX of a display, or right at a letter or a sign of formulas."""
    return formula.startswith("$$") or re.match(r"[\w(\[×≈≤≥<>]", after) is not None


def cut(before: str, shown: str, after: str) -> tuple[str, int]:
    """What stands before a formula, and how much of what follows, without the formula as it is `shown`."""
    plain = _plain(shown)
    if not plain:
        return before, 0
    length = _start(after, plain)
    if length and (len(plain) >= MIN_APART or not after[0].isspace()):
        return before, length
    length = _start(before[::-1], plain[::-1])
    if length and (len(plain) >= MIN_APART or not before[-1].isspace()):
        return before[: len(before) - length], 0
    return before, 0


def _plain(text: str) -> str:
    return re.sub(r"[\s{}_^]", "", unicodedata.normalize("NFKC", text).translate(_DASHES).replace("±", "+/-"))


def _start(text: str, plain: str) -> int:
    """How many characters of `text` say `plain`, 0 where it does not begin so; spaces make no difference."""
    done = ""
    for at, char in enumerate(text[: 3 * len(plain) + 20], 1):
        done += _plain(char)
        if done == plain:
            return at
        if not plain.startswith(done):
            return 0
    return 0
