r"""LaTeX as blocks: paragraphs with `\cite` as keys; floats, formulas of their own and commands are no text."""

from __future__ import annotations

import re
from pathlib import Path

from rag.readers.latex import MAX_DECODED, decoded
from rag.verification.drafts import Block, Draft, draft_of

_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_DROPPED = (
    "equation align gather multline eqnarray displaymath math figure table tabular tabularx algorithm algorithmic "
    "lstlisting verbatim minted tikzpicture CCSXML filecontents"
).split()
_EDGE = re.compile(rf"\\(begin|end)\{{((?:{'|'.join(_DROPPED)})\*?)\}}")
_DISPLAY = re.compile(r"\$\$|\\\[|\\\]")
_CITE = re.compile(
    r"[~\s]{0,4}\\(no)?(?:[a-zA-Z]{0,12}cite[a-zA-Z]{0,12}|cite)\*?\s*(?:\[[^\]]{0,200}\]\s*){0,2}"
    r"\{([^{}]{1,2000})\}"
)
_SECTION = re.compile(
    r"\\(?:part|chapter|(?:sub){0,2}section|paragraph|title)\*?\s*(?:\[[^\]]{0,200}\])?\{([^{}]{0,2000})\}"
)
_ARGUMENT = re.compile(
    r"\\(?:label|(?:eq|page|c|C|auto|name)?ref|vspace|hspace|input|include|usepackage|documentclass|author|date|"
    r"bibliographystyle|includegraphics|thanks|email|affiliation|keywords)\*?\s*(?:\[[^\]]{0,200}\])?"
    r"\{[^{}]{0,2000}\}"
)
_BEGIN_END = re.compile(
    r"\\(?:begin|end)\{[^{}]{0,2000}\}(?:\[[^\]]{0,200}\])?|\\(?:maketitle|tableofcontents|appendix|item\b)"
)
_BIBLIOGRAPHY = re.compile(r"\\(?:bibliography|addbibresource)\s*(?:\[[^\]]{0,200}\])?\{([^{}]{1,1000})\}")
_THE_LIST = re.compile(r"\\begin\{thebibliography\}.*?(?:\\end\{thebibliography\}|\Z)", re.DOTALL)
_BIBITEM = re.compile(
    r"\\bibitem\s*(?:\[[^\]]{0,200}\])?\s*\{([^{}]{1,200})\}(.*?)(?=\\bibitem|\\end\{the|\Z)", re.DOTALL
)


def read(text: str, folder: Path | None = None) -> Draft:
    r"""The LaTeX text; `\bibliography` is looked for in that folder, `\bibitem`s are its references."""
    text = _COMMENT.sub("", text.replace("\r\n", "\n"))
    files = [name.strip() for group in _BIBLIOGRAPHY.findall(text) for name in group.split(",") if name.strip()]
    named = [(folder or Path()) / (f if f.endswith(".bib") else f"{f}.bib") for f in files]
    references = {
        key.strip(): _text(entry) for listed in _THE_LIST.findall(text) for key, entry in _BIBITEM.findall(listed)
    }
    body = _THE_LIST.sub("", text).partition("\\begin{document}")
    body_text = (body[2] or body[0]).partition("\\end{document}")[0]
    body_text = _without_display(_without_floats(body_text))
    body_text = _ARGUMENT.sub(" ", _BIBLIOGRAPHY.sub(" ", body_text))
    body_text = _CITE.sub(_cited, body_text)
    body_text = _SECTION.sub(lambda m: f"\n\n\ue020{m[1]}\n\n", body_text)
    body_text = _BEGIN_END.sub("\n\n", body_text)
    blocks = [
        Block(_text(part.lstrip("\ue020")), "heading" if part.startswith("\ue020") else "text")
        for part in (p.strip() for p in re.split(r"\n\s*\n", body_text))
        if part
    ]
    return draft_of((b for b in blocks if re.search(r"\w", b.text)), references, bibliographies=tuple(named))


def _without_floats(text: str) -> str:
    """The text without floats and formulas of their own; in one pass, whatever is left open."""
    kept, at, inside, begun = [], 0, "", 0
    for edge in _EDGE.finditer(text):
        if not inside and edge[1] == "begin":
            inside, begun = edge[2], edge.start()
        elif inside == edge[2] and edge[1] == "end":
            kept.append(text[at:begun])
            at, inside = edge.end(), ""
    return " ".join([*kept, text[at:]])


def _without_display(text: str) -> str:
    r"""The text without `$$...$$` and `\[...\]`; in one pass, whatever is left open."""
    kept, at, closing, begun = [], 0, "", 0
    for mark in _DISPLAY.finditer(text):
        if not closing and mark[0] != "\\]":
            closing, begun = "$$" if mark[0] == "$$" else "\\]", mark.start()
        elif mark[0] == closing:
            kept.append(text[at:begun])
            at, closing = mark.end(), ""
    rest = " ".join([*kept, text[at:]])
    # What is left open or closed by itself opens no formula: looking for its end takes long where there are many.
    return re.sub(r"\\[\[\]]", " ", rest) if "\\)" in rest else re.sub(r"\\[\[\](]", " ", rest)


def _cited(match: re.Match[str]) -> str:
    r"""`\cite{one, two}` as Pandoc writes it; `\nocite` cites nothing in the text."""
    keys = [key.strip() for key in match[2].split(",") if key.strip()]
    return "" if match[1] or not keys else " [" + "; ".join(f"@{key}" for key in keys) + "]"


def _text(latex: str) -> str:
    """A paragraph as the text that it sets, cut where none so long is written."""
    return " ".join(decoded(latex[:MAX_DECODED]).split())
