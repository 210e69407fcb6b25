"""Where the time goes: what lies inside ``with stage("name")`` is added up while a profile is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

LOADING = "loading"
READING = "reading"
PIECES = "words and pieces"
ENCODER = "encoder"
DECODING = "decoding"
DOC = "spaCy document"
ASSEMBLING = "assembling"
WRITING = "writing"


@dataclass
class Profile:
    """Seconds of wall time by stage, in the order in which the stages began.

    A stage inside another one is taken off it, so that nothing counts twice.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.perf_counter)
    _open: list[str] = field(default_factory=list)
    _since: float = 0.0

    def enter(self, name: str) -> None:
        """Begin a stage; the one around it stands still."""
        self._stop()
        self.seconds.setdefault(name, 0.0)
        self._open.append(name)

    def leave(self) -> None:
        """End the stage that began last."""
        self._stop()
        self._open.pop()

    def elapsed(self) -> float:
        """Return the seconds since the profile was opened."""
        return time.perf_counter() - self._began

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add what another process took."""
        for name, took in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + took

    def _stop(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now


# A thread that is started has none: what it does counts to the stage that waits for it.
_CURRENT: ContextVar[Profile | None] = ContextVar("kpu_nlp_profile", default=None)


@contextmanager
def profiled() -> Iterator[Profile]:
    """Give a profile of what this thread does inside the block."""
    profile = Profile()
    token = _CURRENT.set(profile)
    try:
        yield profile
    finally:
        _CURRENT.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the time of the block to a stage, where a profile is open.

    In a generator the block must not hold a ``yield``: what its user does meanwhile would count too.
    """
    profile = _CURRENT.get()
    if profile is None:
        yield
        return
    profile.enter(name)
    try:
        yield
    finally:
        profile.leave()


def timed(name: str) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Make each call of a function a stage."""

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @wraps(function)
        def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            with stage(name):
                return function(*args, **kwargs)

        return run

    return decorate


def add_stages(seconds: Mapping[str, float]) -> None:
    """Add what another process took to the profile that is open, if one is."""
    profile = _CURRENT.get()
    if profile is not None:
        profile.add(seconds)
