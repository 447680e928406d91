from __future__ import annotations

from pathlib import Path

from rag.types import Paper
from tests.rag.readers.conftest import Read

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <title type="html">ArXiv Query</title>
  <id>http://arxiv.org/api/x</id>
  <entry>
    <id>http://arxiv.org/abs/2306.00978v2</id>
    <updated>2024-04-23T00:00:00Z</updated>
    <published>2023-06-01T17:59:10Z</published>
    <title>AWQ: Activation-aware Weight Quantization
  for LLMs &amp; more</title>
    <summary>  Large language models
have transformed AI.
</summary>
    <author><name>Ji Lin</name><arxiv:affiliation>MIT</arxiv:affiliation></author>
    <author><name>Song Hän</name></author>
    <link href="http://arxiv.org/abs/2306.00978v2" rel="alternate"/>
    <arxiv:primary_category term="cs.CL"/>
    <category term="cs.CL"/><category term="cs.AI"/>
  </entry>
  <entry><id>http://arxiv.org/abs/2306.00979v1</id><title>No summary</title></entry>
</feed>
"""
PAPER = Paper(
    "2306.00978",
    "AWQ: Activation-aware Weight Quantization for LLMs & more",
    "Large language models have transformed AI.",
    ("Ji Lin", "Song Hän"),
    2023,
    "https://arxiv.org/abs/2306.00978",
    ("cs.CL", "cs.AI"),
    2,
)


def test_a_feed_under_any_name_and_encoding(read: Read) -> None:
    for name in "feed.xml", "feed.atom", "query.txt", "query":
        papers, rejected = read(name, FEED)
        assert papers == [PAPER]
        assert papers[0].line == 5
        assert [str(r) for r in rejected] == [f"{name}:20: no abstract (No summary)"]
    assert read("feed.xml", FEED.replace("UTF-8", "UTF-16").encode("utf-16"))[0] == [PAPER]


def test_a_cut_feed_gives_what_is_in_front(read: Read) -> None:
    papers, rejected = read("feed.xml", FEED[: FEED.index("No summary")])
    assert papers == [PAPER]
    assert rejected[0].reason.startswith("not XML that can be read: ")


def test_entities_are_neither_expanded_nor_fetched(read: Read, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    for entity in '<!ENTITY x "lol">', f'<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">':
        papers, rejected = read(
            "feed.xml", FEED.replace("<feed", f"<!DOCTYPE feed [{entity}]>\n<feed", 1).replace("AWQ", "&x;")
        )
        assert papers == []
        assert rejected[0].reason.startswith("not XML that can be read: EntitiesForbidden")


def test_other_xml(read: Read) -> None:
    assert "it looks like XML of another kind" in read("a.xml", "<?xml version='1.0'?>\n<odds><b/></odds>")[1][0].reason
    assert read("a.xml", "no XML")[1][0].reason.startswith("not XML that can be read")
