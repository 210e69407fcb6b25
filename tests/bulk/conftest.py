"""What the tests of bulk jobs share: archives, an engine without processes, and the modules that workers import."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.bulk.batches import extract_records
from kpu_nlp.bulk.chunks import Chunk, Engine, Finished
from kpu_nlp.schema import Article, Extraction

sys.path.insert(0, str(Path(__file__).parent))  # spawned processes take it over


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., str]:
    """Write texts as JSON Lines, with the ids a0, a1, ..."""

    def write(*texts: str, name: str = "arsip.jsonl") -> str:
        path = tmp_path / name
        rows = [json.dumps({"id": f"a{number}", "text": text}) for number, text in enumerate(texts)]
        path.write_text("\n".join(rows), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def lines() -> Callable[[Path], list[dict[str, Any]]]:
    def read(path: Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]

    return read


@pytest.fixture
def here() -> Callable[[Callable[[Article], Extraction]], Engine]:
    """Make an engine that works in this process, chunk by chunk."""

    def make(extract: Callable[[Article], Extraction]) -> Engine:
        def engine(chunks: Iterable[Chunk]) -> Iterator[Finished]:
            for chunk in chunks:
                yield Finished(chunk.number, extract_records(chunk.records, lambda some: [extract(one) for one in some]))

        return engine

    return make
