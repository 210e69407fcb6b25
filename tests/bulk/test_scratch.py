"""The folders of jobs on Ray: one that nobody is in any more is removed, any other is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kpu_nlp.bulk.scratch import scratch_folder

ROOT = Path(__file__).parents[2]

HOLD = """
import time
from kpu_nlp.bulk.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "session").mkdir()
    print(folder, flush=True)
    time.sleep(100)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ray keeps its own folder there")


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_a_folder_ends_with_its_block(tmp_path: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
        (folder / "session").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_only_what_a_killed_job_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "kpu-milik-orang").mkdir()  # without a lock it is none of ours
    (tmp_path / "kpu-berkas").write_text("", encoding="utf-8")
    target = tmp_path / "lain"
    target.mkdir()
    (target / "lock").write_text("", encoding="utf-8")
    (tmp_path / "kpu-tautan").symlink_to(target)
    others = sorted(tmp_path.iterdir())
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", HOLD], env=environment, stdout=subprocess.PIPE, text=True) as job:
        try:
            assert job.stdout is not None
            held = Path(job.stdout.readline().strip())
            with scratch_folder():
                assert held.is_dir()
            job.send_signal(signal.SIGKILL)
            job.wait()
            assert (held / "session").is_dir()
            with scratch_folder():
                assert not held.exists()
        finally:
            job.kill()
    assert sorted(tmp_path.iterdir()) == others
