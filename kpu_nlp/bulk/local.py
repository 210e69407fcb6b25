"""The engine on this machine: pools of worker processes, and the steps that every chunk takes through them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import connection
from typing import cast

from kpu_nlp.bulk.chunks import Chunk, Engine, Finished, Outcome
from kpu_nlp.bulk.handlers import Handlers, Setup, open_custom, open_extractor, open_linker, open_torch_tagger
from kpu_nlp.bulk.tasks import Task, TornChunks, failure, whole
from kpu_nlp.bulk.worker import Answer, Fatal, Lost, Ready, Worker, died_opening, start_worker, stop_workers
from kpu_nlp.schema import Article, Extraction
from kpu_nlp.stages import add_stages


@dataclass(frozen=True, slots=True)
class Pool:
    """Processes that are alike: at most ``size``, each of which calls ``open_handlers`` once."""

    size: int
    open_handlers: Callable[[], Handlers]


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a chunk, in order, each as (step, pool); the first takes records, the last gives outcomes."""

    pools: dict[str, Pool]
    steps: tuple[tuple[str, str], ...]


def cpu_engine(setup: Setup, *, workers: int) -> Engine:
    """Return the engine whose workers run the whole pipeline on the CPU."""
    return _engine(Plan({"cpu": Pool(workers, partial(open_extractor, setup))}, (("extract", "cpu"),)))


def custom_engine(extract: Callable[[Article], Extraction], *, workers: int) -> Engine:
    """Return the engine whose workers call a function of a module, which is sent to them by its name."""
    return _engine(Plan({"cpu": Pool(workers, partial(open_custom, extract))}, (("extract", "cpu"),)))


def torch_engine(setup: Setup, *, workers: int) -> Engine:
    """Return the engine where one process runs the encoder in torch, and ``workers`` others read before and link after it."""
    return _engine(
        Plan(
            {"cpu": Pool(workers, partial(open_linker, setup)), "torch": Pool(1, partial(open_torch_tagger, setup))},
            (("read", "cpu"), ("tag", "torch"), ("link", "cpu")),
        )
    )


def _engine(plan: Plan) -> Engine:
    return lambda chunks: _Run(plan).finished(chunks)


@dataclass
class _Run:
    """One stream of chunks through the workers; every worker has one task at most, so that what a death costs is known."""

    plan: Plan
    workers: list[Worker] = field(default_factory=list)
    torn: TornChunks = field(default_factory=TornChunks)
    under_way: int = 0  # chunks
    memory: int = 0  # bytes, the most that the workers have held, were their peaks at the same time

    def finished(self, chunks: Iterable[Chunk]) -> Iterator[Finished]:
        """Yield the chunks as they are finished."""
        stream = iter(chunks)
        queues: list[deque[Task]] = [deque() for _ in self.plan.steps]
        # One more than there are workers, so that the next is read already when a worker is done.
        most = sum(pool.size for pool in self.plan.pools.values()) + 1
        more = True
        try:
            while True:
                while more and self.under_way < most:
                    chunk = next(stream, None)
                    if chunk is None:
                        more = False
                        break
                    self.under_way += 1
                    queues[0].append(whole(chunk))
                if not self.under_way:
                    return
                self._hand_out(queues)
                for waiting in connection.wait([worker.tasks for worker in self.workers]):
                    worker = next(one for one in self.workers if one.tasks is waiting)
                    yield from self._hear(worker, queues)
        finally:
            stop_workers(self.workers)

    def _hand_out(self, queues: list[deque[Task]]) -> None:
        """Give tasks to idle workers, those of later steps first, and start workers where too few are there."""
        for step in reversed(range(len(queues))):
            name, pool = self.plan.steps[step]
            for worker in self.workers:
                if queues[step] and worker.pool == pool and worker.ready and worker.busy is None:
                    # One that died just now is heard of by the end of its connection, like one that dies later.
                    worker.busy = queues[step].popleft()
                    worker.send(name, worker.busy.payload)
        for pool, settings in self.plan.pools.items():
            wanted = sum(len(queue) for queue, (_, name) in zip(queues, self.plan.steps, strict=True) if name == pool)
            there = [worker for worker in self.workers if worker.pool == pool]
            starting = sum(not worker.ready for worker in there)
            for _ in range(min(wanted - starting, settings.size - len(there))):
                self.workers.append(start_worker(pool, settings.open_handlers))

    def _hear(self, worker: Worker, queues: list[deque[Task]]) -> Iterator[Finished]:
        message = worker.receive()
        match message:
            case Ready(seconds):
                worker.ready = True
                add_stages(seconds)
            case Fatal(error):
                raise error
            case Answer(payload, memory, seconds):
                add_stages(seconds)
                worker.memory = memory
                self.memory = max(self.memory, sum(one.memory for one in self.workers))
                task, worker.busy = cast("Task", worker.busy), None
                task.payload, task.step = payload, task.step + 1
                if task.step < len(self.plan.steps):
                    queues[task.step].append(task)
                else:
                    yield from self._done(task, payload)
            case Lost(reason):
                task, worker.busy = cast("Task", worker.busy), None
                yield from self._lost(task, reason, queues)
            case None:
                yield from self._died(worker, queues)

    def _died(self, worker: Worker, queues: list[deque[Task]]) -> Iterator[Finished]:
        how = worker.bury()
        self.workers.remove(worker)
        if not worker.ready:
            raise died_opening(how)
        if worker.busy is not None:
            yield from self._lost(worker.busy, f"worker died ({how})", queues)

    def _lost(self, task: Task, reason: str, queues: list[deque[Task]]) -> Iterator[Finished]:
        """Try the records of a task one by one; a record that was alone already has failed."""
        if task.place is None:
            queues[0].extend(self.torn.tear(task))
        else:
            yield from self._done(task, failure(task, reason))

    def _done(self, task: Task, outcomes: Sequence[Outcome]) -> Iterator[Finished]:
        all_outcomes = self.torn.join(task, outcomes)
        if all_outcomes is not None:
            self.under_way -= 1
            yield Finished(task.chunk.number, all_outcomes, self.memory)
