"""The worker processes of this machine: how many there are changes nothing, and one that dies costs one record."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import unopenable
from extractors import deadly, modelless, quick

from kpu_nlp.bulk.run import Options, run_bulk
from kpu_nlp.errors import JobError, ModelError

pytestmark = pytest.mark.usefixtures("shipped_model")

ROOT = Path(__file__).parents[2]


def test_the_number_of_workers_changes_nothing(tmp_path: Path, archive) -> None:
    source = archive(*[f"Kata {number}." if number % 7 else "gagal" for number in range(50)])
    for workers in (1, 3):
        options = Options(workers=workers, shard=4)
        result = run_bulk([source], tmp_path / f"{workers}.jsonl", options=options, extract=quick)
        assert (result.articles, result.failed) == (42, 8)
        assert result.books is not None
        assert result.books.memory > 20_000_000 * (1 + workers)
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "3.jsonl").read_bytes()
    assert (tmp_path / "1.errors.jsonl").read_bytes() == (tmp_path / "3.errors.jsonl").read_bytes()


def test_a_worker_that_dies_costs_one_record(tmp_path: Path, archive, lines) -> None:
    mark = tmp_path / "sudah"
    source = archive("Satu.", "Dua.", "Ini mati.", "Tiga.", f"sekali {mark}", "gagal", "Empat.")
    result = run_bulk([source], tmp_path / "hasil.jsonl", options=Options(workers=2, shard=3), extract=deadly)
    assert (result.articles, result.failed) == (5, 2)
    ids = [line["article"]["id"] for line in lines(tmp_path / "hasil.jsonl")]
    assert ids == ["a0", "a1", "a3", "a4", "a6"]
    failures = lines(tmp_path / "hasil.errors.jsonl")
    assert [failure["id"] for failure in failures] == ["a2", "a5"]
    assert failures[0] == {"id": "a2", "source": f"{source}:3", "reason": "worker died (signal SIGKILL)"}
    assert mark.exists()


def test_what_would_fail_with_every_article_ends_the_job(tmp_path: Path, archive) -> None:
    with pytest.raises(ModelError, match="modelnya rusak"):
        run_bulk([archive("Satu.", "Dua.")], tmp_path / "hasil.jsonl", extract=modelless)
    assert [path.name for path in tmp_path.iterdir()] == ["arsip.jsonl"]


def test_a_worker_that_cannot_open_its_model_ends_the_job(tmp_path: Path, archive) -> None:
    with pytest.raises(JobError, match=r"a worker died \(exit code 3\) while it opened the model"):
        run_bulk([archive("Satu.")], tmp_path / "hasil.jsonl", extract=unopenable.extract)


JOB = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from kpu_nlp.bulk.run import Options, run_bulk
import extractors, resource
from kpu_nlp.errors import JobError
if len(sys.argv) > 6:
    # The system's refusal to write more is all that a full disk is to a program.
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[6]), resource.RLIM_INFINITY))
try:
    options = Options(workers=int(sys.argv[4]), shard=2)
    run_bulk([sys.argv[2]], sys.argv[3], options=options, extract=getattr(extractors, sys.argv[5]))
except JobError as error:
    sys.exit(f"Error: {error}")
"""


def start(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", JOB, str(Path(__file__).parent), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def alive(group: int) -> bool:
    """Tell whether a process of the group runs; those that have ended and were not fetched yet do not."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, leader = status.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(leader) == group and state != "Z":
            return True
    return False


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
def test_workers_end_with_their_parent(tmp_path: Path, archive) -> None:
    job = start(archive(*["Kata."] * 5000), tmp_path / "hasil.jsonl", 2, "slow")
    while not any(tmp_path.glob("hasil.parts/*.shard")):
        assert job.poll() is None
        time.sleep(0.02)
    job.kill()
    job.communicate()
    deadline = time.monotonic() + 30
    while alive(job.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(job.pid)


def test_a_full_disk_is_one_line_and_the_job_goes_on(tmp_path: Path, archive, lines) -> None:
    source = archive(*["Pendek."] * 8, "Kata " * 30_000, "Akhir.")
    job = start(source, tmp_path / "hasil.jsonl", 1, "quick", 100_000)
    _, told = job.communicate(timeout=300)
    assert job.returncode == 1
    assert told.decode().startswith(
        f"Error: {tmp_path / 'hasil.jsonl'}: cannot be written (File too large); what is done is kept"
    )
    assert told.count(b"\n") == 1
    assert len(list(tmp_path.glob("hasil.parts/*.shard"))) == 4
    result = run_bulk([source], tmp_path / "hasil.jsonl", options=Options(workers=1, shard=2), extract=quick)
    assert result.books is not None
    assert (result.articles, result.books.skipped) == (10, 8)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hasil.jsonl", "hasil.parquet", "hasil.sqlite"])
def test_killed_ten_times_at_random_points(tmp_path: Path, dev_articles, name: str) -> None:
    import random

    rows = [{"id": f"a{number}", "text": article.text} for number, article in enumerate(dev_articles)]
    rows[7]["text"] = "gagal"
    rows[9] = {"teks": "tanpa isi"}
    source = tmp_path / "arsip.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "utuh").mkdir()
    undisturbed = start(source, tmp_path / "utuh" / name, 2, "slow")
    undisturbed.communicate()
    assert undisturbed.returncode == 0
    chance = random.Random(name)  # noqa: S311 - where a test kills is no secret
    kills = finished = 0
    shards = -1
    while kills < 10:
        job = start(source, tmp_path / name, 2, "slow")
        # A job that ended before it was killed shows the end of the job, which is worth a kill as well: begin it anew.
        try:
            wanted = chance.randrange(3)
            while job.poll() is None and len(list(tmp_path.glob("hasil.parts/*.shard"))) < shards + wanted:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.3)
        finally:
            os.killpg(job.pid, signal.SIGKILL) if job.poll() is None else None
            job.communicate()
        if job.returncode == 0:
            finished += 1
            for path in tmp_path.glob("hasil.*"):
                path.unlink()
        kills += job.returncode == -signal.SIGKILL
        shards = len(list(tmp_path.glob("hasil.parts/*.shard")))
    last = start(source, tmp_path / name, 2, "slow")
    last.communicate()
    assert last.returncode == 0
    assert (tmp_path / name).read_bytes() == (tmp_path / "utuh" / name).read_bytes()
    assert (tmp_path / "hasil.errors.jsonl").read_bytes() == (tmp_path / "utuh" / "hasil.errors.jsonl").read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*hasil*")) == sorted([name, "hasil.errors.jsonl", "hasil.manifest.json"])
    assert finished < 5
