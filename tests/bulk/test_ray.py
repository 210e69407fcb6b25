"""The engine on Ray: the same bytes as the engine of this machine, whatever its records do to the processes."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import unopenable
from extractors import deadly, modelless, parricidal

from kpu_nlp.bulk.handlers import Setup
from kpu_nlp.bulk.ray_cluster import RayCluster
from kpu_nlp.bulk.ray_engine import ray_torch_engine
from kpu_nlp.bulk.run import Options, run_bulk
from kpu_nlp.errors import JobError, KpuNlpError, MissingExtraError, ModelError

pytestmark = [
    # Not imported here: Ray would read its settings before a job makes them.
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra [ray] is not installed"),
    pytest.mark.usefixtures("shipped_model"),
    # Ray and what it imports leave sockets and files to the garbage collection.
    pytest.mark.filterwarnings("default"),
]

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Ray's processes find the package where it is not installed."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]))


@pytest.fixture
def running_ray(_importable: None) -> Iterator[None]:
    """Keep one Ray for several jobs, as a program does that has started it itself."""
    with RayCluster(None, workers=2) as cluster:
        cluster.connect()
        yield


def test_the_same_bytes_whatever_the_records_do(tmp_path: Path, archive, lines) -> None:
    texts = [f"Kata {number}." for number in range(20)]
    texts[3:3] = ["gagal", "tolak", ""]
    texts[11:11] = ["Ini mati."]
    source = archive(*texts)
    for name in ("local", "ray"):
        options = Options(workers=2, shard=4, engine=name)
        result = run_bulk([source], tmp_path / f"{name}.jsonl", options=options, extract=deadly)
        assert (result.articles, result.failed) == (20, 4)
        assert result.books is not None
        assert result.books.memory > 100_000_000
    assert (tmp_path / "ray.jsonl").read_bytes() == (tmp_path / "local.jsonl").read_bytes()
    assert (tmp_path / "ray.errors.jsonl").read_bytes() == (tmp_path / "local.errors.jsonl").read_bytes()
    assert "worker died (signal SIGKILL)" in [line["reason"] for line in lines(tmp_path / "ray.errors.jsonl")]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ray://127.0.0.1:10001", "Ray Client"),
        ("klaster", "write HOST:PORT, or auto"),
        (":6379", "write HOST:PORT, or auto"),
        ("127.0.0.1:enam", "write HOST:PORT, or auto"),
        ("127.0.0.1:99999999", "cannot be reached"),
        ("\ud800:6379", "cannot be reached"),
    ],
)
def test_an_address_that_is_none(tmp_path: Path, archive, address: str, told: str) -> None:
    check_refused(tmp_path, archive, address, told)


def test_an_address_where_nothing_answers(tmp_path: Path, archive) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        check_refused(tmp_path, archive, f"127.0.0.1:{taken.getsockname()[1]}", "Connection refused")


@pytest.mark.slow
def test_an_address_where_something_else_answers(tmp_path: Path, archive, capfd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        check_refused(tmp_path, archive, f"127.0.0.1:{other.getsockname()[1]}", "no answer of Ray's")
    assert capfd.readouterr() == ("", "")


def check_refused(tmp_path: Path, archive: Callable[..., str], address: str, told: str) -> None:
    options = Options(engine="ray", ray_address=address, device="cpu")
    with pytest.raises(JobError) as error:
        run_bulk([archive("Satu.")], tmp_path / "hasil.jsonl", options=options)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["arsip.jsonl"]


def test_ray_is_an_extra(tmp_path: Path, archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kpu-nlp\[ray\]'"):
        run_bulk([archive("Satu.")], tmp_path / "hasil.jsonl", options=Options(engine="ray"))
    assert [path.name for path in tmp_path.iterdir()] == ["arsip.jsonl"]


@pytest.mark.slow
def test_what_would_fail_with_every_article_ends_the_job(tmp_path: Path, archive, running_ray) -> None:
    cases: list[tuple[Callable[..., object], type[KpuNlpError], str]] = [
        (modelless, ModelError, "modelnya rusak"),
        (unopenable.extract, JobError, "worker died .* while it opened the model"),
    ]
    for extract, kind, told in cases:
        with pytest.raises(kind, match=told):
            run_bulk([archive("Satu.")], tmp_path / "hasil.jsonl", options=Options(engine="ray"), extract=extract)
        assert [path.name for path in tmp_path.iterdir()] == ["arsip.jsonl"]


@pytest.mark.slow
def test_a_record_that_costs_an_actor_is_told(tmp_path: Path, archive, lines, running_ray) -> None:
    source = archive("Satu.", "Dua.", "Ini yatim.", "Tiga.", "Empat.", "Lima.")
    options = Options(engine="ray", workers=2, shard=2)
    result = run_bulk([source], tmp_path / "hasil.jsonl", options=options, extract=parricidal)
    assert (result.articles, result.failed) == (5, 1)
    assert [line["article"]["id"] for line in lines(tmp_path / "hasil.jsonl")] == ["a0", "a1", "a3", "a4", "a5"]
    failures = lines(tmp_path / "hasil.errors.jsonl")
    assert failures == [{"id": "a2", "source": f"{source}:3", "reason": "its Ray actor died"}]


@pytest.mark.slow
def test_the_model_gives_the_same_bytes(tmp_path: Path, dev_articles, train_articles, archive, running_ray) -> None:
    source = archive(*[article.text for article in (*dev_articles, *train_articles)][:60], "", "\N{BULLET}")
    for engine in ("local", "ray"):
        (tmp_path / engine).mkdir()
    for name in ("baris.jsonl", "kolom.parquet"):
        for engine in ("local", "ray"):
            options = Options(engine=engine, device="cpu", workers=2)
            result = run_bulk([source], tmp_path / engine / name, options=options)
            assert result.articles + result.failed == 62
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "local" / name).read_bytes()
        errors = f"{Path(name).stem}.errors.jsonl"
        assert (tmp_path / "ray" / errors).read_bytes() == (tmp_path / "local" / errors).read_bytes()


@pytest.mark.slow
def test_files_are_read_by_the_actors(tmp_path: Path, dev_articles, monkeypatch: pytest.MonkeyPatch, running_ray) -> None:
    """Their names count from where the job was started."""
    monkeypatch.chdir(tmp_path)
    Path("arsip").mkdir()
    title, *paragraphs = [line for line in dev_articles[0].text.split("\n") if line.strip()]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    page = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"
    Path("arsip", "satu.html").write_text(page, encoding="utf-8")
    Path("arsip", "dua.txt").write_text(dev_articles[1].text, encoding="utf-8")
    for name in ("local", "ray"):
        result = run_bulk(["arsip"], f"{name}.jsonl", options=Options(engine=name, device="cpu", workers=1))
        assert (result.articles, result.failed) == (2, 0)
    assert Path("ray.jsonl").read_bytes() == Path("local.jsonl").read_bytes()


@pytest.mark.slow
def test_encoder_and_linkers_apart(shipped_model: Path, dev_articles, tmp_path: Path, archive, lines, running_ray) -> None:
    source = archive(*[article.text for article in dev_articles[:6]], "")
    options = Options(device="cpu", workers=1, shard=2)
    run_bulk([source], tmp_path / "onnx.jsonl", options=options)
    with RayCluster(None, workers=2) as cluster:
        engine = ray_torch_engine(cluster, Setup(str(shipped_model), torch_device="cpu", batch_size=16), workers=2)
        result = run_bulk([source], tmp_path / "torch.jsonl", options=options, engine=engine)
    assert (result.articles, result.failed) == (6, 1)
    onnx, torch = lines(tmp_path / "onnx.jsonl"), lines(tmp_path / "torch.jsonl")
    assert [one["article"] for one in torch] == [one["article"] for one in onnx]
    assert (tmp_path / "torch.errors.jsonl").read_bytes() == (tmp_path / "onnx.errors.jsonl").read_bytes()
    spans = [
        {(one["article"]["id"], span["start"], span["end"], span["label"]) for one in some for span in one["entities"]}
        for some in (onnx, torch)
    ]
    # See test_torch_engine.py for why they may differ.
    assert len(spans[0]) > 60
    assert len(spans[0] ^ spans[1]) <= 0.02 * len(spans[0])


@pytest.mark.slow
def test_an_interrupted_job_goes_on(tmp_path: Path, dev_articles, archive) -> None:
    leads = ["\n".join(article.text.split("\n")[:3]) for article in dev_articles]
    source = archive(*leads * 4)  # enough that the job cannot end before it is interrupted
    command = [
        sys.executable,
        "-c",
        "from kpu_nlp.cli import main; main()",
        "bulk",
        source,
        "--device",
        "cpu",
        "--workers",
        "2",
    ]
    whole = tmp_path / "utuh.jsonl"
    subprocess.run([*command, "--output", str(whole)], check=True, capture_output=True)
    output = tmp_path / "hasil.jsonl"
    on_ray = [*command, "--output", str(output), "--engine", "ray"]
    for signals in ([signal.SIGINT], [signal.SIGINT, signal.SIGINT], [signal.SIGKILL]):
        before = len(list(tmp_path.glob("hasil.parts/*.shard")))
        job = subprocess.Popen(on_ray, stderr=subprocess.PIPE, start_new_session=True)
        while len(list(tmp_path.glob("hasil.parts/*.shard"))) <= before:
            assert job.poll() is None
            time.sleep(0.05)
        for number in signals:
            with suppress(ProcessLookupError):
                os.killpg(job.pid, number)
            time.sleep(0.7)
        _, told = job.communicate()
        if signals[0] == signal.SIGINT:
            assert job.returncode == 130
            # On a slow machine the line of every 30 s comes before.
            last = told.decode().splitlines()[-1]
            assert last == "Interrupted; what is done is kept. Give the same command again to go on."
    done = subprocess.run(on_ray, check=True, capture_output=True)
    assert done.stdout == b""
    books, speed, *_ = [line for line in done.stderr.decode().splitlines() if " articles, " not in line]
    assert f"{4 * len(leads)} read = " in books
    assert "articles/s" in speed
    assert " 0 skipped" not in books
    assert output.read_bytes() == whole.read_bytes()
    assert json.loads((tmp_path / "hasil.manifest.json").read_text(encoding="utf-8"))["failed"] == 0
