"""Do searches and answers stay the same to the last digit? Writes them down, or compares two such files.

python -m bench.same write FILE       searches and quoted answers on the labelled questions, over a fresh index
python -m bench.same diff FILE FILE   the questions whose searches or answers differ; exit code 1 if any do
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag import Assistant, Library, read_papers

DATA = Path(__file__).parents[1] / "data"


def write(path: Path) -> None:
    """A line of JSON for each labelled question: the ten papers found with their scores, and the answer."""
    with TemporaryDirectory() as home, path.open("w", encoding="utf-8") as file:
        library = Library.open(home)
        library.sync(read_papers(DATA / "daily_papers"))
        assistant = Assistant(library)
        for line in (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            hits = library.search(case["question"], 10)
            answer = assistant.ask(case["question"], case.get("history"))
            row: dict[str, Any] = {
                "id": case["id"],
                "hits": [[h.paper.id, h.sentence.index, h.passage.id, repr(h.score)] for h in hits],
                "answer": {k: v for k, v in answer.to_dict().items() if k != "timings"},
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        library.close()


def differing(a: Path, b: Path) -> list[str]:
    """Ids of the questions whose rows are not the same in both files."""
    first, second = (
        {row["id"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())} for path in (a, b)
    )
    return [i for i in sorted({*first, *second}) if first.get(i) != second.get(i)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"] and len(sys.argv) == 3:
        write(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["diff"] and len(sys.argv) == 4:
        different = differing(Path(sys.argv[2]), Path(sys.argv[3]))
        print(f"{len(different)} questions differ: {', '.join(different[:20])}" if different else "the same")
        sys.exit(bool(different))
    else:
        sys.exit(__doc__)
