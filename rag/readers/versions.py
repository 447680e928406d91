"""Versions that a DOI tells, by the patterns that registrants document: the same work in two of them is one paper."""

from __future__ import annotations

import re

# The work, and the mark in front of the version. SSRN, Zenodo, arXiv and most journals have none in their DOIs.
_PATTERNS = (
    (r"(?:1101|64898)/[0-9.]+", "v"),  # bioRxiv, medRxiv
    (r"21203/[a-z0-9.-]+", "/v"),  # Research Square
    (r"(?:26434|33774)/[a-z0-9-]+", "-v"),  # ChemRxiv and others at Cambridge Open Engage
    (r"(?:26434/chemrxiv|36227/techrxiv|31124/advance|6084/m9\.figshare)\.[0-9]+", r"[./]v"),  # at Figshare
    (r"(?:22541/au|36227/techrxiv)\.[0-9.]+", "/v"),  # at Authorea
    (r"20944/preprints[0-9.]+", r"\.v"),  # Preprints.org
    (r"[0-9]{4,9}/osf\.io/[a-z0-9]+", "_v"),  # OSF: PsyArXiv, SocArXiv and others
    (r"12688/[a-z0-9]+\.[0-9]+", r"\."),  # F1000Research, Wellcome Open Research and others
    (r"7287/peerj\.preprints\.[0-9]+", "v"),  # PeerJ Preprints
)
_VERSIONS = tuple(re.compile(rf"(10\.{work}){mark}([1-9][0-9]?)", re.IGNORECASE) for work, mark in _PATTERNS)


def version_of(doi: str) -> tuple[str, int]:
    """The DOI without the version that it tells, and that version; 0 where it tells none."""
    match = next(filter(None, (pattern.fullmatch(doi) for pattern in _VERSIONS)), None)
    return (match[1], int(match[2])) if match else (doi, 0)


def one_for_all(doi: str) -> bool:
    """Whether all versions have one DOI, bioRxiv's and medRxiv's, and only links tell them apart."""
    return _VERSIONS[0].fullmatch(doi) is not None
