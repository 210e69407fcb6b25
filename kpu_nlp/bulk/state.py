"""What a job remembers while it runs: what it was asked to do, and which shards are finished; a SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kpu_nlp.bulk.shards import Shard
from kpu_nlp.errors import JobError
from kpu_nlp.messages import shown

STATE_FILE = "state.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shards (
    number INTEGER PRIMARY KEY, written INTEGER NOT NULL, failed INTEGER NOT NULL, characters INTEGER NOT NULL,
    size INTEGER NOT NULL
);
"""


class State:
    """The state file of a job; `open_state` opens it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take the open file."""
        self._connection = connection

    def get(self, key: str) -> Any:
        """Return what `put` noted under a key, or None."""
        row = self._connection.execute("SELECT value FROM job WHERE key = ?", (key,)).fetchone()
        try:
            return None if row is None else json.loads(row[0])
        except ValueError as error:
            raise sqlite3.DatabaseError(f"no JSON under {key}") from error

    def put(self, key: str, value: Any) -> None:
        """Note a value that JSON can write."""
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO job VALUES (?, ?)", (key, json.dumps(value)))

    def shards(self) -> list[Shard]:
        """Return the finished shards, in order."""
        rows = self._connection.execute("SELECT number, written, failed, characters, size FROM shards ORDER BY number")
        return [Shard(*row) for row in rows]

    def add(self, shard: Shard, *, seconds: float) -> None:
        """Record a finished shard, and how long the job has run so far, over all of its runs."""
        row = (shard.number, shard.written, shard.failed, shard.characters, shard.size)
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO shards VALUES (?, ?, ?, ?, ?)", row)
            self._connection.execute("INSERT OR REPLACE INTO job VALUES ('seconds', ?)", (json.dumps(seconds),))

    def forget(self, shards: Iterable[Shard]) -> None:
        """Take shards off the record, so that they are done again."""
        with self._connection:
            self._connection.executemany("DELETE FROM shards WHERE number = ?", [(shard.number,) for shard in shards])


@contextmanager
def open_state(parts: Path) -> Iterator[State]:
    """Open the state file in a job's folder; a new one where there is none.

    Raises:
        JobError: it is damaged.
    """
    path = parts / STATE_FILE
    connection = sqlite3.connect(path)
    try:
        # WAL keeps what was committed whenever the process dies; FULL keeps it when the power fails.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        yield State(connection)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "no such column" not in str(error):
            raise  # a full disk, for one, which a caller tells
        raise JobError(f"{shown(str(path))}: damaged ({error}); start again with --fresh") from error
    finally:
        connection.close()
