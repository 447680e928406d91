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
_FLOAT = re.compile(rf"\\begin\{{({'|'.join(_DROPPED)})(\*?)\}}.*?\\end\{{\1\2\}}", re.DOTALL)
_DISPLAYED = re.compile(r"\$\$.*?\$\$|\\\[.*?\\\]", re.DOTALL)
_CITE = re.compile(
    r"[~\s]*\\(no)?(?:[a-zA-Z]{0,12}cite[a-zA-Z]{0,12}|cite)\*?\s*(?:\[[^\]]{0,200}\]\s*){0,2}\{([^{}]{1,2000})\}"
)
_SECTION = re.compile(r"\\(?:part|chapter|(?:sub){0,2}section|paragraph|title)\*?\s*(?:\[[^\]]*\])?\{([^{}]*)\}")
_ARGUMENT = re.compile(
    r"\\(?:label|(?:eq|page|c|C|auto|name)?ref|vspace|hspace|input|include|usepackage|documentclass|author|date|"
    r"bibliographystyle|includegraphics|thanks|email|affiliation|keywords)\*?\s*(?:\[[^\]]*\])?\{[^{}]*\}"
)
_BEGIN_END = re.compile(r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\]]*\])?|\\(?:maketitle|tableofcontents|appendix|item\b)")
_BIBLIOGRAPHY = re.compile(r"\\(?:bibliography|addbibresource)\s*(?:\[[^\]]*\])?\{([^{}]{1,1000})\}")
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
    body_text = _DISPLAYED.sub(" ", _FLOAT.sub(" ", body_text))
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


def _cited(match: re.Match[str]) -> str:
    r"""`\cite{one, two}` as Pandoc writes it; `\nocite` cites nothing in the text."""
    keys = [key.strip() for key in match[2].split(",") if key.strip()]
    return "" if match[1] or not keys else " [" + "; ".join(f"@{key}" for key in keys) + "]"


def _text(latex: str) -> str:
    """A paragraph as the text that it sets, cut where none so long is written."""
    return " ".join(decoded(latex[:MAX_DECODED]).split())
