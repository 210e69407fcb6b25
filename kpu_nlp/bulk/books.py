"""The books of a run: what was read, and what became of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from kpu_nlp.bulk.memory import peak_memory
from kpu_nlp.bulk.shards import Shard

# Characters of text that count as a page: a typewritten page of 30 lines of 60.
PAGE_CHARACTERS = 1800


@dataclass
class Books:
    """The books of one run of a job, which balance: ``read == written + skipped + failed``.

    Attributes:
        read: records of the archive that were read.
        written: those that this run turned into extractions.
        skipped: those that an earlier, interrupted run had done already, whatever became of them.
        failed: those that failed in this run.
        failed_before: those among ``skipped`` that failed.
        characters: the length of the texts that this run wrote.
        memory: bytes, the most that the job's processes have held.
    """

    read: int = 0
    written: int = 0
    skipped: int = 0
    failed: int = 0
    failed_before: int = 0
    characters: int = 0
    memory: int = 0
    _start: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long this run has taken so far."""
        return max(time.monotonic() - self._start, 1e-3)

    @property
    def all_failed(self) -> int:
        """The records that failed in any run of the job."""
        return self.failed + self.failed_before

    @property
    def articles_per_second(self) -> float:
        """The records that this run did itself, by its time."""
        return (self.written + self.failed) / self.seconds

    @property
    def pages_per_second(self) -> float:
        """The pages that this run wrote, by its time."""
        return self.characters / PAGE_CHARACTERS / self.seconds

    def take_over(self, shard: Shard) -> None:
        """Note a shard of an earlier run."""
        self.read += shard.written + shard.failed
        self.skipped += shard.written + shard.failed
        self.failed_before += shard.failed

    def add(self, shard: Shard, *, memory: int) -> None:
        """Note a shard of this run.

        Args:
            shard: the shard.
            memory: the most bytes that the engine's processes have held so far.
        """
        self.read += shard.written + shard.failed
        self.written += shard.written
        self.failed += shard.failed
        self.characters += shard.characters
        self.memory = max(self.memory, memory + peak_memory())

    def lines(self) -> list[str]:
        """Return the books in words, for the end of a run."""
        return [
            f"{self.read} read = {self.written} written + {self.skipped} skipped + {self.failed} failed",
            f"{self.articles_per_second:.1f} articles/s, {self.pages_per_second:.1f} pages/s of {PAGE_CHARACTERS} characters, "
            f"{self.seconds:.1f} s, peak memory {self.memory / 1e6:.0f} MB",
        ]
