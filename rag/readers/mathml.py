"""MathML on one line, with ^, _ and / where they stand, and brackets where they are needed."""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_TAG = re.compile(r"<(/?)(?:[\w-]+:)?([\w-]+)[^<>]*?(/?)>")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w*;")
_BETWEEN = {"msup": "^", "msub": "_", "mfrac": "/", "munder": "_", "mover": "^"}


def on_one_line(math: str) -> str:
    """The formula of a <math> element; of one that is broken its symbols alone."""
    plain = _NAMED.sub(lambda match: html.unescape(match[0]), _TAG.sub(r"<\1\2\3>", math))
    try:
        return " ".join(_shown(fromstring(plain)).split())
    except (ParseError, DefusedXmlException, RecursionError):
        return " ".join(re.sub(r"<[^<>]*>", "", re.sub(r">\s+<", "><", math)).split())


def _shown(element: Element) -> str:
    name = element.tag
    if name.startswith("annotation"):
        return ""
    parts = [_shown(child) for child in element]
    if name in _BETWEEN and len(parts) == 2:
        sign = "" if name == "mover" and not parts[1].isalnum() else _BETWEEN[name]  # an accent has none
        return f"{_grouped(parts[0])}{sign}{_grouped(parts[1])}"
    if name in ("msubsup", "munderover") and len(parts) == 3:
        return f"{_grouped(parts[0])}_{_grouped(parts[1])}^{_grouped(parts[2])}"
    if name == "mroot" and len(parts) == 2:
        return f"{_grouped(parts[0])}^(1/{_grouped(parts[1])})"
    if name == "msqrt":
        return f"√{_grouped(''.join(parts))}"
    if name == "mfenced":
        return f"({', '.join(parts)})"
    text = " " if name == "mspace" else element.text or ""
    return (text if name == "mtext" else text.strip() or text[:1] * (name == "mspace")) + "".join(parts)


def _grouped(part: str) -> str:
    """In brackets unless it is one word or sign, or in brackets already."""
    return part if re.fullmatch(r"\w*|\S|[−+-]?\w+|\([^()]*\)", part) else f"({part})"
