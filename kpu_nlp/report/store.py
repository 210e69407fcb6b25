"""Facts in tables of DuckDB, in a file that is there as long as they are counted.

DuckDB was taken because it counts on disk: with a limit on its memory, an archive may be larger than that. It is a temporary
database and no query on the results, so that all three formats are counted by the same queries.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.report.event_kinds import event_kind
from kpu_nlp.report.facts import Facts

# DuckDB puts on disk what is more.
_MEMORY = "256MB"
# Articles whose rows wait in memory.
_BATCH = 1_000

# What DuckDB raises where disk or memory ends: when it writes, when it commits, and from then on.
_NO_ROOM = (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException, duckdb.OutOfMemoryException)

_KEY, _TEXT, _FLAG = pa.int64(), pa.string(), pa.bool_()
# ``article`` and ``official`` refer to the key of those; ``speaker`` is an official's key too, null where unknown.
_COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "articles": {
        "key": _KEY,
        "id": _TEXT,
        "published": _FLAG,
        "day": _TEXT,
        "model": _TEXT,
        "event": _FLAG,
        "kind": _TEXT,
        "starts": _FLAG,
        "venue": _FLAG,
    },
    "officials": {"key": _KEY, "article": _KEY, "name": _TEXT, "spoke": _FLAG},
    "roles": {"official": _KEY, "title": _TEXT, "organization": _TEXT},
    "themes": {"article": _KEY, "theme": _TEXT},
    "directives": {"key": _KEY, "article": _KEY, "theme": _TEXT, "speaker": _KEY},
    "quotes": {"article": _KEY, "speaker": _KEY},
    "venues": {"article": _KEY, "code": _TEXT, "province": _TEXT},
}
TABLES: dict[str, pa.Schema] = {name: pa.schema(list(columns.items())) for name, columns in _COLUMNS.items()}


class Store:
    """Takes facts article by article; when all are in, its connection answers queries on `TABLES`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.articles = 0
        self._officials = self._directives = 0
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        for name, schema in TABLES.items():
            self._insert(name, schema.empty_table(), "CREATE TABLE {} AS SELECT * FROM batch")

    def add(self, facts: Facts) -> None:
        """Take one article's facts."""
        self.articles += 1
        key, rows, event = self.articles, self._rows, facts.event
        named = event.name if event is not None else None
        rows["articles"].append(
            (
                key,
                facts.article.id,
                facts.article.published is not None,
                facts.day,
                f"{facts.model.name} {facts.model.version}",
                event is not None,
                event_kind(named) if named else None,
                event is not None and event.start is not None,
                event is not None and event.venue is not None,
            )
        )
        speakers: dict[str, int] = {}
        for official in facts.officials:
            self._officials += 1
            speakers[official.id] = self._officials
            rows["officials"].append((self._officials, key, official.name, official.spoke))
            rows["roles"] += [(self._officials, role.title, role.organization) for role in official.roles]
        for theme in facts.themes:
            rows["themes"].append((key, theme.theme))
            for directive in theme.directives:
                self._directives += 1
                rows["directives"].append((self._directives, key, theme.theme, speakers.get(directive.speaker or "")))
        rows["quotes"] += [(key, speakers.get(quote.speaker or "")) for quote in facts.quotes]
        for venue in facts.venues:
            region = venue.region
            rows["venues"].append((key, None, None) if region is None else (key, region.code, region.province))
        if self.articles % _BATCH == 0:
            self.flush()

    def flush(self) -> None:
        """Bring what still waits into the tables."""
        for name, schema in TABLES.items():
            if waiting := self._rows[name]:
                columns = list(zip(*waiting, strict=True))
                arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
                self._insert(name, pa.Table.from_arrays(arrays, schema=schema), "INSERT INTO {} SELECT * FROM batch")
                waiting.clear()

    def _insert(self, name: str, batch: pa.Table, statement: str) -> None:
        self.connection.register("batch", batch)
        self.connection.execute(statement.format(name))
        self.connection.unregister("batch")


@contextmanager
def open_store() -> Iterator[Store]:
    """Open an empty store in the system's folder for temporary files; it is gone when the block ends.

    Raises:
        InputError: DuckDB ran out of disk or memory inside the block.
    """
    with tempfile.TemporaryDirectory(prefix="kpu-nlp-report-") as folder:
        settings: dict[str, Any] = {
            "memory_limit": _MEMORY,
            "temp_directory": str(Path(folder) / "spill"),
            "preserve_insertion_order": "false",
            # Nothing is fetched from the network, and no extension of the user's decides what is counted.
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        try:
            with duckdb.connect(str(Path(folder) / "facts.duckdb"), config=settings) as connection:
                yield Store(connection)
        except _NO_ROOM as error:
            reason = shown(str(error).partition("\n")[0])
            raise InputError(
                f"{shown(tempfile.gettempdir())}: the figures cannot be counted there ({reason}); make room, or name another "
                "folder in the environment variable TMPDIR"
            ) from error
