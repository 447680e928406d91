"""Text into HTML: all escaping happens here, and nowhere else.

The HTML is one line, so that Gradio's Markdown passes it through untouched; it is sanitised once more in the browser,
which keeps `name`, `value`, `href` and `class` but drops `data-` and `aria-` attributes.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

# Formulas as pandoc reads them: no space inside the dollars, no digit after them. So "$5 and $6" is money.
_LATEX = re.compile(r"(?<![\\$])(\$\$?)(?=\S)((?:\\.|[^$\\]){1,400}?)(?<=\S)\1(?![\d$])|\\([%#_$]|&amp;)")


def text(value: object) -> str:
    """Any text as HTML on one line, its LaTeX as characters or between the delimiters that the page renders."""
    return _LATEX.sub(_shown, escape(" ".join(str(value).split())))


def _shown(found: re.Match[str]) -> str:
    if found[3]:
        return found[3]
    return f"\\[{found[2]}\\]" if found[1] == "$$" else f"\\({found[2]}\\)"


def attribute(value: str) -> str:
    """Any text as the value of an attribute, exactly, without a line end in the HTML."""
    return escape(value).replace("\r", "&#13;").replace("\n", "&#10;")


def button(action: str, argument: str, label: str, hint: str = "", style: str = "") -> str:
    """A button whose click is told to page.js. `hint` is read aloud after the label and shown on hover."""
    spoken = f'<span class="sr"> {text(hint)}</span>' if hint else ""
    title = f' title="{attribute(hint)}"' if hint else ""
    return (
        f'<button type="button" class="do {style}" name="{action}" value="{attribute(argument)}"{title}>'
        f"{label}{spoken}</button>"
    )


def safe_url(url: str) -> str:
    """The address escaped when it is http or https, else ""."""
    url = "".join(url.split())
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return escape(url) if parts.scheme.lower() in ("http", "https") and parts.netloc else ""


def count(n: int, noun: str) -> str:
    """So many of them, the noun in its number."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
