# ruff: noqa: E501 - lines of the files that others write
"""Ovid, RefWorks, MODS and MARC: what their records say becomes a paper's fields."""

from __future__ import annotations

from typing import Any

import pymarc
import pytest

from tests.hostile.samples import SAMPLES, marc
from tests.rag.readers.conftest import Read, reads_as

ABSTRACT = "Ferns grow on old stairs."
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header/><metadata>{}</metadata></record></ListRecords></OAI-PMH>'

KINDS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "Ovid's tags, with what databases put behind names and titles": (
        "a.txt",
        "<1. >\r\nVN  - Ovid Technologies\r\nDB  - Embase\r\nUI  - 62138\r\nTI  - Ferns on stairs. [Review]\r\nAU  - Lund, Ada B. MD, PhD\r\n"
        "AU  - Dahl, Bo 1,2,*\r\nAU  - Ek, Cy [Reprint Author]\r\nSO  - Fern Letters. 12 (3) (no pagination), 2018. Date of Publication: 2018.\r\n"
        f"KW  - ferns; stairs\r\nLG  - English.\r\nAB  - {ABSTRACT}\r\nDO  - http://dx.doi.org/10.5555/F.1\r\n",
        [{"id": "10.5555/f.1", "title": "Ferns on stairs.", "authors": ("Ada B. Lund", "Bo Dahl", "Cy Ek"), "year": 2018,
          "venue": "Fern Letters", "keywords": ("ferns", "stairs"), "language": "English", "abstract": ABSTRACT}],
    ),
    "Ovid's tags with one blank, from PubMed": (
        "a.ovd",
        f"<12>\nVN - Ovid Technologies\nDB - Ovid MEDLINE(R)\nUI - 11\nTI - Ferns\nAU - Lund A\nFA - Lund, Ada\nJN - Fern Letters\nYR - 2018\nAB - {ABSTRACT}\n",
        [{"id": "pmid:11", "authors": ("Ada Lund",), "venue": "Fern Letters", "year": 2018}],
    ),
    "Ovid's labels": (
        "a.txt",
        f"<1>\nUnique Identifier\n  11\nTitle\n  Ferns\n  on stairs.\nAuthors\n  Lund A\n  Dahl B\nYear of Publication\n  2018\nAbstract\n  {ABSTRACT}\n<2>\nTitle\n  B\nAbstract\n  It is so.\n",
        [{"title": "Ferns on stairs.", "authors": ("A Lund", "B Dahl"), "year": 2018, "abstract": ABSTRACT}, {"title": "B"}],
    ),
    "RIS that Ovid numbers": ("a.txt", f"<1. >\nTY  - JOUR\nT1  - Ferns\nAB  - {ABSTRACT}\nER  - \n", [{"title": "Ferns"}]),
    "RefWorks, below its legend of tags": (
        "a.txt",
        "Refworks Export Tagged Format\n\nTag legend\n*****\nRT=Reference Type\nT1=Primary Title\n\n"
        "RT Journal Article\nSR Electronic(1)\nID 206\nA1 Lund,Ada\nA1 Dahl,Bo\nT1 Ferns on stairs\nJF Fern Letters\nYR 2018\nFD Feb\nK1 ferns\nK1 stairs\n"
        "AB Ferns grow on\nDO stairs that are old, so they say.\nDO 10.5555/f.1\nLA English\n",
        [{"id": "10.5555/f.1", "authors": ("Ada Lund", "Bo Dahl"), "venue": "Fern Letters", "year": 2018, "keywords": ("ferns", "stairs")}],
    ),
    "RefWorks of CNKI": (
        "a.txt",
        f"RT Journal Article\nSR 1\nA1 张三;李四\nT1 蕨类\nJF 蕨学\nYR 2022\nvo 23\nK1 蕨;楼梯\nAB {ABSTRACT}\n",
        [{"title": "蕨类", "authors": ("张三", "李四"), "year": 2022, "keywords": ("蕨", "楼梯")}],
    ),
    "MODS with a prefix, a host and an editor": (
        "a.xml",
        '<?xml version="1.0"?><mods:mods xmlns:mods="http://www.loc.gov/mods/v3"><mods:titleInfo type="alternative"><mods:title>No</mods:title></mods:titleInfo>'
        "<mods:titleInfo><mods:nonSort>The</mods:nonSort><mods:title>ferns</mods:title><mods:subTitle>on stairs</mods:subTitle></mods:titleInfo>"
        '<mods:name type="personal"><mods:namePart>Lund, Ada</mods:namePart><mods:namePart type="date">1970-</mods:namePart></mods:name>'
        '<mods:name type="corporate"><mods:namePart>Fern Group</mods:namePart><mods:role><mods:roleTerm>author</mods:roleTerm></mods:role></mods:name>'
        '<mods:name type="personal"><mods:namePart>Ek, Cy</mods:namePart><mods:role><mods:roleTerm>edt</mods:roleTerm></mods:role></mods:name>'
        f"<mods:abstract>{ABSTRACT}</mods:abstract><mods:identifier type=\"doi\">10.5555/F.1</mods:identifier><mods:subject><mods:topic>ferns</mods:topic></mods:subject>"
        '<mods:relatedItem type="host"><mods:titleInfo><mods:title>Fern Letters</mods:title></mods:titleInfo><mods:part><mods:date>2018</mods:date></mods:part></mods:relatedItem></mods:mods>',
        [{"id": "10.5555/f.1", "title": "The ferns: on stairs", "authors": ("Ada Lund", "Fern Group"), "year": 2018, "venue": "Fern Letters", "keywords": ("ferns",)}],
    ),
    "MODS and MARC that a repository hands out": (
        "a.xml",
        OAI.format(f'<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>Ferns</title></titleInfo><abstract>{ABSTRACT}</abstract></mods>'),
        [{"title": "Ferns", "abstract": ABSTRACT}],
    ),
    "Dublin Core of a journal, which tells where its authors work": (
        "a.xml",
        OAI.format(
            '<oai_dc:dc xmlns:oai_dc="http://x.org/dc" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Ferns</dc:title>'
            f"<dc:creator>Lund, Ada; University of Ferns</dc:creator><dc:creator>Dahl, Bo; Ek, Cy</dc:creator><dc:description>{ABSTRACT}</dc:description></oai_dc:dc>"
        ),
        [{"authors": ("Ada Lund", "Bo Dahl", "Cy Ek")}],
    ),
    "MARCXML in a harvest, of a paper in a journal": (
        "a.xml",
        OAI.format(
            '<marc:record xmlns:marc="http://www.loc.gov/MARC21/slim"><marc:datafield tag="024" ind1="7" ind2=" "><marc:subfield code="a">10.5555/F.1</marc:subfield>'
            '<marc:subfield code="2">doi</marc:subfield></marc:datafield><marc:datafield tag="100" ind1="1" ind2=" "><marc:subfield code="a">Lund, Ada,</marc:subfield></marc:datafield>'
            '<marc:datafield tag="700" ind1="1" ind2=" "><marc:subfield code="a">Ek, Cy</marc:subfield><marc:subfield code="e">editor</marc:subfield></marc:datafield>'
            '<marc:datafield tag="245" ind1="1" ind2="0"><marc:subfield code="a">Ferns :</marc:subfield><marc:subfield code="b">on stairs /</marc:subfield><marc:subfield code="c">A. Lund</marc:subfield></marc:datafield>'
            '<marc:datafield tag="264" ind1=" " ind2="1"><marc:subfield code="c">[2018]</marc:subfield></marc:datafield>'
            f'<marc:datafield tag="520" ind1="3" ind2=" "><marc:subfield code="a">{ABSTRACT}</marc:subfield></marc:datafield>'
            '<marc:datafield tag="650" ind1=" " ind2="0"><marc:subfield code="a">Ferns.</marc:subfield></marc:datafield>'
            '<marc:datafield tag="773" ind1="0" ind2=" "><marc:subfield code="t">Fern Letters.</marc:subfield></marc:datafield></marc:record>'
        ),
        [{"id": "10.5555/f.1", "title": "Ferns: on stairs", "authors": ("Ada Lund",), "year": 2018, "venue": "Fern Letters", "keywords": ("Ferns",)}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_a_catalogue(read: Read, kind: str) -> None:
    reads_as(read, *KINDS[kind])


@pytest.mark.parametrize("name", ["mods", "marc_xml"])
def test_the_samples_say_who_and_when(read: Read, name: str) -> None:
    first = read("a.xml", SAMPLES[name])[0][0]
    assert (first.title, first.authors, first.year, first.abstract) == (
        "Sinks: a study", ("G. Xiao" if name == "marc_xml" else "G Xiao",), 2023, "We keep < 5 tokens.",
    )  # fmt: skip


@pytest.mark.parametrize("mark", [b"a", b" "])
def test_marc_in_its_binary_form_whether_or_not_it_says_that_it_is_unicode(read: Read, mark: bytes) -> None:
    whole = marc()
    papers, rejected = read("a.mrc", whole[:9] + mark + whole[10:])
    assert not rejected
    assert [(p.title, p.authors, p.line) for p in papers] == [("Sinks", ("G. Xiao",), 1), ("B", ("G. Xiao",), 2)]
    assert papers[0].abstract == "We keep 5 tokens, cafés too."


def test_marc_8_is_decoded(read: Read) -> None:
    record = pymarc.Record(leader="00000nam  2200000 i 4500")
    for tag, text in (("245", "Ferns"), ("520", "Cafe X has ferns on its old stairs.")):
        record.add_field(pymarc.Field(tag, pymarc.Indicators(" ", " "), [pymarc.Subfield("a", text)]))
    told = record.as_marc().replace(b"Cafe X", b"Caf\xe2e ")
    papers, _ = read("a.mrc", told[:9] + b" " + told[10:])
    assert papers[0].abstract.startswith("Caf\u00e9") or papers[0].abstract.startswith("Cafe\u0301")
    assert read("a.mrc", told[:9] + b"a" + told[10:])[1][0].reason.startswith("not UTF-8"), "it says what it is not"


def test_damaged_marc_names_the_record(read: Read) -> None:
    whole = marc()
    papers, rejected = read("a.mrc", whole[: len(whole) // 2 + 20] + b"\x1d" + whole[-40:])
    assert len(papers) == 1
    assert [r.line for r in rejected] == [2, 3]


def test_datacite_in_a_harvest(read: Read) -> None:
    resource = (
        '<resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.5555/F.1</identifier>'
        "<creators><creator><creatorName>Lund, Ada</creatorName><givenName>Ada</givenName><familyName>Lund</familyName>"
        "</creator><creator><creatorName>Fern Group</creatorName></creator></creators><titles><title>Ferns</title></titles>"
        "<publisher>Zenodo</publisher><publicationYear>2020</publicationYear><subjects><subject>fern, stair</subject></subjects>"
        '<descriptions><description descriptionType="Other">1.0</description><description descriptionType="Abstract">'
        "&lt;p&gt;They grow.&lt;/p&gt;</description></descriptions></resource>"
    )
    for held in resource, f"<oai_datacite><payload>{resource}</payload></oai_datacite>":
        papers, _ = read("a.xml", OAI.format(held))
        paper = papers[0]
        assert (paper.id, paper.title, paper.abstract, paper.year) == ("10.5555/f.1", "Ferns", "They grow.", 2020)
        assert (paper.authors, paper.keywords) == (("Ada Lund", "Fern Group"), ("fern", "stair"))


def test_damage_in_a_catalogue_says_nothing_beside_the_ledger(
    read: Read, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    read("a.mrc", marc().replace(b"\x1e  \x1fa", b"\x1e12345\x1fa"))
    assert (capfd.readouterr().err, caplog.records) == ("", [])
