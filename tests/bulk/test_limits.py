"""How many records may fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.bulk.limits import ErrorLimit, parse_limit
from kpu_nlp.errors import InputError


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("0", ErrorLimit(count=0)),
        (" 20 ", ErrorLimit(count=20)),
        ("1", ErrorLimit(count=1)),
        ("1.0", ErrorLimit(rate=1.0)),
        ("0.05", ErrorLimit(rate=0.05)),
        ("5%", ErrorLimit(rate=0.05)),
        ("0%", ErrorLimit(rate=0.0)),
    ],
)
def test_a_limit(written: str, limit: ErrorLimit) -> None:
    assert parse_limit(written) == limit


@given(st.text(max_size=8))
def test_whatever_is_written_is_a_limit_or_told(written: str) -> None:
    try:
        limit = parse_limit(written)
    except InputError:
        return
    assert (limit.count is None) != (limit.rate is None)
    assert limit.rate is None or 0 <= limit.rate <= 1


@pytest.mark.parametrize(
    ("limit", "read", "failed", "finished", "exceeded"),
    [
        (ErrorLimit(count=0), 1, 1, False, True),
        (ErrorLimit(count=3), 10, 3, True, False),
        (ErrorLimit(rate=0.1), 10, 5, False, False),  # too early to tell
        (ErrorLimit(rate=0.1), 10, 5, True, True),
        (ErrorLimit(rate=0.1), 100, 11, False, True),
        (ErrorLimit(rate=0.1), 100, 10, True, False),
        (ErrorLimit(rate=0.0), 0, 0, True, False),
    ],
)
def test_when_it_is_exceeded(limit: ErrorLimit, read: int, failed: int, finished: bool, exceeded: bool) -> None:
    assert limit.exceeded(read=read, failed=failed, finished=finished) is exceeded
