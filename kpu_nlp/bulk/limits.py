"""How many records of a job may fail."""

from __future__ import annotations

from dataclasses import dataclass

from kpu_nlp.errors import InputError

# A share says little before this many records are read.
_FEWEST = 100


@dataclass(frozen=True, slots=True)
class ErrorLimit:
    """At most ``count`` records, or a ``rate`` of those that were read (0 to 1), may fail; one of both is None."""

    count: int | None = None
    rate: float | None = None

    def exceeded(self, *, read: int, failed: int, finished: bool) -> bool:
        """Tell whether too many failed; a share counts from the hundredth record on, and at the end of the job."""
        if self.count is not None and failed > self.count:
            return True
        return self.rate is not None and (finished or read >= _FEWEST) and failed > self.rate * read

    def __str__(self) -> str:
        return f"{self.rate:.4g} of all" if self.count is None and self.rate is not None else str(self.count)


def parse_limit(written: str) -> ErrorLimit:
    """Return the limit that a user writes: ``20`` records, ``0.05`` or ``5%`` of all.

    Raises:
        InputError: it is none of these.
    """
    text = written.strip()
    try:
        if text.isascii() and text.isdecimal():
            return ErrorLimit(count=int(text))
        rate = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise InputError(f"--max-errors {written!r}: write a number of records (20), or a share of them (0.05 or 5%)")
    return ErrorLimit(rate=rate)
