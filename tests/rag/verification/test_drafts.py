from __future__ import annotations

import contextlib
import io
import time
import zipfile
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.verification import drafts
from rag.verification.reading import MAX_BYTES, read_bytes, read_file, read_text

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def cited(draft: drafts.Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(s.text, s.cited) for s in draft.statements if not s.heading]


def test_markdown_with_numbers() -> None:
    draft = read_text(
        "---\ntitle: x\n---\n# Head\n\nSinks help [1]. It is\n**fast** [2, 3].[^4] See (2020).\n\n```\ncode [9]\n```\n"
        "\n- An item.\n\n| a | b |\n|---|---|\n| In a cell. | 2 |\n\n## References\n\n1. One. A title.\n2. Two.\n\n"
        '[3]: https://x.org/3 "Three"\n'
    )
    assert cited(draft)[:3] == [("Sinks help.", ("1",)), ("It is fast.", ("2", "3", "4")), ("See (2020).", ())]
    assert [t for t, _ in cited(draft)[3:]] == ["An item.", "a", "b", "In a cell.", "2"]
    assert draft.references == {"1": "One. A title.", "2": "Two.", "3": "Three https://x.org/3"}
    assert [s.text for s in draft.statements if s.heading] == ["Head"]


def test_a_number_that_links_to_its_reference_is_a_citation() -> None:
    draft = read_text("Sinks help [3].\n\n[3]: https://x.org/3\n")
    assert cited(draft) == [("Sinks help.", ("3",))]
    assert draft.references == {"3": "https://x.org/3"}


def test_an_answer_with_its_list_at_the_end() -> None:
    draft = read_text("Sinks help [1][2].\n\nSources:\n[1] A title\n[2] Another title, which\ngoes on\n", "text")
    assert cited(draft) == [("Sinks help.", ("1", "2"))]
    assert draft.references == {"1": "A title", "2": "Another title, which goes on"}
    bare = read_text("Sinks help [1].\n\n[1] A title\n\n[2] Another\n")
    assert bare.references == {"1": "A title", "2": "Another"}
    assert cited(read_text("[1] says it all.")) == [("says it all.", ("1",))]


def test_pandocs_keys_leave_intervals_alone() -> None:
    draft = read_text("In [0, 1] it holds [@roe2024; see @doe-2023, p. 3]. No more (1).")
    assert cited(draft) == [("In [0, 1] it holds.", ("roe2024", "doe-2023")), ("No more (1).", ())]


def test_latex() -> None:
    draft = read_text(
        r"""\documentclass{article} \title{No} \author{A}
\begin{document}
\section{Intro}
Sinks \emph{help}~\citep[see][p. 3]{xiao, roe} by 5\%. % not this
It is in $[0, 1]$.\footnote{A note.}
\begin{figure} \caption{Not this \cite{no}.} \end{figure}
\begin{itemize} \item As \citet{xiao} say, caf\'e. \end{itemize}
\nocite{none}
\bibliography{refs,more.bib}
\begin{thebibliography}{9} \bibitem[Roe]{roe} Roe. \emph{A title}. \end{thebibliography}
\end{document} not this"""
    )
    found = cited(draft)
    assert found[0] == ("Sinks help by 5%.", ("xiao", "roe"))
    assert found[1][0].startswith("It is in $[0, 1]$.")
    assert found[-1] == ("As say, café.", ("xiao",))
    assert draft.references == {"roe": "Roe. A title."}
    assert [p.name for p in draft.bibliographies] == ["refs.bib", "more.bib"]
    assert not any("not this" in s.text.lower() for s in draft.statements)


def docx(body: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return packed.getvalue()


def test_word(tmp_path: Path) -> None:
    file = tmp_path / "d.docx"
    file.write_bytes(
        docx(
            '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Head</w:t></w:r></w:p>'
            "<w:p><w:r><w:t>Sinks </w:t></w:r><w:r><w:t>help [1].</w:t></w:r>"
            "<w:del><w:r><w:t>Gone.</w:t></w:r></w:del></w:p>"
            "<w:p><w:r><w:t>References</w:t></w:r></w:p><w:p><w:r><w:t>[1] A title</w:t></w:r></w:p>"
        )
    )
    draft = read_file(file)
    assert cited(draft) == [("Sinks help.", ("1",))]
    assert draft.references == {"1": "A title"}
    assert draft.statements[0].heading


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no sentence"),
        (b"```\ncode\n```", "no sentence"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0....", "old Word"),
        (b"PK\x03\x04 broken", "not a Word file"),
        (b"text\0with zeros", "no text"),
        (b"x" * (MAX_BYTES + 1), "at most 2 MB"),
        (b"Yes.\n" * 4000, "4,000 sentences; at most 3,000"),
        (b"[" * 30_000, "a line has more than 20,000 characters"),
        (docx("<w:p>")[:-30], "not a Word file"),
        (docx('<!DOCTYPE x [<!ENTITY a "b">]>&a;'), "not a Word file"),
        (docx(f"<w:p><w:r><w:t>{'a' * 40_000_000}</w:t></w:r></w:p>"), "unpacks to more than 30 MB"),
    ],
)
def test_what_cannot_be_checked_is_said_in_a_line(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_bytes(data)


def test_a_large_or_missing_file(tmp_path: Path) -> None:
    large = tmp_path / "large.md"
    large.write_bytes(b"A sentence of ten megabytes. " * 350_000)
    with pytest.raises(SourceError, match=r"large\.md has 10\.\d MB; at most 2 MB are checked at once: split it"):
        read_file(large)
    with pytest.raises(SourceError, match=r"cannot read .*nowhere"):
        read_file(tmp_path / "nowhere.md")


def test_other_encodings() -> None:
    assert cited(read_bytes("Café helps.".encode("cp1252")))[0][0] == "Café helps."
    assert cited(read_bytes("Café helps.".encode("utf-16")))[0][0] == "Café helps."


@pytest.mark.parametrize("piece", ["[", "\\[", "\\begin{table}", "`a ", "*a ", "[@", "\\ref[", "> ", "![a](", "$a"])
def test_open_ends_without_number_take_no_time(piece: str) -> None:
    line = (piece * 300)[:300]
    started = time.monotonic()
    with contextlib.suppress(SourceError):
        read_text("\n".join([line] * 100) + "\n\\section{x}\n")
    assert time.monotonic() - started < 20, "seconds on a busy machine; some took minutes"
