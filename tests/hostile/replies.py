"""A sound reply of each service: where damage made at random starts from."""

from __future__ import annotations

import json

from tests.rag.fetching import recorded

REPLIES: dict[str, bytes] = {
    "openalex": json.dumps(recorded.openalex([1, 13], 2, None)).encode(),
    "arxiv": recorded.arxiv(["2405.14831", "2405.00001"], 2).encode(),
    "semanticscholar": json.dumps(
        {"total": 2, "data": [recorded.semantic_scholar(1), recorded.semantic_scholar(2)]}
    ).encode(),
    "pubmed": recorded.pubmed(["1", "2"]).encode(),
    "hf-daily": json.dumps(recorded.hf_daily(["2602.00001"])).encode(),
    "zotero": json.dumps([recorded.zotero("K1"), recorded.zotero("K2", "note")]).encode(),
    "ids": json.dumps(recorded.crossref([recorded.crossref_work("10.5555/a", "Moss grows.")])).encode(),
}
