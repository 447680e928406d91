"""What sources call a field: one name here for each that papers have."""

from __future__ import annotations

import re
from collections.abc import Mapping

# By each name of ours what sources call it, letters and digits alone; the first that is filled wins. The two-letter
# names are Web of Science's tags.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "paperid", "identifier"),
    "title": ("title", "articletitle", "documenttitle", "itemtitle", "primarytitle", "papertitle", "displayname",
              "titleenglish", "englishtitle", "titleprimary", "ti", "titles", "originaltitle", "titledisplay",
              "studytitle", "titel", "titre", "título", "titulo", "titolo", "文献标题", "标题", "题名", "篇名",
              "文献タイトル", "タイトル"),
    "abstract": ("abstract", "abstractnote", "abstracttext", "paperabstract", "abstracts", "abstractenglish",
                 "englishabstract", "text", "summary", "ab", "description", "abstractnotes", "zusammenfassung",
                 "摘要", "抄録", "要約",
                 "résumé", "resume", "resumen", "resumo", "abstractinvertedindex"),
    "authors": ("authorfullnames", "authorsfullnames", "authorsfullname", "authors", "author", "authornames",
                "authorname", "authorsnames",
                "authorships", "firstauthors", "authorshipsauthordisplayname", "authorslist", "authorlist", "creators",
                "creator",
                "byline", "authorsprimary", "af", "au", "fullauthornames", "authordisplayname", "inventors",
                "authordisplay", "authorstring", "autoren", "autor", "auteurs", "autores", "autori", "firstauthor",
                "作者", "著者名", "著者"),
    "year": ("year", "publicationyear", "publishedyear", "pubyear", "py", "yearpublished", "issued", "published",
             "publicationdate", "date", "coverdate", "publisheddate", "dateofpublication", "datepublished", "created",
             "publishedonline", "publishedat", "publishedprint", "years", "releasedate", "pubdate", "yr", "jahr",
             "année",
             "annee", "año", "ano", "anno", "年份", "出版年", "发表时间", "年"),
    "doi": ("doi", "digitalobjectidentifier", "dois", "di", "articledoi", "doilink", "doiurl", "idsdoi",
            "openurllink", "do", "locationidentifier", "itemdoi", "externalids", "articleidentifier"),
    "pmid": ("pmid", "pubmedid", "medlinepmid", "pm", "idspmid", "medline", "pubmed"),
    "openalex": ("openalex", "openalexid", "idsopenalex"),
    "eprint": ("eprint", "arxivid", "arxiv", "arxivnumber"),
    "url": ("url", "link", "urls", "链接", "リンク", "link1", "plink", "pdflink", "articleurl", "links",
            "abstracturl", "sourceurl",
            "primarylocationlandingpageurl", "permalink"),
    "venue": ("venue", "journal", "publicationtitle", "sourcetitle", "journaltitle", "containertitle", "booktitle",
              "proceedingstitle",
              "journalname", "journalbooktitle", "journalbook", "pubtitle", "secondarytitle", "publication",
              "publishedin",
              "jt",
              "journalref", "periodicalfull", "tj", "jn", "so",
              "primarylocationsourcedisplayname", "sourcename", "sourcetitleanthologytitle", "periodical", "hostvenue",
              "来源出版物名称", "文献来源", "刊名", "出版物名"),
    "source": ("source",),
    "keywords": ("keywords", "authorkeywords", "keyword", "manualtags", "de", "tags", "subjects", "subject",
                 "authorskeywords", "keywordsdisplayname", "keywordsplus", "kw", "meshterms", "mh",
                 "emtreemedicalindexterms", "作者关键字", "关键词",
                 "著者キーワード", "キーワード"),
    "language": ("language", "languageoforiginaldocument", "languages", "la", "lang", "lg", "languageofarticle"),
    "categories": ("categories", "category", "arxivcategories"),
    "comments": ("comments", "comment"),
    "type": ("type", "documenttype", "publicationtype", "itemtype", "publicationtypes", "doctype", "dt",
             "documentidentifier", "pt", "文献类型", "文献タイプ"),
    "version": ("version",),
    "retracted": ("isretracted", "retracted"),
    "notices": ("notices",),
    "extra": ("extra",),
    "related": ("related",),
    "bibtex": ("bibtex",),
}  # fmt: skip
_OURS = {name: ours for ours, names in reversed(NAMES.items()) for name in names}
TITLE_NAMES, ABSTRACT_NAMES = frozenset(NAMES["title"]), frozenset(NAMES["abstract"])


def plain_name(name: str) -> str:
    """A column's name as its letters and digits: "Author/s" is "authors", "Abstract Note" "abstractnote"."""
    return re.sub(r"[\W_]+", "", name).lower()


def by_our_names(record: Mapping[str, object]) -> dict[str, list[object]]:
    """The values of `record` by our names of the fields, each list in the order of preference above."""
    found: dict[str, dict[str, object]] = {}
    for name, value in record.items():
        plain = plain_name(name)
        if plain in _OURS and plain not in found.setdefault(_OURS[plain], {}):
            found[_OURS[plain]][plain] = value
    return {ours: [values[name] for name in NAMES[ours] if name in values] for ours, values in found.items()}
