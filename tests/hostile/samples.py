"""A small sound file of each format that is read: where damage made at random starts from."""

from __future__ import annotations

SAMPLES: dict[str, str] = {
    "daily_papers": """Get trending papers in your email inbox!

Subscribe

Jan 3

Attention Sinks

We keep the first tokens. It streams without end.

A title of its own

It has an abstract, too.
""",
    "jsonl": """{"_id": "d1", "title": "Sinks", "text": "We keep \\"tokens\\". It streams.", "metadata": {}}
{"id": "2306.00978v2", "title": "AWQ", "abstract": "It \\u00e9 quantises.", "authors": [{"name": "J. Lin"}]}
""",
    "arxiv_snapshot": """{"id": "0704.0001", "title": "Diphotons", "abstract": "A calculation\\n  of $x$.", "doi": null,
 "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}], "authors_parsed": [["B", "C.", ""]]}
{"id": "0704.0002", "title": "Pebbles", "abstract": "We describe it.", "versions": [], "authors_parsed": []}
""".replace(",\n ", ", "),
    "csv_table": 'title,abstract,authors,year\nSinks,"We keep ""tokens"",\nand stream.","A; B",2023\nB,It is so.,,\n',
    "bibtex": """@string{acl = "ACL"}
@article{a,
  title = {The {B}ig caf{\\'e} \\& co},
  author = "Xiao, Guangxuan and Han, Song",
  year = 2023, eprint = {2309.17453}, archivePrefix = {arXiv},
  abstract = {We keep $x_1$ and \\emph{stream} 5\\% more.},
}
@inproceedings{b, title={B}, abstract={It is so.}, booktitle=acl}
""",
    "arxiv_atom": """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<entry><id>http://arxiv.org/abs/2309.17453v3</id><title>Sinks &amp; more</title><summary>We keep
them.</summary><published>2023-09-29</published><author><name>A B</name></author><category term="cs.CL"/></entry>
<entry><id>x1</id><title>B</title><summary>It is so.</summary></entry>
</feed>
""",
}
SUFFIXES = (".txt", ".jsonl", ".json", ".csv", ".bib", ".xml")  # what each format, in that order, is told by
REPLY = "It streams [1.2], e.g. free. (1) Two 【2】\n- **Three** [1, 3-5]. [Source 2][^1] $a. B$ No. 5 J. Smith (2023)."
