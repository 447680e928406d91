from __future__ import annotations

import pytest

from rag.types import Paper
from tests.rag.readers.conftest import Read

FULL = r"""% Encoding: UTF-8
@comment{jabref-meta: x}
@string{knuth = "Donald E. Knuth"}

@InProceedings{vaswani17,
  Title        = {{BERT} f{\"u}r {Schr{\"o}dinger} \& $\alpha_{1} {x}$},
  author       = {Vaswani, Ashish and {van} Beethoven, Ludwig and {Google Brain and Friends} and Ren{\'e} Roe},
  abstract     = "We gain 10% and 5\%
                  on \emph{two} tasks of O($n^{2}$) -- ``more'' at \url{https://x.org}.",
  year         = 2017,
  keywords     = {attention},
  archiveprefix = {arXiv}, eprint = {1706.03762v5},
}
"""


def test_a_full_entry(read: Read) -> None:
    papers, rejected = read("refs.bib", FULL)
    assert papers == [
        Paper(
            "1706.03762",
            r"BERT für Schrödinger & $\alpha_{1} {x}$",
            "We gain 10% and 5% on two tasks of O($n^{2}$) – “more” at https://x.org.",
            ("Ashish Vaswani", "Ludwig van Beethoven", "Google Brain and Friends", "René Roe"),
            2017,
            "https://arxiv.org/abs/1706.03762",
            (),
            5,
            keywords=("attention",),
            bibtex=papers[0].bibtex,
            kind="inproceedings",
        )
    ]
    assert papers[0].bibtex.startswith('@inproceedings{vaswani17,\n  Title = {{BERT} f{\\"u}r {Schr')
    assert papers[0].line == 5
    assert not rejected


@pytest.mark.parametrize(
    ("field", "id", "url"),
    [
        ("url = {http://arxiv.org/abs/2306.00978v2}", "2306.00978", "http://arxiv.org/abs/2306.00978v2"),
        ("url = {\\url{https://x.org/a\\_b}}", "t-", "https://x.org/a_b"),
        ("doi = {10.48550/arXiv.2306.00978}", "2306.00978", "https://arxiv.org/abs/2306.00978"),
        ("doi = {https://doi.org/10.1145/1.2}", "10.1145/1.2", "https://doi.org/10.1145/1.2"),
        ("eprint = {2306.00978}, archiveprefix = {jstor}", "t-", ""),
        ("eprint = {2306.00978}", "2306.00978", "https://arxiv.org/abs/2306.00978"),
        ("note = {x}", "t-", ""),
    ],
)
def test_identity_and_link(read: Read, field: str, id: str, url: str) -> None:
    papers, _ = read("a.bib", f"@misc{{key, title={{T}}, abstract={{A}}, {field}}}")
    assert papers[0].id.startswith(id)
    assert papers[0].url == url


def test_broken_entries_are_told_and_the_rest_is_read(read: Read) -> None:
    papers, rejected = read(
        "a.bib",
        "@article{a, title={A}, abstract={a}}\n"
        "@article{b,\n title={B}}\n"
        "@article{c, title={C, abstract={c}}\n"
        "@article{d, title={D}, abstract={d}, author=knuth}\n"
        "@string{knuth = {Don Knuth}}\n"
        "\n@article e, title={E}\n"
        "@article{f, title={F} abstract={f}}\n"
        "@article{g, title={G}, title={H}, abstract={g}}\n"
        "@article{h, title={I}, abstract={i}, author=knuth}\n"
        "@article{i, title={cut",
    )
    assert [(paper.title, paper.line) for paper in papers] == [("A", 1), ("D", 5), ("G", 10), ("I", 11)]
    assert papers[-1].authors == ("Don Knuth",)
    assert [r.line for r in rejected] == [2, 4, 8, 9, 12]
    assert rejected[0].reason == "no abstract (B)"
    assert rejected[1].reason.startswith("broken entry: is a brace, a quote or a comma missing? (@article{c,")


def test_content_tells_it_from_its_start(read: Read) -> None:
    assert len(read("refs.txt", FULL)[0]) == 1
    assert len(read("export", FULL)[0]) == 1


@pytest.mark.parametrize("abstract", ["{" * 50_000 + "x" + "}" * 50_000, r"\frac{", r"$5 off", "\\begin{x}", "50% off"])
def test_odd_latex_keeps_the_paper(read: Read, abstract: str, capfd: pytest.CaptureFixture[str]) -> None:
    papers, rejected = read(
        "a.bib", f"@a{{k, title={{T}}, abstract = {{{abstract}}}}}\n@a{{l, title={{U}}, abstract={{u}}}}"
    )
    assert papers[-1].title == "U"
    assert len(papers) + len(rejected) == 2
    assert capfd.readouterr().err == ""


def test_a_huge_abstract_is_refused_by_name(read: Read) -> None:
    papers, rejected = read(
        "a.bib", f"@a{{k, title={{{{T}}}}, abstract = {{{'{w}ord ' * 400_000}}}}}\n@a{{l, title={{U}}, abstract={{u}}}}"
    )
    assert [paper.title for paper in papers] == ["U"]
    assert "abstract of 2,799,999 characters" in rejected[0].reason
