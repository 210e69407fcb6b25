"""``kpu-nlp review``: one line for every mistake, before the model is loaded."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

STORY = "KPU Kota Batu Gelar Rapat\nBatu - Ketua KPU Kota Batu, Rina Wulandari, memimpin rapat.\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "rapat.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_mistakes_are_one_line(shipped_model: Path, fails: Callable[..., str], article: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    empty = tmp_path / "empty"
    empty.mkdir()
    missing = tmp_path / "tiada"
    assert fails("review", missing, "--output", output) == f"{missing}: no such file or folder; check the path"
    assert fails("review", empty, "--output", output).startswith(f"{empty}: no article in this folder")
    assert fails("review", article, "--output", article) == f"{article}: a file; name a folder to write to"
    assert fails("review", article, "--output", tmp_path / "a" / "b").endswith("make it first")
    assert fails("review", article, "--output", output, "--model", "tiada").startswith("tiada: no such model folder")
    assert not output.exists()


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write anywhere")
def test_a_folder_without_rights(shipped_model: Path, fails: Callable[..., str], article: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    assert "cannot be written" in fails("review", article, "--output", locked)


def test_a_folder_that_no_one_can_write(shipped_model: Path, fails: Callable[..., str], article: Path) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a file system that takes no files")
    assert fails("review", article, "--output", "/proc/self/out").startswith("/proc/self/out: cannot be written")


def test_a_port_in_use_is_told(shipped_model: Path, fails: Callable[..., str], article: Path, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = fails("review", article, "--output", tmp_path / "out", "--port", port)
    assert told == f"port {port}: in use by another program; name another with --port, or leave it out"
    assert not (tmp_path / "out").exists()


def test_without_the_extra_one_line_says_what_to_install(shipped_model: Path, article: Path, tmp_path: Path, python) -> None:
    hidden = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from click.testing import CliRunner\n"
        "from kpu_nlp.cli import main\n"
        "result = CliRunner().invoke(main, ['review', *sys.argv[1:]])\n"
        "print(result.exit_code, result.stderr, end='')\n"
    )
    told = python(hidden, str(article), "--output", str(tmp_path / "out"))
    assert told == ("1 Error: reviewing needs starlette and uvicorn, which are not installed: pip install 'kpu-nlp[review]'\n")
