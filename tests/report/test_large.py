"""A large archive: its page and the memory that it takes stay small."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell what a process has held"),
]

ARTICLES = 10_000

# Prints how many articles there were, and the most memory that the process has held, in bytes.
CODE = """
import sys
from pathlib import Path
from kpu_nlp.bulk.memory import peak_memory
from kpu_nlp.report.run import write_report
print(write_report(Path(sys.argv[1]), Path(sys.argv[2])), peak_memory())
"""


def many(lines: list[str], path: Path, articles: int) -> Path:
    """Write real extractions again and again, each time with other ids, days and names of people."""
    rows = [json.loads(line) for line in lines]
    for row in rows:
        row["article"] |= {"id": "@id", "published": "@day"}
        for official in row["officials"]:
            official["name"] += " @copy"
    texts = [json.dumps(row, ensure_ascii=False) for row in rows]
    with path.open("w", encoding="utf-8") as file:
        for number in range(articles):
            day = f"{2004 + number % 21}-{number % 12 + 1:02}-{number % 28 + 1:02}"
            line = texts[number % len(texts)].replace("@id", f"a{number}").replace("@day", day)
            file.write(line.replace("@copy", str(number // len(texts))) + "\n")
    return path


def test_memory_and_page_do_not_grow_with_the_archive(results: dict[str, Path], tmp_path: Path) -> None:
    lines = results["jsonl"].read_text(encoding="utf-8").split("\n")[:-1]
    held = []
    for articles in (ARTICLES // 10, ARTICLES):
        source = many(lines, tmp_path / "r.jsonl", articles)
        done = subprocess.run(
            [sys.executable, "-c", CODE, source, tmp_path / "r.html"], capture_output=True, text=True, check=True
        )
        count, memory = map(int, done.stdout.split())
        assert count == articles
        held.append(memory)
    # Libraries and what draws the plots come to some 300 MB, DuckDB takes 256 MB at most. The nine thousand more articles are
    # 110 MB of JSON.
    assert held[1] < 600_000_000, held
    assert held[1] - held[0] < 80_000_000, held
    assert (tmp_path / "r.html").stat().st_size < 3_000_000
