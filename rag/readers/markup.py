"""HTML, JATS and MathML as the text that they show."""

from __future__ import annotations

import html
import re
from html.entities import html5

from rag.readers.mathml import on_one_line

_INLINE = (
    "i b em strong u s tt small big span font a code sc italic bold roman monospace underline overline strike"
    " sans-serif named-content styled-content ext-link uri email xref inline-formula alternatives mark abbr cite q var"
    " kbd samp ins del scp ie fn break-word inline-graphic graphic img"
)
_BLOCK = (
    "p br div title sec abstract trans-abstract list list-item label disp-formula h1 h2 h3 h4 h5 h6 ul ol li dl dt dd"
    " table thead tbody tr td th blockquote section article header body html disp-quote break hr center pre"
    " AbstractText"
)
_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[\w.%#-]+))*\s*/?"""
_PREFIX = r"(?:jats|jats1|mml|m|html|ns\d+|ce|xhtml):"


def _tag(names: str) -> re.Pattern[str]:
    """Either tag of elements of those names: known ones only, since "a <b and c> d" is no markup."""
    return re.compile(rf"</?(?:{_PREFIX})?(?:{names.replace(' ', '|')}){_ATTRIBUTES}>", re.IGNORECASE)


_INLINE_TAG, _BLOCK_TAG = _tag(_INLINE), _tag(_BLOCK)
_HEADING = re.compile(
    rf"<((?:{_PREFIX})?title){_ATTRIBUTES}>\s*([^<>]{{1,200}}?)\s*[:.]?\s*</\1>\s*(?=<(?:{_PREFIX})?p\b|\S)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    rf"(\s*)<(?:{_PREFIX})?(sub|sup|inf){_ATTRIBUTES}>\s*([^<>]{{0,80}}?)\s*</(?:{_PREFIX})?\2>", re.IGNORECASE
)
_MATH = re.compile(rf"<((?:{_PREFIX})?math)\b[^<>]*>(.{{0,20000}}?)</\1>", re.IGNORECASE | re.DOTALL)
_TEX = re.compile(
    rf"<((?:{_PREFIX})?tex-math)\b[^<>]*>(.{{0,20000}}?)</\1>|<((?:mml:)?annotation)\s[^<>]*tex[^<>]*>([^<>]*)</\3>",
    re.IGNORECASE | re.DOTALL,
)
_ALTERNATIVES = re.compile(rf"<((?:{_PREFIX})?alternatives)>(.{{0,40000}}?)</\1>", re.IGNORECASE | re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.{0,200000}?)\]\]>", re.DOTALL)
_COMMENT = re.compile(r"<!--.{0,20000}?-->", re.DOTALL)
_ENTITY = re.compile(
    r"\\?&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});|&(?:amp|lt|gt|quot|nbsp)(?![\w;=])"
)


def without_markup(text: str) -> str:
    """`text` without known tags and with its entities decoded; what only looks like a tag is kept."""
    if "<" in text:
        text = _untagged(text)
    for _ in range(2):  # some sources escape twice
        if "&" not in text:
            break
        text = _ENTITY.sub(_entity, text)
        if "<" in text:
            text = _untagged(text)
    return text


def _entity(match: re.Match[str]) -> str:
    name = match[0].lstrip("\\")
    return html.unescape(name) if name[1] == "#" or name[1:] in html5 else match[0]


def _untagged(text: str) -> str:
    if (
        "</" not in text
        and "<!--" not in text
        and "/>" not in text
        and not re.search(r"<(?:p|br)\b", text, re.IGNORECASE)
    ):
        return text
    text = _COMMENT.sub(" ", _CDATA.sub(r"\1", text))
    text = _MATH.sub(_math, _ALTERNATIVES.sub(_best, text))
    text = _TEX.sub(lambda match: _tex(match[2] or match[4] or ""), text)
    text = _SCRIPT.sub(_script, _HEADING.sub(r"\2: ", text))
    return _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", text))


def _best(match: re.Match[str]) -> str:
    """Of a formula given in several ways the TeX, else the MathML."""
    tex = _TEX.search(match[2])
    return tex[0] if tex else match[2]


def _tex(document: str) -> str:
    """The formula of a whole LaTeX document, as JATS gives it."""
    inside = re.search(r"\\begin\{document\}(.*)\\end\{document\}", document, re.DOTALL)
    formula = html.unescape(inside[1] if inside else document).strip()
    return formula if "$" in formula or "\\(" in formula or not formula else f"${formula}$"


def _math(match: re.Match[str]) -> str:
    """MathML as the TeX that it brings along, else on one line."""
    if tex := _TEX.search(match[2]):
        return _tex(tex[2] or tex[4] or "")
    return on_one_line(match[0])


def _script(match: re.Match[str]) -> str:
    """What is raised or lowered: lowered as it is, a power with a ^ (10^-3), a charge or an ordinal without."""
    space, kind, content = match.groups()
    before = match.string[: match.start()][-1:]
    if kind.lower() != "sup":
        return content
    space = "" if "\n" in space else space  # JATS breaks lines in front of its elements
    if space or not before.isalnum() or not content:
        return space + content
    return (
        content if re.fullmatch(r"[0-9]*[+−-]|[a-z]{2}|[®™°′*†,0-9a-z ]*[®™°′*†,][0-9 ,]*", content) else f"^{content}"
    )
