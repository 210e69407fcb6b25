"""What a job promises: every record is accounted for, finished work is kept, and the output is the same whatever happened."""

from __future__ import annotations

import json
import os
import sqlite3
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from extractors import quick, slow

from kpu_nlp.bulk import job
from kpu_nlp.bulk.chunks import Chunk, Finished
from kpu_nlp.bulk.limits import ErrorLimit
from kpu_nlp.bulk.run import Options, run_bulk
from kpu_nlp.errors import InputError, JobError, MissingExtraError, ModelError, TooManyErrorsError
from kpu_nlp.reading.records import Fields
from kpu_nlp.schema import Article, Extraction

pytestmark = pytest.mark.usefixtures("shipped_model")

TWO = Options(shard=2, workers=1)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def never(chunks: Iterable[Chunk]) -> Iterator[Finished]:
    raise AssertionError("there is nothing to do")


@pytest.fixture
def broken(here):
    """Make an engine that does some chunks, then fails as told."""

    def make(chunks_done: int, failure: BaseException):
        def engine(chunks: Iterable[Chunk]) -> Iterator[Finished]:
            yield from islice(here(quick)(chunks), chunks_done)
            raise failure

        return engine

    return make


def test_every_article_is_written_or_reported(tmp_path: Path, archive, here, lines) -> None:
    source = archive("Satu.\u2028", "gagal", "", "tolak", "Dua.\nTiga.")
    result = run_bulk([source], tmp_path / "hasil.jsonl", options=TWO, extract=quick, engine=here(quick))
    assert (result.articles, result.failed) == (2, 3)
    written = [Extraction.model_validate(line) for line in lines(tmp_path / "hasil.jsonl")]
    assert [(one.article.id, one.article.text) for one in written] == [("a0", "Satu.\u2028"), ("a4", "Dua.\nTiga.")]
    assert lines(tmp_path / "hasil.errors.jsonl") == [
        {"id": "a1", "source": f"{source}:2", "reason": "ValueError: dua baris sebab \N{REPLACEMENT CHARACTER}"},
        {"id": "a2", "source": f"{source}:3", "reason": "empty; there is no article in it"},
        {"id": "a3", "source": f"{source}:4", "reason": "ditolak"},
    ]
    assert names(tmp_path) == ["arsip.jsonl", "hasil.errors.jsonl", "hasil.jsonl", "hasil.manifest.json"]


def test_the_books_balance_and_stand_in_the_manifest(tmp_path: Path, archive, here) -> None:
    # Each book is rounded, hence a job that takes a while.
    source = archive("Satu. " * 300, "gagal", "", "Dua.")
    result = run_bulk([source], tmp_path / "hasil.jsonl", options=TWO, extract=slow, engine=here(slow))
    manifest = json.loads((tmp_path / "hasil.manifest.json").read_text(encoding="utf-8"))
    assert (manifest["read"], manifest["written"], manifest["skipped"], manifest["failed"]) == (4, 2, 0, 2)
    assert manifest["output"] == {"path": "hasil.jsonl", "format": "jsonl", "articles": 2, "failed": 2}
    pages, articles = manifest["pages_per_second"], manifest["articles_per_second"]
    assert pages / articles == pytest.approx(1804 / 1800 / 4, rel=0.01)  # articles that failed were work as well
    assert articles * manifest["seconds"] == pytest.approx(4, rel=0.5)
    assert manifest["peak_memory_bytes"] > 10_000_000
    assert manifest["model"]["name"] == "kpu-ner"
    assert len(manifest["input_digest"]) == 64
    assert result.books is not None
    assert result.books.lines()[0] == "4 read = 2 written + 0 skipped + 2 failed"


def test_an_empty_archive_gives_empty_files(tmp_path: Path, archive, here) -> None:
    result = run_bulk([archive()], tmp_path / "hasil.jsonl", extract=quick, engine=here(quick))
    assert (result.articles, result.failed) == (0, 0)
    assert (tmp_path / "hasil.jsonl").read_bytes() == b""


@pytest.mark.parametrize("name", ["hasil.jsonl", "hasil.parquet", "hasil.sqlite", "hasil.parquet/"])
def test_an_interrupted_job_goes_on_where_it_was(tmp_path: Path, archive, here, broken, name: str) -> None:
    source = archive("Satu.", "gagal", "Dua.", "Tiga.", "", "Empat.", "Lima.")
    (tmp_path / "utuh").mkdir()
    run_bulk([source], f"{tmp_path}/utuh/{name}", options=TWO, extract=quick, engine=here(quick))
    output = f"{tmp_path}/{name}"
    for done in (1, 0, 2):
        with pytest.raises(KeyboardInterrupt):
            run_bulk([source], output, options=TWO, extract=quick, engine=broken(done, KeyboardInterrupt()))
    assert not Path(output).exists()
    asked: list[int] = []

    def rest(chunks: Iterable[Chunk]) -> Iterator[Finished]:
        for finished in here(quick)(chunks):
            asked.append(finished.number)
            yield finished

    result = run_bulk([source], output, options=TWO, extract=quick, engine=rest)
    assert asked == [3]
    assert result.books is not None
    assert result.books.lines()[0] == "7 read = 1 written + 6 skipped + 0 failed"
    assert (result.articles, result.failed) == (5, 2)
    made, expected = Path(output), tmp_path / "utuh" / Path(output).name
    files = [Path()] if made.is_file() else [path.relative_to(made) for path in made.iterdir()]
    assert files
    assert all((made / file).read_bytes() == (expected / file).read_bytes() for file in files)
    assert (tmp_path / "hasil.errors.jsonl").read_bytes() == (tmp_path / "utuh" / "hasil.errors.jsonl").read_bytes()
    assert not (tmp_path / "hasil.parts").exists()


@pytest.mark.parametrize("name", ["hasil.jsonl", "hasil.parquet", "hasil.sqlite", "hasil.parquet/"])
def test_an_interruption_while_the_output_is_put_in_its_place(
    tmp_path: Path, archive, here, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    source, output = archive("Satu.", "gagal", "Dua."), tmp_path / name
    run_bulk([source], f"{tmp_path}/{name}", extract=quick, engine=here(quick))
    files = [output] if output.is_file() else list(output.iterdir())
    expected = [path.read_bytes() for path in files]
    for step in ("write_manifest", "sync_folder", "sync_folder", "_remove_parts"):
        with monkeypatch.context() as patch:
            patch.setattr(job, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            fresh = Options(fresh=step == "write_manifest")
            with pytest.raises(KeyboardInterrupt):
                run_bulk([source], f"{tmp_path}/{name}", options=fresh, extract=quick, engine=here(quick))
        assert (tmp_path / "hasil.parts").exists()
    result = run_bulk([source], f"{tmp_path}/{name}", extract=quick, engine=here(quick))
    assert (result.articles, result.failed) == (2, 1)
    assert [path.read_bytes() for path in files] == expected
    assert names(tmp_path) == sorted(["arsip.jsonl", "hasil.errors.jsonl", output.name, "hasil.manifest.json"])


def test_the_order_in_which_chunks_are_finished_does_not_matter(tmp_path: Path, archive, here) -> None:
    source = archive(*[f"Kata {number}." for number in range(9)])
    run_bulk([source], tmp_path / "a.jsonl", options=TWO, extract=quick, engine=here(quick))
    run_bulk([source], tmp_path / "b.jsonl", options=TWO, extract=quick, engine=lambda some: reversed(list(here(quick)(some))))
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_a_finished_job_is_done_at_once(tmp_path: Path, archive, here) -> None:
    source, output = archive("Satu.", "gagal"), tmp_path / "hasil.jsonl"
    run_bulk([source], output, extract=quick, engine=here(quick))
    before = output.stat()
    again = run_bulk([source], output, extract=quick, engine=never)
    assert (again.books, again.articles, again.failed) == (None, 1, 1)
    assert output.stat() == before
    output.unlink()
    assert run_bulk([source], output, extract=quick, engine=here(quick)).articles == 1
    assert run_bulk([source], output, options=Options(fresh=True), extract=quick, engine=here(quick)).books is not None


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (TWO, "the inputs changed"),
        (Options(shard=2, fields=Fields(id="nomor")), "the field options and the inputs changed"),
        (Options(shard=3), "the inputs and the size of a shard changed"),
    ],
)
def test_a_changed_job_asks_for_fresh(
    tmp_path: Path, archive, here, broken, lines, options: Options, told: str, finished: bool
) -> None:
    source, output = archive("Satu.", "Dua.", "Tiga."), tmp_path / "hasil.jsonl"
    if finished:
        run_bulk([source], output, options=TWO, extract=quick, engine=here(quick))
    else:
        with pytest.raises(KeyboardInterrupt):
            run_bulk([source], output, options=TWO, extract=quick, engine=broken(1, KeyboardInterrupt()))
    archive("Satu.", "Dua.", "Tiga.", "Empat.")
    with pytest.raises(JobError, match=f"{told}.*--fresh"):
        run_bulk([source], output, options=options, extract=quick, engine=never)
    assert (tmp_path / "hasil.parts").exists() is not finished
    fresh = Options(shard=options.shard, fresh=True)
    assert run_bulk([source], output, options=fresh, extract=quick, engine=here(quick)).articles == 4
    assert len(lines(output)) == 4


def test_another_model_asks_for_fresh(tmp_path: Path, archive, here) -> None:
    source, output = archive("Satu."), tmp_path / "hasil.jsonl"
    run_bulk([source], output, extract=quick, engine=here(quick))
    with pytest.raises(JobError, match=r"the model changed.*--fresh"):
        run_bulk([source], output, extract=slow, engine=never)


def test_a_shard_that_was_cut_is_done_again(tmp_path: Path, archive, here, broken, lines) -> None:
    source, output = archive("Satu.", "Dua.", "Tiga.", "Empat."), tmp_path / "hasil.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run_bulk([source], output, options=TWO, extract=quick, engine=broken(2, KeyboardInterrupt()))
    (shard, *_) = sorted((tmp_path / "hasil.parts").glob("*.shard"))
    shard.write_bytes(shard.read_bytes()[:-9])
    run_bulk([source], output, options=TWO, extract=quick, engine=here(quick))
    assert [line["article"]["id"] for line in lines(output)] == ["a0", "a1", "a2", "a3"]


def test_a_damaged_state_asks_for_fresh(tmp_path: Path, archive, here, broken) -> None:
    source, output = archive("Satu.", "Dua.", "Tiga."), tmp_path / "hasil.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run_bulk([source], output, options=TWO, extract=quick, engine=broken(1, KeyboardInterrupt()))
    for path in (tmp_path / "hasil.parts").glob("state.sqlite*"):
        path.write_bytes(b"rusak" * 500)
    with pytest.raises(JobError, match="--fresh"):
        run_bulk([source], output, options=TWO, extract=quick, engine=never)
    fresh = Options(shard=2, fresh=True)
    assert run_bulk([source], output, options=fresh, extract=quick, engine=here(quick)).articles == 3


@pytest.mark.parametrize(
    "change",
    ["UPDATE job SET value = '{rusak'", "ALTER TABLE job RENAME COLUMN value TO isi"],
)
def test_a_state_that_says_something_else_asks_for_fresh(tmp_path: Path, archive, here, broken, change: str) -> None:
    source, output = archive("Satu.", "Dua.", "Tiga."), tmp_path / "hasil.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run_bulk([source], output, options=TWO, extract=quick, engine=broken(1, KeyboardInterrupt()))
    with closing(sqlite3.connect(tmp_path / "hasil.parts" / "state.sqlite")) as connection, connection:
        connection.execute(change)
    with pytest.raises(JobError, match=r"damaged \(no .*\); start again with --fresh"):
        run_bulk([source], output, options=TWO, extract=quick, engine=never)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("name", ["hasil.jsonl", "hasil.parquet/"])
def test_a_pipe_or_device_is_not_replaced(tmp_path: Path, archive, name: str) -> None:
    source, pipe = archive("Satu."), tmp_path / name.strip("/")
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="a device or a pipe; name a file to write to"):
        run_bulk([source], f"{tmp_path}/{name}", options=TWO, extract=quick, engine=never)
    assert pipe.is_fifo()
    assert names(tmp_path) == sorted(["arsip.jsonl", pipe.name])


def test_a_name_that_the_system_does_not_take(tmp_path: Path, archive) -> None:
    with pytest.raises(InputError, match="File name too long; name another output"):
        run_bulk([archive("Satu.")], tmp_path / f"{'x' * 300}.jsonl", options=TWO, extract=quick, engine=never)
    assert names(tmp_path) == ["arsip.jsonl"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("-", "a job writes files, not standard output"),
        ("hasil.jsonl/", "only Parquet is written as a folder of files"),
        ("hasil.sqlite/", "only Parquet is written as a folder of files"),
    ],
)
def test_an_output_that_would_be_something_else(
    tmp_path: Path, archive, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=told):
        run_bulk([archive("Satu.")], name, options=TWO, extract=quick, engine=never)
    assert names(tmp_path) == ["arsip.jsonl"]


def test_an_input_without_a_name_is_not_the_current_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="an input has no name"):
        run_bulk([""], tmp_path / "hasil.jsonl", options=TWO, extract=quick, engine=never)
    assert names(tmp_path) == []


def test_state_is_a_write_ahead_log_that_tells_the_finished_shards(tmp_path: Path, archive, broken) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_bulk(
            [archive("Satu.", "gagal", "Dua.")],
            tmp_path / "hasil.jsonl",
            options=TWO,
            extract=quick,
            engine=broken(1, KeyboardInterrupt()),
        )
    connection = sqlite3.connect(tmp_path / "hasil.parts" / "state.sqlite")
    try:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT number, written, failed FROM shards").fetchall() == [(0, 1, 1)]
    finally:
        connection.close()


def test_a_second_job_on_one_output_is_refused(tmp_path: Path, archive, here) -> None:
    source, output = archive("Satu.", "Dua."), tmp_path / "hasil.jsonl"

    def meanwhile(article: Article) -> Extraction:
        with pytest.raises(JobError, match="another job is at work"):
            run_bulk([source], output, extract=quick, engine=never)
        return quick(article)

    assert run_bulk([source], output, extract=quick, engine=here(meanwhile)).articles == 2
    assert not (tmp_path / "hasil.parts").exists()


@pytest.mark.parametrize("limit", [ErrorLimit(count=1), ErrorLimit(rate=0.3)])
def test_too_many_failures_end_the_job_which_can_go_on(tmp_path: Path, archive, here, limit: ErrorLimit) -> None:
    source, output = archive("Satu.", "gagal", "Dua.", "gagal", "Tiga."), tmp_path / "hasil.jsonl"
    with pytest.raises(TooManyErrorsError, match=r"2 of . records failed"):
        run_bulk([source], output, options=Options(shard=2, max_errors=limit), extract=quick, engine=here(quick))
    assert not output.exists()
    higher = Options(shard=2, max_errors=ErrorLimit(count=2))
    result = run_bulk([source], output, options=higher, extract=quick, engine=here(quick))
    assert (result.articles, result.failed) == (3, 2)


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ModelError("rusak"), MissingExtraError("kurang")])
def test_what_stops_a_job_before_its_first_shard_leaves_the_old_files(
    tmp_path: Path, archive, broken, failure: BaseException
) -> None:
    source, output = archive("Satu.", "Dua."), tmp_path / "hasil.jsonl"
    output.write_text("lama", encoding="utf-8")
    with pytest.raises(type(failure)):
        run_bulk([source], output, extract=quick, engine=broken(0, failure))
    assert names(tmp_path) == ["arsip.jsonl", "hasil.jsonl"]
    assert output.read_text(encoding="utf-8") == "lama"


@pytest.mark.parametrize(
    ("source", "output"),
    [("a.jsonl", "a.jsonl"), ("a.errors.jsonl", "a.jsonl"), ("a.jsonl", "x/../a.jsonl"), ("b.jsonl", "a.parquet")],
)
def test_the_source_is_never_replaced(tmp_path: Path, archive, source: str, output: str) -> None:
    (tmp_path / "x").mkdir()
    archive("Satu.", name=source)
    if source == "b.jsonl":
        (tmp_path / "a.errors.jsonl").symlink_to(tmp_path / source)
    before = (tmp_path / source).read_bytes()
    with pytest.raises(InputError, match="would replace the articles"):
        run_bulk([str(tmp_path / source)], tmp_path / output, extract=quick, engine=never)
    assert (tmp_path / source).read_bytes() == before


@pytest.mark.parametrize(
    ("source", "output"),
    [("tiada.jsonl", "hasil.jsonl"), ("arsip.jsonl", "tiada/hasil.jsonl"), ("arsip.jsonl", "."), ("arsip.jsonl", "ada.jsonl")],
)
def test_a_job_that_cannot_start_leaves_nothing(tmp_path: Path, archive, source: str, output: str) -> None:
    archive("Satu.")
    (tmp_path / "ada.jsonl").mkdir()
    with pytest.raises(InputError):
        run_bulk([str(tmp_path / source)], tmp_path / output, extract=quick, engine=never)
    assert names(tmp_path) == ["ada.jsonl", "arsip.jsonl"]


def test_a_folder_with_other_things_is_not_replaced(tmp_path: Path, archive) -> None:
    (tmp_path / "hasil").mkdir()
    (tmp_path / "hasil" / "skripsi.txt").touch()
    with pytest.raises(InputError, match="other files"):
        run_bulk([archive("Satu.")], f"{tmp_path}/hasil/", options=Options(format="parquet"), extract=quick, engine=never)
    assert names(tmp_path / "hasil") == ["skripsi.txt"]


def test_memory_does_not_grow_with_the_articles(tmp_path: Path, archive, here) -> None:
    source = archive(*[f"{number} " + "kata " * 20_000 for number in range(100)])  # 10 MB
    run_bulk([source], tmp_path / "awal.jsonl", options=TWO, extract=quick, engine=here(quick))  # imports
    tracemalloc.start()
    try:
        assert run_bulk([source], tmp_path / "hasil.jsonl", options=TWO, extract=quick, engine=here(quick)).articles == 100
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def test_outputs_that_differ_in_their_ending_take_nothing_from_each_other(tmp_path: Path, archive, here, broken) -> None:
    source = archive("Satu.", "gagal", "Dua.")
    first, second = tmp_path / "hasil.jsonl", tmp_path / "hasil.sqlite"
    with pytest.raises(KeyboardInterrupt):
        run_bulk([source], first, options=TWO, extract=quick, engine=broken(1, KeyboardInterrupt()))
    for fresh in (False, True):
        options = Options(shard=2, workers=1, fresh=fresh)
        with pytest.raises(JobError, match=r"hasil\.parts beside it holds the unfinished job of hasil\.jsonl; finish that one"):
            run_bulk([source], second, options=options, extract=quick, engine=never)
    assert run_bulk([source], first, options=TWO, extract=quick, engine=here(quick)).articles == 2
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    for fresh in (False, True):
        options = Options(shard=2, workers=1, fresh=fresh)
        with pytest.raises(JobError, match=r"hasil\.errors\.jsonl beside it belong to hasil\.jsonl and would be replaced"):
            run_bulk([source], second, options=options, extract=quick, engine=never)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before
    first.unlink()  # now they belong to nothing
    assert run_bulk([source], second, options=TWO, extract=quick, engine=here(quick)).articles == 2


@pytest.mark.parametrize("name", ["hasil.errors.jsonl", "hasil.manifest.json", "hasil.parts/state.sqlite"])
def test_a_folder_in_the_place_of_a_job_s_file(tmp_path: Path, archive, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(InputError, match=rf"{name}: a folder, where the job has a file; move it away"):
        run_bulk([archive("Satu.")], tmp_path / "hasil.jsonl", options=TWO, extract=quick, engine=never)
    assert (tmp_path / name).is_dir()


def test_the_parts_of_somebody_else_are_left_alone(tmp_path: Path, archive) -> None:
    source, parts = archive("Satu."), tmp_path / "hasil.parts"
    parts.touch()
    with pytest.raises(InputError, match=r"hasil\.parts: a file, where the job has a folder"):
        run_bulk([source], tmp_path / "hasil.jsonl", options=TWO, extract=quick, engine=never)
    parts.unlink()
    parts.mkdir()
    (parts / "bab-1.txt").touch()
    for fresh in (False, True):
        with pytest.raises(InputError, match=r"hasil\.parts: holds other files than a job's"):
            run_bulk([source], tmp_path / "hasil.jsonl", options=Options(fresh=fresh), extract=quick, engine=never)
    assert names(parts) == ["bab-1.txt"]
