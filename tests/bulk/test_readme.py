"""The queries of the README answer what they are said to answer, on the dev articles."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest

from kpu_nlp.bulk.run import Options, run_bulk

README = Path(__file__).parents[2] / "README.md"

pytestmark = pytest.mark.slow


def test_the_queries(shipped_model, dev_articles, tmp_path: Path) -> None:
    rows = [
        {"id": str(number), "text": article.text, "published": "2022-06-10" if number % 2 else "2023-01-10"}
        for number, article in enumerate(dev_articles)
    ]
    source, output = tmp_path / "arsip.jsonl", tmp_path / "hasil.sqlite"
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert run_bulk([str(source)], output, options=Options(device="cpu")).articles == len(rows)
    queries = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(queries) == 5
    database = sqlite3.connect(output)
    try:
        answers = [database.execute(query).fetchall() for query in queries]
    finally:
        database.close()
    assert all(answers)
    titles = {row["text"].split("\n")[0] for row in rows if row["published"].startswith("2022")}
    assert {title for _, title in answers[0]} <= titles
    assert {year for year, *_ in answers[4]} == {"2022", "2023"}
