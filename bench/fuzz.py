"""Inputs grown by coverage against what must hold of any (tests/hostile/holding.py), until the time is over.

python -m bench.fuzz [--seconds 60] [--target readers services markers clean exports] [--keep FOLDER]

Needs atheris: pip install atheris. Exit code 1 if anything was found; --keep keeps the inputs grown and found.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("bench/fuzz.py needs atheris: pip install atheris")

SERVICES = ("openalex", "arxiv", "semanticscholar", "pubmed", "hf-daily", "zotero", "ids")
ROOT = Path(__file__).parent.parent
with atheris.instrument_imports(include=["rag", "ui", "bibtexparser"]):  # before anything else imports them
    from tests.hostile import holding

from bench.common import table  # noqa: E402
from tests.hostile.replies import REPLIES  # noqa: E402
from tests.hostile.samples import REPLY, SAMPLES, SUFFIXES, marc  # noqa: E402

MAX_BYTES = 4096  # bytes of an input
MAX_SECONDS = 10  # seconds an input may take
MAX_MEMORY = 1024  # MB


def readers(folder: Path) -> Callable[[bytes], None]:
    """The first byte chooses the file's name, and whether it is packed."""

    def run(data: bytes) -> None:
        kind = data[0] if data else 0
        packed = kind % 16 == 15
        suffix = SUFFIXES[kind % len(SUFFIXES)] + ".gz" * packed
        holding.of_file(folder / f"fuzz{suffix}", data[1:], packed and kind > 127)

    return run


def services(folder: Path) -> Callable[[bytes], None]:
    """The first byte chooses the service."""

    def run(data: bytes) -> None:
        holding.of_service(SERVICES[(data[0] if data else 0) % len(SERVICES)], folder, data[1:])

    return run


def markers(_: Path) -> Callable[[bytes], None]:
    return lambda data: holding.of_reply(data[1:].decode(errors="replace"), 1 + (data[0] if data else 0))


def clean(_: Path) -> Callable[[bytes], None]:
    return lambda data: holding.of_text(data.decode("utf-16-le", "surrogatepass" if len(data) % 2 == 0 else "replace"))


def exports(_: Path) -> Callable[[bytes], None]:
    return lambda data: holding.of_export(data.decode(errors="replace"))


TARGETS = {made.__name__: made for made in (readers, services, markers, clean, exports)}
SEEDS = {
    "readers": [*(bytes([n]) + text.encode() for n, text in enumerate(SAMPLES.values())), b"\0" + marc()],
    "services": [bytes([n]) + reply for n, reply in enumerate(REPLIES.values())],
    "markers": [b"\x07" + REPLY.encode()],
    "clean": [text.encode("utf-16-le") for text in (REPLY, "می\u200cخواهم \u202eevil\u202c\x1b[2J\ufeff")],
    "exports": [rb"A \input{/etc/passwd} $\alpha \in \mathbb{R}$ caf\'e {B}", rb"\ } ~ ^^5c $x$ \\ \c c"],
}


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        _child(*sys.argv[2:])
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=60, help="for each target")
    arguments.add_argument("--target", nargs="+", choices=TARGETS, default=list(TARGETS))
    arguments.add_argument("--keep", type=Path)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        rows = [_fuzz(target, given.seconds, (given.keep or Path(aside)).absolute()) for target in given.target]
        table(("target", "executions", "edges covered", "peak memory, MB", "found"), rows)
        sys.exit(any(row[-1] != "nothing" for row in rows))


def _fuzz(target: str, seconds: int, keep: Path) -> tuple[object, ...]:
    """Runs one target in a process of its own, which libFuzzer ends."""
    grown, found = keep / target / "grown", keep / target / "found"
    for folder in (grown, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[target]):
        (grown / f"seed{number}").write_bytes(seed)
    limits = f"-max_total_time={seconds} -max_len={MAX_BYTES} -timeout={MAX_SECONDS} -rss_limit_mb={MAX_MEMORY}"
    flags = [*limits.split(), "-print_final_stats=1", f"-artifact_prefix={found}/", str(grown)]
    command = [sys.executable, "-m", "bench.fuzz", "--child", target, *flags]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")

    def last(pattern: str) -> str:
        return str((re.findall(pattern, done.stderr) or ["?"])[-1])

    figures = [last(rf"stat::{name}:\s+(\d+)") for name in ("number_of_executed_units", "peak_rss_mb")]
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
    names = ", ".join(sorted(f.name[:20] for f in found.iterdir())) or ("nothing" if not done.returncode else "a crash")
    return target, f"{int(figures[0]):,}" if figures[0] != "?" else "?", last(r"\bcov: (\d+)"), figures[1], names


def _child(target: str, *flags: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = TARGETS[target](Path(folder))
        atheris.Setup([__file__, *flags], run)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
