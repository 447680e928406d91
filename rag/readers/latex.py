"""LaTeX as the text that it sets: accents, symbols and commands decoded, formulas left as TeX."""

# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import get_default_latex_context_db as known_commands

from rag.readers.shown_twice import cut, may_be_twice, without_documents

MAX_DECODED = 200_000  # characters: more is no abstract, and is refused as one
MAX_FORMULA = 1_000
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # what it warns of is harmless

# Commands of text that the decoder leaves out, and what they set.
_SIGNS = {
    "url": "%s", "textbraceleft": "{", "textbraceright": "}", "textless": "<", "textgreater": ">",
    "textbar": "|", "textbardbl": "‖", "textminus": "−", "texttildelow": "~", "textasciitilde": "~",
    "textasciicircum": "^", "textasciigrave": "`", "textunderscore": "_", "textbackslash": "\\", "textdegree": "°",
    "textmu": "µ", "textdollar": "$", "textpercent": "%", "textquotesingle": "'", "textquotedbl": '"',
    "textellipsis": "…", "textemdash": "—", "textendash": "–", "textbullet": "•", "textperiodcentered": "·",
    "textperthousand": "‰", "textcelsius": "℃", "textohm": "Ω", "texteuro": "€", "textsterling": "£", "textyen": "¥",
    "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "textexclamdown": "¡",
    "textquestiondown": "¿", "textordmasculine": "º", "textordfeminine": "ª", "textasteriskcentered": "*",
    "textonesuperior": "¹", "texttwosuperior": "²", "textthreesuperior": "³", "textonehalf": "½", "textonequarter": "¼",
    "textthreequarters": "¾", "textasciimacron": "¯", "textasciidieresis": "¨", "slash": "/", "degree": "°",
    "percent": "%", "celsius": "°C", "lt": "<", "gt": ">", "space": " ", "newline": " ", "par": " ",
    "mathbf": "%s", "mathit": "%s", "mathsf": "%s", "mathtt": "%s", "mathcal": "%s", "boldsymbol": "%s",
    **dict.fromkeys("em rm bf it sc sl sf tt tiny small footnotesize scriptsize normalsize large Large left right big "
                    "Big bigl bigr quad qquad noindent centering displaystyle textstyle relax".split(), ""),
}  # fmt: skip
_SYMBOLS = get_default_latex_context_db()
_COMMANDS = known_commands()


def _unknown(node: Any, l2tobj: Any, between: str = "") -> str:
    """What a command that the decoder has no text for stands for: its arguments, its Greek letter, or itself."""
    arguments = [part for part in (node.nodeargd.argnlist if node.nodeargd else []) or [] if part is not None]
    if arguments:
        return between.join(l2tobj.nodelist_to_text([part]) for part in arguments)
    return _symbol(node.macroname.removeprefix("text")) or str(node.latex_verbatim())


def _cited(node: Any, l2tobj: Any) -> str:
    return f"[{_unknown(node, l2tobj, ' ').strip('[]')}]"


def _symbol(name: str) -> str:
    r"""The sign that `\name` sets, "" where it is no command of one."""
    spec = _SYMBOLS.get_macro_spec(name)
    shown = getattr(spec, "simplify_repl", None)
    return shown if isinstance(shown, str) and 0 < len(shown) <= 2 and "%" not in shown else ""


_SYMBOLS.add_context_category(
    "askpapers", prepend=True, macros=[MacroTextSpec(name, simplify_repl=text) for name, text in _SIGNS.items()]
)
_SYMBOLS.add_context_category(
    "askpapers-references",
    prepend=True,
    macros=[MacroTextSpec(n, simplify_repl=_cited) for n in ("cite", "citep", "citet")],
)
_SYMBOLS.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=_unknown))
_DECODER = LatexNodes2Text(latex_context=_SYMBOLS, math_mode="verbatim", keep_comments=True)
_SHOWN = LatexNodes2Text(latex_context=_SYMBOLS, math_mode="text")

COMMAND = re.compile(r"\\(?:[a-zA-Z]+|[^a-zA-Z0-9\s])")
_MARKED = re.compile(r"[\\{}~$]|--|``|''")
_FORMULA = re.compile(
    r"(?<!\\)(?:\$\$[^$]{1,1000}\$\$|\$(?:[^$\\]|\\.){1,1000}?\$|\\\((?:[^\\]|\\[^)]){1,1000}?\\\)"
    r"|\\\[(?:[^\\]|\\[^\]]){1,1000}?\\\])|\\ensuremath\{[^{}]{1,1000}\}",
    re.DOTALL,
)
_OPTION = re.compile(r"(\\[a-zA-Z]+\*?\s*)\[")
_PROSE = re.compile(r"(?:^|\s)[a-z]{2,}[,;.]?\s+[a-z]{2,}\b")
_MONEY = re.compile(r"[0-9][0-9.,]*\s+(?:per|to|and|or|a|an|in|for|of|each|million|billion|thousand)\s")
_SCRIPT = re.compile(r"(?:\{\})?([_^])\s*(?:\{\s*([^{}]{1,12}?)\s*\}|(\\[a-zA-Z]+|[^\s{}\\]))\s*")
_BIGGER = {"\\mu": "µ", "\\circ": "°", "\\prime": "′", "\\dagger": "†", "\\ast": "*", "\\star": "*"}
_RAISED = re.compile(r"\\text(super|sub)script\s*\{([^{}$]{1,12})\}")
# A character as JSON and Python write it, in a text that was encoded once too often.
_ESCAPED = re.compile(r"\\u([0-9][0-9a-fA-F]{3})(?![0-9a-fA-F])")
# The end of a line as JSON writes it, encoded once too often, and what CORE puts there.
_ESCAPES = re.compile(r"\\(?:ud|[rt])(?![a-zA-Z])|\\n([a-z]*)")
# Signs as bioRxiv's texts name them.
_NAMED = re.compile(r"\{(\+/-|[A-Za-z]{2,12})\}")
_BY_NAME = {"+/-": "±", "euro": "€", "degrees": "°", "micro": "µ", "approx": "≈", "middot": "·"}
# siunitx: a number with its unit, a unit, an angle.
_QUANTITY = re.compile(r"\\(?:SI|qty)\s*(?:\[[^\]]{0,80}\])?\{([^{}]{1,40})\}\s*\{((?:[^{}]|\{[^{}]*\}){1,80})\}")
_UNIT = re.compile(r"\\(?:si|unit)\s*(?:\[[^\]]{0,80}\])?\{((?:[^{}]|\{[^{}]*\}){1,80})\}")
_ANGLE = re.compile(r"\\ang\s*\{([0-9.,+-]{1,20})\}")
_UNITS = {
    "micro": "µ", "milli": "m", "nano": "n", "pico": "p", "femto": "f", "centi": "c", "deci": "d", "kilo": "k",
    "mega": "M", "giga": "G", "tera": "T", "metre": "m", "meter": "m", "gram": "g", "second": "s", "ampere": "A",
    "kelvin": "K", "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J",
    "watt": "W", "volt": "V", "ohm": "Ω", "tesla": "T", "bit": "bit", "byte": "B", "litre": "l", "liter": "L",
    "minute": "min", "hour": "h", "day": "d", "percent": "%", "degree": "°", "celsius": "°C", "degreeCelsius": "°C",
    "degreecelsius": "°C", "electronvolt": "eV", "decibel": "dB", "bar": "bar", "dalton": "Da", "um": "µm", "nm": "nm",
    "mm": "mm", "cm": "cm", "km": "km", "mg": "mg", "kg": "kg", "ug": "µg", "ms": "ms", "us": "µs", "ml": "ml",
    "per": "/", "squared": "^2", "cubed": "^3", "square": "", "cubic": "",
}  # fmt: skip
_QUOTED = re.compile(r"(?<![`\w\\])`([^`']{1,80})'(?!['\w])")
_HELD = re.compile("\ue000([0-9]+)\ue001")


def decoded(text: str, source: bool = True) -> str:
    """`text` without LaTeX, real formulas apart; as it is where it has none or cannot be decoded.

    Not from a LaTeX `source` (a table, JSON), braces, ties and dashes mean themselves unless there are commands too.
    """
    if not _MARKED.search(text) or len(text) > MAX_DECODED:
        return text
    text = without_documents(text) if source else _NAMED.sub(_named, _ESCAPES.sub(_escape, without_documents(text)))
    held: list[str] = []
    text = text.replace("\\~{}", "\\textasciitilde{}").replace("\\^{}", "\\textasciicircum{}")
    if source:
        text = text.replace("{`}", "‘").replace("{'}", "’")  # as the ACL Anthology puts quotation marks
        text = _QUOTED.sub(r"‘\1’", text)
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    text = _QUANTITY.sub(lambda match: f"{match[1]} {_unit(match[2])}".replace(" %", "%"), text)
    text = _UNIT.sub(lambda match: _unit(match[1]), _ANGLE.sub(r"\1°", text))
    text = _RAISED.sub(lambda match: f"${'^' if match[1] == 'super' else '_'}{{{match[2]}}}$", text)

    def hold(match: re.Match[str]) -> str:
        formula = match[0]
        inside = _inside(formula)
        shown = as_text(inside)
        if re.fullmatch(r"\^[0-9]+", shown) and not match.string[: match.start()][-1:].isalnum():
            shown = shown[1:]  # in front of a word: an isotope
        held.append(shown or formula)
        return f"\ue000{len(held) - 1}\ue001"

    whole = _with_formulas(text.replace("\ue000", "").replace("\ue001", ""), hold, source)
    whole = re.sub("\\{(\ue000[0-9]+\ue001)\\}", r"\1", whole)
    if source or COMMAND.search(whole):
        whole = _without_commands(whole)
    return _HELD.sub(lambda match: held[int(match[1])] if int(match[1]) < len(held) else "", whole)


def _with_formulas(text: str, hold: Callable[[re.Match[str]], str], source: bool) -> str:
    """`text` with each formula as `hold` gives it; a dollar sign in front of a sum of money begins none."""
    parts, at = list[str](), 0
    money = "\\$" if source or COMMAND.search(text) else "$"
    while match := _FORMULA.search(text, at):
        parts.append(text[at : match.start()])
        if match[0].startswith("$") and _is_prose(_inside(match[0])):
            parts.append(money * (2 if match[0].startswith("$$") else 1))
            at = match.start() + (2 if match[0].startswith("$$") else 1)
            continue
        at = match.end()
        if may_be_twice(match[0], text[at : at + 1]):
            parts[-1], length = cut(parts[-1], _shown(_inside(match[0])), text[at : at + MAX_FORMULA])
            at += length
        parts.append(hold(match))
    return "".join([*parts, text[at:]])


def _escape(match: re.Match[str]) -> str:
    r"""A blank for a line's end, unless it is the start of a command: "\nabla"."""
    rest = match[1] or ""
    return match[0] if rest and _is_known(f"n{rest}") else f" {rest}"


def _named(match: re.Match[str]) -> str:
    """The sign that a name in braces stands for, if it does and is no command's argument."""
    if re.search(r"\\[a-zA-Z]+\*?\s*(?:\{[^{}]*\})*$", match.string[max(0, match.start() - 40) : match.start()]):
        return match[0]
    return _BY_NAME.get(match[1]) or _symbol(match[1]) or match[0]


def _shown(formula: str) -> str:
    """A formula with its commands as signs."""
    try:
        return str(_SHOWN.latex_to_text(formula, tolerant_parsing=True))
    except Exception:  # as in decoding
        return ""


def as_text(formula: str) -> str:
    """A formula of one symbol, or of one raised or lowered, as text; "" for a real formula."""
    inside = formula.strip()
    if re.fullmatch(r"[^\\{}\s^_a-zA-Z]|[0-9][0-9.,]*|\\%|[0-9.,]+\s*\\%", inside):
        return inside.replace("\\", "")
    if times := re.fullmatch(r"([0-9][0-9.,]*)\s*\\times", inside):
        return f"{times[1]}×"
    if re.fullmatch(r"(?:\\[a-zA-Z]+\s*){1,4}", inside):
        signs = [_BIGGER.get(name, "") or _symbol(name[1:]) for name in COMMAND.findall(inside)]
        return "".join(signs) if all(signs) else ""
    if script := _SCRIPT.fullmatch(inside):
        part = script[2] or script[3]
        sign = _BIGGER.get(part, "")
        shown = sign or (part if "\\" not in part else as_text(part))  # letters too: NO$_x$
        if script[1] == "_" or sign or not shown:
            return shown
        return shown if re.fullmatch(r"[0-9]*[+]|st|nd|rd|th|[®™°′*†]", shown) else f"^{shown}"
    if match := re.fullmatch(r"\^\s*\{?\\circ\}?\s*(?:\\(?:mathrm|text|rm)\s*\{([CFK])\}|([CFK]))", inside):
        return "°" + (match[1] or match[2])
    return ""


def _unit(text: str) -> str:
    r"""A unit in siunitx's words as its sign: "\micro\metre" is "µm"."""
    text = re.sub(r"\\(square|cubic)\s*(\\[a-zA-Z]+)", lambda m: f"{m[2]}^{'2' if m[1] == 'square' else '3'}", text)
    text = re.sub(r"\\tothe\s*\{([^{}]*)\}", r"^\1", text)
    return re.sub(r"\\([a-zA-Z]+)\s*", lambda match: _UNITS.get(match[1], match[1]), text).replace("\\%", "%").strip()


def _inside(formula: str) -> str:
    if formula.startswith("\\ensuremath"):
        return formula[12:-1]
    width = 1 if formula[0] == "$" and formula[1] != "$" else 2
    return formula[width:-width]


def _is_prose(inside: str) -> bool:
    """Whether what stands between two dollar signs is a sentence about money, not a formula."""
    words = re.sub(r"\\(?:text|mathrm|mbox)\s*\{[^{}]*\}", "", inside)
    return (
        bool(_PROSE.search(words) or _MONEY.match(words))
        or re.match(r"[0-9][0-9.,]*\s*[A-Za-z,;]?[A-Za-z]*\s.*\s$", inside) is not None
    )


def _without_commands(text: str) -> str:
    # A dollar sign that opens no formula is money. Many exports leave % and & bare, which LaTeX takes for a comment
    # and a column. A tie in front of a number, and after a space, means "about".
    text = re.sub(r"(?<!\\)([%&$])", r"\\\1", text)
    text = re.sub(r"(^|[\s(])~(?=[0-9.\\])", r"\1\\textasciitilde{}", text)
    text = re.sub(r"\\href\s*\{[^{}]{0,2000}\}\s*(?=\{)", "", text)  # of a link its text
    text = re.sub(r"\\([a-zA-Z]+)\*?\s*(?:\[[^\[\]{}\\]{0,60}\]\s*)?(?=\{(?!\s*\}))", _kept_argument, text)
    if len(_OPTION.findall(text)) > text.count("]") or text.count("{") - text.count("\\{") > text.count("}"):
        # Options and groups left open: the parser would try each with all that follow, over and over.
        text = re.sub(r"(?<!\\)[{}]", " ", _OPTION.sub(r"\1 ", text))
    try:
        return str(_DECODER.latex_to_text(text, tolerant_parsing=True))
    except Exception:  # braces nested without end, and whatever else a decoder of arbitrary LaTeX meets
        return text


def _kept_argument(command: re.Match[str]) -> str:
    """A command that the decoder does not know, in front of its argument: left out, so that the argument stays."""
    name = command[1]
    return command[0] if _is_known(name) or _symbol(name.removeprefix("text")) else ""


@lru_cache(maxsize=1000)
def _is_known(name: str) -> bool:
    spec = _COMMANDS.get_macro_spec(name)
    shown = _SYMBOLS.get_macro_spec(name)
    return name in ("begin", "end") or bool(getattr(spec, "macroname", "")) or bool(getattr(shown, "macroname", ""))
