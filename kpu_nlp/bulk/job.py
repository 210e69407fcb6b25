"""A bulk job: every article of the inputs in, one output, an errors file and a manifest out, whatever happens on the way."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kpu_nlp.bulk.books import PAGE_CHARACTERS, Books
from kpu_nlp.bulk.chunks import Chunk, Engine, make_chunks
from kpu_nlp.bulk.limits import ErrorLimit
from kpu_nlp.bulk.lock import LOCK_FILE, job_lock
from kpu_nlp.bulk.manifest import Fingerprint, read_manifest, what_changed, write_manifest
from kpu_nlp.bulk.paths import JobPaths, check_inputs, check_output
from kpu_nlp.bulk.progress import Report
from kpu_nlp.bulk.shards import Shard, is_whole, iter_shards, write_shard
from kpu_nlp.bulk.siblings import check_siblings, check_unfinished
from kpu_nlp.bulk.source import Source, open_source
from kpu_nlp.bulk.state import STATE_FILE, State, open_state
from kpu_nlp.errors import InputError, JobError, TooManyErrorsError
from kpu_nlp.messages import shown
from kpu_nlp.reading.inputs import STANDARD_INPUT
from kpu_nlp.reading.records import Fields, iter_records
from kpu_nlp.stages import WRITING, stage
from kpu_nlp.version import VERSION
from kpu_nlp.writing.atomic import atomic_write, sync_folder
from kpu_nlp.writing.formats import Format, check_format, open_writer

AGAIN = "give the same command again to go on"

# Given what counts the records of the archive, or None where that costs too much; gives what is told of every shard.
StartProgress = Callable[[Callable[[], int] | None], Report]


@dataclass(frozen=True, slots=True)
class Job:
    """What a job is to do; `kpu_nlp.bulk.run_bulk` makes one.

    Attributes:
        inputs: files, folders, patterns and addresses, as the user names them; ``-`` is JSON Lines on standard input.
        paths: where its files lie.
        format: of the output.
        parts: the output is a folder of files (Parquet).
        fields: how files of records name what is read from them.
        engine: turns records into extractions.
        engine_facts: what the engine works with, as far as the outcome depends on it; a part of the fingerprint.
        model: name and version of the model, for the manifest.
        shard: records in a shard.
        fresh: begin anew, whatever an earlier run has done.
        max_errors: how many records may fail; None for any number.
    """

    inputs: Sequence[str]
    paths: JobPaths
    format: Format
    parts: bool
    fields: Fields
    engine: Engine
    engine_facts: Fingerprint
    model: dict[str, str]
    shard: int
    fresh: bool = False
    max_errors: ErrorLimit | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a job ended.

    Attributes:
        books: those of this run; None where there was nothing left to do.
        articles, failed: lines of the output and of the errors file.
    """

    books: Books | None
    articles: int
    failed: int


@dataclass(slots=True)
class _Work:
    """A job under its lock."""

    job: Job
    state: State
    fingerprint: Fingerprint
    source: Source
    check: Callable[[], None]
    books: Books = field(default_factory=Books)


def run_job(job: Job, *, progress: StartProgress | None = None, check: Callable[[], None] = lambda: None) -> Result:
    """Do a job, or what an earlier run left of it.

    Records are read as a stream and go through the engine in shards. A finished shard is written to a file of its own, which is
    on the disk before the state file says so; the output is made of the shards in the archive's order at the very end. So it is
    the same bytes however often the job was interrupted, and by what.

    Args:
        job: what to do.
        progress: called once, when records are about to be read.
        check: called again and again, at moments at which the job can end; what it raises ends the job.

    Raises:
        InputError: an input is missing or of an unknown kind, or the output would replace it; something else stands beside it.
        JobError: another job is at work on the output; inputs, model or options changed; the disk is full; what lies beside the
            output belongs to one of another ending.
        TooManyErrorsError: more records failed than ``max_errors`` allows.
        ModelError, MissingExtraError: raised by the engine; they would come again with every article.
    """
    check_format(job.format)
    check_output(job.paths.output, parts=job.parts)
    check_inputs(job.paths, job.inputs)
    check_siblings(job.paths)
    if STANDARD_INPUT not in job.inputs:
        iter_records(job.inputs, fields=job.fields)  # tells a wrong input before anything is written
    with _one_line_of_the_system(job), job_lock(job.paths.parts):
        try:
            return _run_locked(job, progress, check)
        except BaseException:
            if not any(job.paths.parts.glob("*.shard")):
                _remove_parts(job.paths.parts)  # nothing is lost with it
            raise


def _run_locked(job: Job, progress: StartProgress | None, check: Callable[[], None]) -> Result:
    parts = job.paths.parts
    check_unfinished(job.paths)
    if job.fresh:
        _clear(parts)
    source = open_source(job.inputs, job.fields, parts)
    fingerprint = _fingerprint(job, source.digest)
    begun = (parts / STATE_FILE).exists()
    if not begun and not job.fresh and (done := _finished_before(job, fingerprint)) is not None:
        _remove_parts(parts)
        return done
    with open_state(parts) as state:
        _compare(job, state.get("fingerprint"), fingerprint)
        state.put("fingerprint", fingerprint)
        state.put("output", job.paths.output.name)
        work = _Work(job, state, fingerprint, source, check)
        count = _do_missing(work, progress)
        with stage(WRITING):
            result = _publish(work, count)
    _remove_parts(parts)
    return result


def _fingerprint(job: Job, digest: str) -> Fingerprint:
    fields = [job.fields.id, job.fields.text, job.fields.published]
    form = f"{job.format}, parts" if job.parts else job.format
    return {
        "version": VERSION,
        "inputs": digest,
        "fields": fields,
        "format": f"{form}, {job.paths.output.name}",
        "shard": job.shard,
        **job.engine_facts,
    }


def _finished_before(job: Job, fingerprint: Fingerprint) -> Result | None:
    """Return the result of an earlier job, if it did just this; a job with an output that is gone is done again."""
    manifest = read_manifest(job.paths.manifest)
    if manifest is None or not job.paths.output.exists():
        return None
    _compare(job, manifest["fingerprint"], fingerprint)
    output = manifest.get("output", {})
    return Result(None, output.get("articles", 0), output.get("failed", 0))


def _compare(job: Job, before: Fingerprint | None, now: Fingerprint) -> None:
    changed = what_changed(before, now) if before is not None else ""
    if changed:
        output = shown(str(job.paths.output))
        raise JobError(f"{output}: {changed} changed since this job began; give --fresh to begin anew, or name another output")


def _do_missing(work: _Work, progress: StartProgress | None) -> int:
    """Do the shards that are not finished yet, and return how many there are in all."""
    job, books, parts = work.job, work.books, work.job.paths.parts
    done = _whole_shards(work.state, parts)
    before = work.state.get("seconds") or 0.0
    report = progress(work.source.count if work.source.is_local else None) if progress else None
    count = 0

    def missing() -> Iterator[Chunk]:
        nonlocal count
        for chunk in make_chunks(work.source.records(), job.shard):
            work.check()
            count += 1
            if chunk.number in done:
                books.take_over(done[chunk.number])
            else:
                yield chunk

    finished_chunks = job.engine(missing())
    try:
        for finished in finished_chunks:
            with stage(WRITING):
                shard = write_shard(parts, finished)
                work.state.add(shard, seconds=before + books.seconds)
            books.add(shard, memory=finished.memory)
            if report:
                report(books.read, books.written + books.failed)
            _check_errors(work, finished=False)
            work.check()
    finally:
        close = getattr(finished_chunks, "close", None)  # stops the processes at once, not when the garbage is collected
        if close:
            close()
    _check_errors(work, finished=True)
    return count


def _whole_shards(state: State, parts: Path) -> dict[int, Shard]:
    shards = state.shards()
    damaged = [shard for shard in shards if not is_whole(parts, shard)]
    state.forget(damaged)
    return {shard.number: shard for shard in shards if shard not in damaged}


def _check_errors(work: _Work, *, finished: bool) -> None:
    limit, books = work.job.max_errors, work.books
    if limit is not None and limit.exceeded(read=books.read, failed=books.all_failed, finished=finished):
        raise TooManyErrorsError(
            f"{books.all_failed} of {books.read} records failed, more than --max-errors {limit} allows; "
            f"what is done is kept: {AGAIN}, with a higher limit"
        )


def _publish(work: _Work, count: int) -> Result:
    """Make the output, the errors and the manifest of the shards, in the job's folder, and move them to their places."""
    job, paths, parts = work.job, work.job.paths, work.job.paths.parts
    output, errors, manifest = parts / f"output-{paths.output.name}", parts / "errors", parts / "manifest"
    articles = failed = 0
    with atomic_write(errors) as errors_file, open_writer(job.format, output, parts=job.parts) as writer:
        for is_extraction, line in iter_shards(parts, range(count)):
            work.check()
            if is_extraction:
                articles += 1
                writer.write(line)
            else:
                failed += 1
                errors_file.write(line + "\n")
    result = Result(work.books, articles, failed)
    write_manifest(manifest, _manifest(work, result))
    if paths.output.is_dir():  # a folder, unlike a file, cannot be replaced in one step
        shutil.rmtree(parts / "replaced", ignore_errors=True)
        paths.output.rename(parts / "replaced")
    for made, target in ((output, paths.output), (errors, paths.errors), (manifest, paths.manifest)):
        made.replace(target.resolve())
    sync_folder(paths.output.parent)
    return result


def _manifest(work: _Work, result: Result) -> dict[str, object]:
    job, books = work.job, work.books
    return {
        "output": {"path": job.paths.output.name, "format": job.format, "articles": result.articles, "failed": result.failed},
        "read": books.read,
        "written": books.written,
        "skipped": books.skipped,
        "failed": books.failed,
        "articles_per_second": round(books.articles_per_second, 2),
        "pages_per_second": round(books.pages_per_second, 2),
        "page_characters": PAGE_CHARACTERS,
        "seconds": round(books.seconds, 3),
        "seconds_of_all_runs": round(work.state.get("seconds") or 0.0, 3),
        "peak_memory_bytes": books.memory,
        "model": job.model,
        "kpu_nlp": VERSION,
        "inputs": [shown(name) for name in job.inputs],
        "input_digest": work.fingerprint["inputs"],
        "fingerprint": dict(work.fingerprint),
    }


@contextmanager
def _one_line_of_the_system(job: Job) -> Iterator[None]:
    """Turn what the system refuses while a job writes (a full disk, above all) into a line that says how to go on."""
    try:
        yield
    except InputError as error:
        if not isinstance(error.__cause__, OSError) or not job.paths.parts.exists():
            raise
        raise _refused(job, error.__cause__.strerror) from error
    except OSError as error:
        raise _refused(job, error.strerror) from error
    except sqlite3.OperationalError as error:
        raise _refused(job, str(error)) from error


def _refused(job: Job, reason: str | None) -> JobError:
    where = shown(str(job.paths.output))
    return JobError(f"{where}: cannot be written ({reason}); what is done is kept: make room, then {AGAIN}")


def _clear(parts: Path) -> None:
    """Remove what an earlier run left in a job's folder."""
    (parts / STATE_FILE).unlink(missing_ok=True)  # first: without it nothing else there counts
    for path in parts.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK_FILE:
            path.unlink()


def _remove_parts(parts: Path) -> None:
    with suppress(OSError):
        _clear(parts)  # all but the lock, which tells until the end that the folder is a job's
    shutil.rmtree(parts, ignore_errors=True)
