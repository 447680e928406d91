"""The formats that are read: what each is, where it comes from, and its reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.readers import (
    arxiv_atom,
    arxiv_rss,
    arxiv_snapshot,
    bibtex,
    csv_by_row,
    csv_table,
    daily_papers,
    embase_text,
    endnote_refer,
    endnote_xml,
    jats,
    jsonl,
    marc_xml,
    medline,
    mods,
    oai_pmh,
    ovid,
    pubmed_text,
    pubmed_xml,
    refworks,
    ris,
    web_page,
    wos,
    zotero_rdf,
)
from rag.readers.lines import Lines
from rag.types import Paper, Rejected

Reader = Callable[[Lines, str], Iterator[Paper | Rejected]]


@dataclass(frozen=True)
class Format:
    """A format of text files. `sources` says who exports it, `told_by` what its start looks like."""

    title: str
    suffixes: str
    sources: str
    told_by: str
    read: Reader


FORMATS: dict[str, Format] = {
    "ris": Format(
        "RIS", ".ris .txt", "Zotero, EndNote, Mendeley, Scopus, Embase, Cochrane, Covidence, Rayyan, publishers",
        "a line `TY  - `", ris.read),
    "bibtex": Format(
        "BibTeX, BibLaTeX", ".bib", "Zotero, Better BibTeX, JabRef, ACL Anthology, Web of Science, Scopus, DBLP",
        "an entry `@article{`", bibtex.read),
    "csv_table": Format(
        "CSV, TSV", ".csv .tsv .txt",
        "Scopus, Web of Science, Lens, Dimensions, IEEE Xplore, Rayyan, Covidence, Cochrane, Embase, CINAHL, Zotero, "
        "OpenAlex, ASReview, any table with a title and an abstract",
        "a first row that names a title and an abstract column", csv_table.read),
    "csv_by_row": Format("CSV, fields by row", ".csv", "Embase", "lines `TITLE,` and `ABSTRACT,`", csv_by_row.read),
    "embase_text": Format("Embase plain text", ".txt", "Embase", "a line `RECORD 1`", embase_text.read),
    "jsonl": Format(
        "JSON, JSON lines", ".json .jsonl",
        "OpenAlex, Crossref, Semantic Scholar, DataCite (Zenodo), Hugging Face, CSL (Zotero, pandoc), Zotero's API, "
        "BEIR, any list of objects",
        "`{` or `[{`", jsonl.read),
    "medline": Format("MEDLINE", ".nbib .txt", "PubMed, ERIC", "a line `PMID- ` or `OWN - ERIC`", medline.read),
    "pubmed_xml": Format("PubMed XML", ".xml", "PubMed, E-utilities", "`<PubmedArticleSet>`", pubmed_xml.read),
    "pubmed_text": Format(
        "PubMed text (abstracts)", ".txt", "PubMed's \"Abstract (text)\"", "numbered records with a line `PMID: `",
        pubmed_text.read),
    "wos": Format("Web of Science plain text", ".txt .ciw", "Web of Science", "`FN ` or `PT J`", wos.read),
    "endnote_refer": Format("EndNote tagged (Refer)", ".enw", "EndNote, Google Scholar, JSTOR", "a line `%0 `",
                            endnote_refer.read),
    "ovid": Format("Ovid tagged, Ovid with labels", ".txt .ovd .cgi", "Ovid", "a line `<1. >`", ovid.read),
    "refworks": Format("RefWorks tagged", ".txt", "RefWorks, CNKI", "a line `RT Journal Article`", refworks.read),
    "mods": Format("MODS", ".xml", "repositories, bibutils", "`<mods>` or `<modsCollection>`", mods.read),
    "marc_xml": Format("MARCXML", ".xml", "libraries' catalogues", "`<collection>` or `<record>` with a `<datafield>`",
                       marc_xml.read),
    "endnote_xml": Format("EndNote XML", ".xml", "EndNote", "`<xml><records>`", endnote_xml.read),
    "jats": Format("JATS XML", ".xml .nxml", "PubMed Central, publishers", "`<article>` with a `<front>`", jats.read),
    "oai_pmh": Format("OAI-PMH", ".xml", "arXiv, Zenodo, repositories (Dublin Core, DataCite, arXiv, JATS)",
                      "`<OAI-PMH>`", oai_pmh.read),
    "arxiv_atom": Format("Atom", ".xml .atom", "arXiv's API", "`<feed>`", arxiv_atom.read),
    "arxiv_rss": Format("RSS", ".xml .rss", "arXiv's daily feeds", "`<rss>` or `<rdf:RDF>`", arxiv_rss.read),
    "zotero_rdf": Format("Zotero RDF", ".rdf", "Zotero", "`<rdf:RDF>` with Zotero's namespace", zotero_rdf.read),
    "arxiv_snapshot": Format("arXiv's metadata snapshot", ".json", "Kaggle, arXiv",
                             "JSON lines with `versions` or `authors_parsed`", arxiv_snapshot.read),
    "daily_papers": Format("Daily Papers as text", ".txt", "Hugging Face pages saved as text",
                           "the page's head, or titles and abstracts in turn", daily_papers.read),
    "web_page": Format("Saved web pages", ".html .htm", "arXiv's listings, searches and papers, Hugging Face, ACL "
                       "Anthology and others with citation marks", "`<html>`", web_page.read),
}  # fmt: skip
READERS: dict[str, Reader] = {name: known.read for name, known in FORMATS.items()}


def table() -> str:
    """The formats as a table in Markdown, for docs/formats.md."""
    rows = [
        (known.title, known.sources, " ".join(f"`{s}`" for s in known.suffixes.split()), known.told_by)
        for known in FORMATS.values()
    ]
    rows.append(("MARC 21", "libraries' catalogues", "`.mrc` `.marc` `.dat`", "its content"))
    rows.append(("Spreadsheets", "Web of Science, Excel, LibreOffice", "`.xlsx` `.xls` `.ods`", "its content"))
    lines = ["| format | as exported by | usual suffix | told by |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
