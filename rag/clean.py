"""Text from outside, without the characters that deceive whoever reads it or the terminal that prints it."""

from __future__ import annotations

import re

# Controls (terminal escapes among them), halves of surrogate pairs and code points that are no characters; what turns
# the direction of writing; what is not seen at all (tags, fillers, soft hyphens). The two joiners stay: Persian, the
# Indic scripts and emoji are spelled with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd1-\ufdef\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def clean(text: str) -> str:
    """`text` on one line, single-spaced, without control, bidirectional and invisible characters."""
    return " ".join(without_unseen(text).split())


def without_unseen(text: str) -> str:
    """`text` without those characters, its white space as it is: for text that is still growing."""
    return _UNSEEN.sub("", text)
