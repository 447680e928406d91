"""Commands that hold claims against the library: of a text, of a stored answer, of one sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rag.cli.options import Embedding, Home, Json, JudgeOption, Llm, load_settings, open_library, say, with_papers
from rag.errors import AskpapersError

if TYPE_CHECKING:
    from rag.library import Library
    from rag.verification.deciding import Decider

app = typer.Typer()

Form = Literal["text", "json", "markdown", "html"]


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="A text: Markdown, LaTeX, .docx or plain; - reads standard input.")],
    bib: Annotated[list[Path] | None, typer.Option(help="A .bib file of the keys it cites; may be repeated.")] = None,
    form: Annotated[Form, typer.Option("--format", help="What to print.")] = "text",
    as_json: Json = False,
    home: Home = None,
    llm: Llm = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
) -> None:
    """Check each sentence of a text against the library: what says it, what differs, which citations are wrong.

    Exit code 0 when every sentence is supported and no citation is wrong, 1 when not, 2 when it cannot be checked.
    """
    from tqdm import tqdm

    from rag.verification.reading import MAX_BYTES, read_bytes, read_file
    from rag.verification.rendering import to_html, to_markdown, to_text
    from rag.verification.text_check import check_draft

    with _unusable_is_2():
        draft = read_bytes(sys.stdin.buffer.read(MAX_BYTES + 1)) if file == "-" else read_file(Path(file))
        library, decider = _opened(home, llm, judge, embedding)
        total = len(draft.statements)
        with tqdm(desc="checking", unit=" sentences", total=total, file=sys.stderr, delay=2) as bar:
            report = check_draft(draft, library, decider, bib or (), bar.update)
    if as_json or form == "json":
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        rendered = {"markdown": to_markdown, "html": to_html}.get(form, to_text)
        print(rendered(report))
    if not report.right:
        raise typer.Exit(1)


def _opened(
    home: Path | None, llm: str | None, judge: str | None, embedding: str | None
) -> tuple[Library, Decider | None]:
    """The library that the settings describe, and who decides. Raises NoIndexError, SettingsError, LLMError."""
    from rag.models.providers import load_llm
    from rag.verification.deciding import load_decider

    settings = load_settings(home=home, llm=llm, judge=judge, embedding=embedding)
    library = with_papers(open_library(settings))
    model = load_llm(settings.llm, settings.llm_key.get_secret_value(), settings.context)
    return library, load_decider(settings.judge, library, model)


@contextmanager
def _unusable_is_2() -> Iterator[None]:
    """Exit code 2 for what cannot be checked: 1 says that something is not supported."""
    try:
        yield
    except AskpapersError as error:
        say(f"askpapers: {error}")
        raise typer.Exit(2) from None


@app.command()
def verify(
    answer: Annotated[Path, typer.Argument(help="An answer, as `askpapers ask --json` prints it.")],
    as_json: Json = False,
    home: Home = None,
    llm: Llm = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
) -> None:
    """Tell whether the citations of a stored answer still stand, what changed, and judge its sentences anew.

    Exit code 0 when all stands, 1 when not, 2 when it cannot be verified.
    """
    from rag.verification.answer_verify import read_answer
    from rag.verification.answer_verify import verify as verified

    with _unusable_is_2():
        stored = read_answer(answer)
        library, decider = _opened(home, llm, judge, embedding)
        found = verified(stored, library, decider)
    print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2) if as_json else found)
    if not found.stands:
        raise typer.Exit(1)


@app.command()
def disagree(
    claim: Annotated[str, typer.Argument(help="A sentence; or an answer, as `askpapers ask --json` prints it.")],
    as_json: Json = False,
    home: Home = None,
    llm: Llm = None,
    judge: JudgeOption = None,
    embedding: Embedding = None,
) -> None:
    """Show who says a claim, or the sentences of an answer, and who disagrees, by a judge that can tell."""
    from rag.verification.answer_verify import read_answer
    from rag.verification.disagreement import sides_of

    stored = read_answer(Path(claim)) if claim.endswith(".json") else None
    library, decider = _opened(home, llm, judge, embedding)
    claims = [c.text for c in stored.claims if not c.catalogue] if stored else [claim]
    sides = [sides_of(text, library, decider) for text in claims]
    if as_json:
        print(json.dumps([s.to_dict() for s in sides] if stored else sides[0].to_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(map(str, sides)))
