"""A worker process: opens what it needs, then answers one task after another until its parent is gone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from kpu_nlp.bulk.handlers import Handlers
from kpu_nlp.bulk.memory import peak_memory
from kpu_nlp.errors import JobError, KpuNlpError, MissingExtraError, ModelError
from kpu_nlp.stages import profiled

# Seconds that a killed process is waited for.
_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has opened what it needs.

    Attributes:
        seconds: what that took, by stage.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a task.

    Attributes:
        payload: for the next step.
        memory: the most bytes that the worker has held so far.
        seconds: what the task took, by stage.
    """

    payload: Any
    memory: int
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lost:
    """A task failed in a way that its records, one by one, may not."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fatal:
    """Nothing that this worker could be given would go well."""

    error: KpuNlpError


Message = Ready | Answer | Lost | Fatal


def serve(tasks: Connection, open_handlers: Callable[[], Handlers]) -> None:
    """Answer every task ``(step, payload)`` with a message; what a worker process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the parent decides
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):  # the parent is gone, or has no more use for this worker
        try:
            with profiled() as profile:
                handlers = open_handlers()
        except KpuNlpError as error:
            tasks.send(Fatal(error))
            return
        tasks.send(Ready(profile.seconds))
        while True:
            step, payload = tasks.recv()
            tasks.send(_answer(handlers, step, payload))


def _answer(handlers: Handlers, step: str, payload: Any) -> Message:
    try:
        with profiled() as profile:
            answer = handlers[step](payload)
        return Answer(answer, peak_memory(), profile.seconds)
    except (ModelError, MissingExtraError) as error:
        return Fatal(error)
    except Exception as error:
        return Lost(f"{type(error).__name__}: {error}")


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


class Worker:
    """The parent's side of a worker process."""

    def __init__(self, pool: str, process: BaseProcess, tasks: Connection) -> None:
        """Take what `start_worker` started."""
        self.pool = pool
        self.tasks = tasks
        self.ready = False
        self.busy: Any = None  # the task that it is at work on
        self.memory = 0  # bytes, its peak as it last told
        self.process = process

    def send(self, step: str, payload: Any) -> bool:
        """Give it a task; False where it has died."""
        try:
            self.tasks.send((step, payload))
        except OSError:
            return False
        return True

    def receive(self) -> Message | None:
        """Return its next message; None where it has died."""
        try:
            message: Message = self.tasks.recv()
        except (EOFError, OSError):
            return None
        return message

    def bury(self) -> str:
        """Return what a process that has died by itself ended with."""
        self.process.join(timeout=_PATIENCE)
        how = _ending(self.process.exitcode)
        stop_workers([self])
        return how


def stop_workers(workers: Sequence[Worker]) -> None:
    """End processes at once, whatever they do; nothing that they do lies anywhere but in their answers."""
    for worker in workers:
        worker.process.kill()
    for worker in workers:
        worker.process.join(timeout=_PATIENCE)
        worker.tasks.close()


def start_worker(pool: str, open_handlers: Callable[[], Handlers]) -> Worker:
    """Start a worker process.

    Args:
        pool: the name of its pool.
        open_handlers: opens what it needs; a function of a module, or a partial of one, since it is sent to the process.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, open_handlers), daemon=True)
    with _without_interrupts():
        process.start()
    theirs.close()
    return Worker(pool, process, ours)


def died_opening(how: str) -> JobError:
    """Return the error of a worker that ended before it had opened what it needs."""
    return JobError(f"a worker died ({how}) while it opened the model; is there enough memory? Try fewer --workers")


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Keep Ctrl-C from a process that starts in this block: while Python starts, it would answer with a traceback."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    resource_tracker.ensure_running()  # it would take the mask off again, if it were started in the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ending(code: int | None) -> str:
    if code is None:
        return "no answer"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
