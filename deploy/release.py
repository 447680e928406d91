"""Builds a release and looks whether it is one: `make release`. Tags it where all is well; publishes nothing.

python -m deploy.release [--no-tag]
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
# What a wheel without these lacks: the default collection, the learned question side, the page's looks.
NEEDED = (
    "rag/data/daily_papers/",
    "rag/data/questions.jsonl",
    "rag/models/question_side.safetensors",
    "rag/answering/elliptical.npz",
    "rag/answering/kinds.npz",
    "rag/py.typed",
    "ui/style.css",
    "ui/page.js",
    "eval/py.typed",
)
FOREIGN = re.compile(r"(?:^|/)(?:tests|bench|training|docs|deploy)/|\.pyc$|conversations\.sqlite|\.env$")
MAX_MB = 20.0


def version() -> str:
    """As pyproject.toml says it."""
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found, "pyproject.toml has no version"
    return found[1]


def faults_of_the_tree(number: str) -> list[str]:
    """Why this checkout is no release."""
    faults = []
    if run("git", "status", "--porcelain"):
        faults.append("there are changes that are not committed")
    if run("git", "tag", "--list", f"v{number}"):
        faults.append(f"the tag v{number} is there already: raise the version in pyproject.toml")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(number)} \(\d{{4}}-\d\d-\d\d\)$", changes, re.MULTILINE):
        faults.append(f"CHANGELOG.md has no heading `## {number} (YYYY-MM-DD)`")
    if f"\nversion: {number}\n" not in (ROOT / "CITATION.cff").read_text(encoding="utf-8"):
        faults.append(f"CITATION.cff is of another version than {number}")
    return faults


def faults_of(wheel: Path) -> list[str]:
    """What the wheel lacks, and what does not belong into it."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    lacks = [f"lacks {need}" for need in NEEDED if not any(name.startswith(need) for name in names)]
    foreign = [f"holds {name}" for name in names if FOREIGN.search(name)]
    large = [f"has {size:.0f} MB"] if (size := wheel.stat().st_size / 1e6) > MAX_MB else []
    return [f"{wheel.name} {fault}" for fault in (*lacks, *foreign, *large)]


def build() -> list[Path]:
    """The source distribution and the wheel, built anew. Raises CalledProcessError."""
    for old in DIST.glob("askpapers-*"):
        old.unlink()
    run(sys.executable, "-m", "build", "--outdir", str(DIST), str(ROOT))
    return sorted(DIST.glob("askpapers-*"))


def run(*command: str) -> str:
    """What a command prints. Raises CalledProcessError."""
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """0 where a release was built."""
    number = version()
    faults = faults_of_the_tree(number)
    if not faults:
        built = build()
        faults = faults_of(next(path for path in built if path.suffix == ".whl"))
        try:
            print(run(sys.executable, "-m", "twine", "check", "--strict", *map(str, built)))
        except subprocess.CalledProcessError as error:
            faults.append(f"twine check: {error.stdout}{error.stderr}")
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults and "--no-tag" not in sys.argv:
        run("git", "tag", "--annotate", f"v{number}", "--message", f"askpapers {number}")
        print(f"tagged v{number}; publish with: twine upload dist/* && git push origin v{number}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
