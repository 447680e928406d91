# ruff: noqa: E501 - lines of the files that others write
"""A small sound file of each format that is read, of two papers: where damage made at random starts from."""

from __future__ import annotations

SAMPLES: dict[str, str] = {
    "ris": """TY  - JOUR
AU  - Xiao, Guangxuan
AU  - Han, Song
TI  - Sinks
AB  - We keep the first tokens.
 It streams.
PY  - 2023///
DO  - 10.5555/s.1
KW  - attention
UR  - https://x.org/1
ER  -\x20

TY  - CPAPER
T1  - B
N2  - It is so.
N1  - Cited By :3

Export Date: 1 May
ER  -\x20
""",
    "bibtex": """@string{acl = "ACL"}
@article{a,
  title = {The {B}ig caf{\\'e} \\& co},
  author = "Xiao, Guangxuan and Han, Song",
  year = 2023, eprint = {2309.17453}, archivePrefix = {arXiv},
  abstract = {We keep $x_1$ and \\emph{stream} 5\\% more.},
}
@inproceedings{b, title={B}, abstract={It is so.}, booktitle=acl}
""",
    "csv_table": 'title,abstract,authors,year\nSinks,"We keep ""tokens"",\nand stream.","A; B",2023\nB,It is so.,,\n',
    "csv_by_row": """TITLE,"Sinks, and more"
AUTHOR NAMES,"Xiao G.","Han S."
SOURCE,"Sink Letters (2023) 1:2 (3-4). Date of Publication: 2023"
ABSTRACT,"We keep ""tokens"".
It streams."
DOI,10.5555/s.1

TITLE,B
ABSTRACT,It is so.
""",
    "jsonl": """{"_id": "d1", "title": "Sinks", "text": "We keep \\"tokens\\". It streams.", "metadata": {}}
{"id": "2306.00978v2", "title": "AWQ", "abstract": "It \\u00e9 quantises.", "authors": [{"name": "J. Lin"}]}
""",
    "medline": """PMID- 11
OWN - NLM
TI  - Sinks and
      more.
LID - 10.5555/s.1 [doi]
AB  - We keep tokens. It streams.
FAU - Xiao, Guangxuan
DP  - 2023 Sep 29
PT  - Journal Article

PMID- 12
TI  - B
AB  - It is so.
""",
    "pubmed_xml": """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2023//EN" "https://x.org/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation><PMID Version="1">11</PMID><Article><Journal><JournalIssue><PubDate><Year>2023</Year>
</PubDate></JournalIssue><Title>J Sinks</Title></Journal><ArticleTitle>Sinks of CO<sub>2</sub></ArticleTitle><Abstract>
<AbstractText Label="METHODS">We keep &lt; 5 tokens.</AbstractText></Abstract><AuthorList><Author><LastName>Xiao</LastName>
<ForeName>G</ForeName></Author></AuthorList></Article></MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>12</PMID><Article><ArticleTitle>B</ArticleTitle><Abstract><AbstractText>It is so.
</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>
""",
    "pubmed_text": """1. J Sinks. 2023 Sep 29;1(1):1-2. doi: 10.5555/s.1.

Sinks of attention.

Xiao G(1), Han S(1).

Author information:
(1)Nowhere.

We keep the first tokens. It streams without end.

PMID: 11


2. J Sinks. 2024;1(1):3.

A title of its own.

Ek B.

It has an abstract, too.

PMID: 12
""",
    "wos": """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Xiao, G
   Han, S
TI Sinks of
   attention
SO JOURNAL OF SINKS
AB We keep tokens.
   It streams. (C) 2023 Elsevier Ltd. All rights reserved.
PY 2023
DI 10.5555/s.1
ER

PT C
TI B
AB It is so.
ER

EF
""",
    "endnote_refer": """%0 Journal Article
%A Xiao, Guangxuan
%T Sinks
%D 2023
%X We keep tokens.
It streams.
%R 10.5555/s.1

%0 Conference Paper
%T B
%X It is so.
""",
    "endnote_xml": """<?xml version="1.0" encoding="UTF-8"?><xml><records><record><contributors><authors><author>
<style face="normal">Xiao, G.</style></author></authors></contributors><titles><title><style face="normal">Sinks &amp; </style>
<style face="italic">more</style></title></titles><dates><year>2023</year></dates><abstract>We keep tokens.</abstract>
</record><record><titles><title>B</title></titles><abstract>It is so.</abstract></record></records></xml>
""",
    "jats": """<?xml version="1.0"?>
<pmc-articleset><article xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><article-meta>
<article-id pub-id-type="doi">10.5555/s.1</article-id><title-group><article-title>Sinks of <italic>x</italic></article-title>
</title-group><contrib-group><contrib contrib-type="author"><name><surname>Xiao</surname><given-names>G</given-names></name>
</contrib></contrib-group><pub-date><year>2023</year></pub-date><abstract><sec><title>Aims</title><p>We keep
<mml:math><mml:mi>x</mml:mi></mml:math> tokens.</p></sec></abstract></article-meta></front><body><p>No.</p></body></article>
<article><front><article-meta><title-group><article-title>B</article-title></title-group><abstract><p>It is so.</p></abstract>
</article-meta></front></article></pmc-articleset>
""",
    "oai_pmh": """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header><identifier>oai:arXiv.org:2309.17453
</identifier></header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2309.17453</id><created>2023-09-29</created>
<authors><author><keyname>Xiao</keyname><forenames>G</forenames></author></authors><title>Sinks</title><categories>cs.CL
</categories><abstract>We keep tokens.</abstract></arXiv></metadata></record><record><header/><metadata><oai_dc:dc
xmlns:oai_dc="http://x.org/dc" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>B</dc:title><dc:description>It is so.
</dc:description><dc:creator>Han, S</dc:creator></oai_dc:dc></metadata></record></ListRecords></OAI-PMH>
""",
    "arxiv_atom": """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<entry><id>http://arxiv.org/abs/2309.17453v3</id><title>Sinks &amp; more</title><summary>We keep
them.</summary><published>2023-09-29</published><author><name>A B</name></author><category term="cs.CL"/></entry>
<entry><id>x1</id><title>B</title><summary>It is so.</summary></entry>
</feed>
""",
    "arxiv_rss": """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>cs.CL updates</title>
<item><title>Sinks</title><link>https://arxiv.org/abs/2309.17453</link><description>arXiv:2309.17453v1 Announce Type: new
Abstract: We keep tokens.</description><guid>oai:arXiv.org:2309.17453v1</guid><category>cs.CL</category>
<dc:creator>Guangxuan Xiao, Song Han</dc:creator></item>
<item><title>B</title><description>It is so.</description></item></channel></rss>
""",
    "arxiv_snapshot": """{"id": "0704.0001", "title": "Diphotons", "abstract": "A calculation\\n  of $x$.", "doi": null,
 "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}], "authors_parsed": [["B", "C.", ""]]}
{"id": "0704.0002", "title": "Pebbles", "abstract": "We describe it.", "versions": [], "authors_parsed": []}
""".replace(",\n ", ", "),
    "daily_papers": """Get trending papers in your email inbox!

Subscribe

Jan 3

Attention Sinks

We keep the first tokens. It streams without end.

A title of its own

It has an abstract, too.
""",
    "web_page": """<!DOCTYPE html><html><head><title>cs.CL</title></head><body><dl id="articles">
<dt><a href="/abs/2309.17453" title="Abstract">arXiv:2309.17453</a></dt><dd><div class="list-title mathjax"><span>Title:</span>
Sinks</div><div class="list-authors"><a href="/a">Guangxuan Xiao</a>, <a href="/b">Song Han</a></div>
<p class="mathjax">We keep $x_1$ &lt; 5 tokens.</p></dd>
<dt><a href="/abs/2309.17454">arXiv:2309.17454</a></dt><dd><div class="list-title">Title: B</div><p class="mathjax">It is so.</p>
</dd></dl></body></html>
""",
    "ovid": """<1. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R)
UI  - 11
TI  - Sinks and
      more.
AU  - Xiao G
AB  - We keep tokens. It streams.
YR  - 2023

<2>
Title
  B
Abstract
  It is so.
""",
    "refworks": """RT Journal Article
SR Electronic(1)
A1 Xiao,Guangxuan
T1 Sinks
YR 2023
AB We keep tokens.
It streams.
DO 10.5555/s.1

RT Conference Proceedings
T1 B
AB It is so.
""",
    "mods": """<?xml version="1.0" encoding="UTF-8"?>
<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods><titleInfo><title>Sinks</title><subTitle>a study</subTitle></titleInfo>
<name type="personal"><namePart type="family">Xiao</namePart><namePart type="given">G</namePart><role><roleTerm>aut</roleTerm>
</role></name><originInfo><dateIssued>2023</dateIssued></originInfo><abstract>We keep &lt; 5 tokens.</abstract></mods>
<mods><titleInfo><title>B</title></titleInfo><abstract>It is so.</abstract></mods></modsCollection>
""",
    "marc_xml": """<?xml version="1.0" encoding="UTF-8"?>
<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam a2200000 i 4500</leader>
<controlfield tag="008">230101s2023    xx            000 0 eng d</controlfield>
<datafield tag="100" ind1="1" ind2=" "><subfield code="a">Xiao, G.,</subfield><subfield code="e">author.</subfield></datafield>
<datafield tag="245" ind1="1" ind2="0"><subfield code="a">Sinks :</subfield><subfield code="b">a study /</subfield></datafield>
<datafield tag="520" ind1="3" ind2=" "><subfield code="a">We keep &lt; 5 tokens.</subfield></datafield></record>
<record><datafield tag="245" ind1=" " ind2=" "><subfield code="a">B</subfield></datafield>
<datafield tag="520" ind1=" " ind2=" "><subfield code="a">It is so.</subfield></datafield></record></collection>
""",
    "embase_text": """RECORD 1
TITLE
  Sinks and
more
AUTHOR NAMES
  Xiao G.; Han S.
ABSTRACT
  We keep tokens.
It streams.
PUBLICATION YEAR
  2023

RECORD 2
TITLE
  B
ABSTRACT
  It is so.
""",
    "zotero_rdf": """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:bib="http://purl.org/net/biblio#" xmlns:dc="http://purl.org/dc/elements/1.1/"><bib:Article rdf:about="#1"><z:itemType>journalArticle</z:itemType>
<dcterms:isPartOf rdf:resource="urn:issn:1"/><dc:title>Sinks</dc:title><dcterms:abstract>We keep &lt; 5 tokens.</dcterms:abstract><dc:date>2023</dc:date></bib:Article>
<bib:Journal rdf:about="urn:issn:1"><dc:title>J Sinks</dc:title><dc:identifier>DOI 10.5555/s.1</dc:identifier></bib:Journal>
<bib:Document rdf:about="#2"><z:itemType>webpage</z:itemType><dc:title>B</dc:title><dcterms:abstract>It is so.</dcterms:abstract></bib:Document></rdf:RDF>
""",
}
# What each format is told by, in that order.
SUFFIXES = (".ris", ".bib", ".csv", ".csv", ".jsonl", ".nbib", ".xml", ".txt", ".txt", ".enw", ".xml", ".nxml", ".xml", ".atom", ".rss",
            ".json", ".txt", ".html", ".txt", ".txt", ".xml", ".xml", ".txt", ".rdf")  # fmt: skip
REPLY = "It streams [1.2], e.g. free. (1) Two 【2】\n- **Three** [1, 3-5]. [Source 2][^1] $a. B$ No. 5 J. Smith (2023)."


def marc() -> bytes:
    """Two papers in MARC's binary form."""
    import pymarc

    records = []
    for title, abstract in (("Sinks :", "We keep 5 tokens, caf\u00e9s too."), ("B", "It is so.")):
        record = pymarc.Record(leader="00000nam a2200000 i 4500")
        for tag, text in (("100", "Xiao, G.,"), ("245", title), ("520", abstract)):
            record.add_field(pymarc.Field(tag, pymarc.Indicators(" ", " "), [pymarc.Subfield("a", text)]))
        records.append(record.as_marc())
    return b"".join(records)
