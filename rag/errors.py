"""Every error a user can cause or meet, each saying in one line what to do next.

AskpapersError
|-- SettingsError      a setting is unknown or has a value that cannot be used
|-- SourceError        a path to read papers from is missing or holds none
|-- LibraryError       the index is missing, locked, or was made in another way
|   |-- NoIndexError   there is no index yet
|   `-- BusyError      another process or machine is writing to it
|-- QueueFullError     too many questions wait for an answer, or the server is closing
|-- QuestionError      a question that cannot be asked (blank, far too long)
|-- FetchError         a service that papers are fetched from cannot be reached or refuses
`-- LLMError           the language model cannot be reached or refused to work
"""

import re
import shutil
from pathlib import Path

from rag.clean import without_unseen

_FULL = re.compile(r"disk is full|no space left|file too large|quota exceeded", re.IGNORECASE)
_DISK = re.compile(r"disk i/o error|input/output error", re.IGNORECASE)
_LEFT = 1_000_000  # bytes: with fewer an error of the disk means that it is full


class AskpapersError(Exception):
    """Base of all errors that are shown to users as one line."""

    def __init__(self, said: str) -> None:
        super().__init__(without_unseen(said))  # it may repeat names and text from outside, and terminals obey some


class SettingsError(AskpapersError):
    """A setting is unknown or has a value that cannot be used."""


class SourceError(AskpapersError):
    """A path to read papers from is missing or holds none."""


class LibraryError(AskpapersError):
    """The index is missing, locked by another process, or was made in another way."""


class NoIndexError(LibraryError):
    """There is no index yet."""


class BusyError(LibraryError):
    """Another process or machine is writing to the index."""


class QueueFullError(AskpapersError):
    """Too many questions wait for an answer, or the server is closing."""


class QuestionError(AskpapersError):
    """A question that cannot be asked: blank, or far too long."""


class FetchError(AskpapersError):
    """A service on the network cannot be reached, refuses, or answers what cannot be read."""


class LLMError(AskpapersError):
    """The language model cannot be reached or refused to work."""


def disk_trouble(error: BaseException, folder: Path) -> str:
    """What is wrong with the disk under `folder` and what to do, "" where the error tells of something else.

    It is told in the words of the system, of SQLite, Chroma or Tantivy; a full disk is not always called so.
    """
    faulty = _DISK.search(str(error)) is not None
    if _FULL.search(str(error)) or (faulty and shutil.disk_usage(folder).free < _LEFT):
        return f"no space is left for {folder}: free some"
    return f"the disk of {folder} fails ({error}): look at the disk and at the system's log" if faulty else ""
