from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from kpu_nlp.errors import InputError
from kpu_nlp.writing.atomic import atomic_files, atomic_folder, atomic_write, folder_above


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with a file in it, as an earlier run left it."""
    folder = tmp_path / "keluar"
    folder.mkdir()
    (folder / "lama.txt").write_text("lama", encoding="utf-8")
    return folder


def test_a_file_appears_whole_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "hasil.jsonl"
    with atomic_write(path) as file:
        file.write("é\n")
        assert not path.exists()
    assert path.read_bytes() == "é\n".encode()
    assert names(tmp_path) == ["hasil.jsonl"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_file(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "hasil.jsonl"
    path.write_text("lama", encoding="utf-8")
    with pytest.raises(failure), atomic_write(path) as file:  # noqa: PT012 - the failure comes after writing
        file.write("baru")
        raise failure
    assert path.read_text(encoding="utf-8") == "lama"
    assert names(tmp_path) == ["hasil.jsonl"]


def test_a_text_that_cannot_be_encoded_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError), atomic_write(tmp_path / "hasil.txt") as file:
        file.write("\ud800")
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no mode bits")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_file_has_the_rights_of_any_new_file(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with atomic_write(tmp_path / "hasil.txt"):
            pass
        with atomic_folder(tmp_path / "model"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "hasil.txt").stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o777 & ~umask


@pytest.mark.skipif(sys.platform == "win32", reason="links and devices")
def test_a_link_is_followed_and_a_device_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "hasil.txt", tmp_path / "tautan.txt"
    target.write_text("lama", encoding="utf-8")
    link.symlink_to(target)
    with atomic_write(link) as file:
        file.write("baru")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "baru"
    with atomic_write(Path(os.devnull)) as file:
        file.write("baru")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116


def test_folders_above_are_made_where_that_is_asked_for(tmp_path: Path) -> None:
    assert folder_above(tmp_path / "satu" / "dua") == folder_above(tmp_path) == tmp_path
    with atomic_folder(tmp_path / "satu" / "dua" / "model", parents=True) as folder:
        (folder / "isi.txt").touch()
    assert names(tmp_path / "satu" / "dua" / "model") == ["isi.txt"]
    with pytest.raises(InputError, match=r"isi\.txt is a file"):
        folder_above(tmp_path / "satu" / "dua" / "model" / "isi.txt" / "tiga")


@pytest.mark.parametrize("write", [atomic_write, atomic_folder])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tiada/hasil", "there is no folder"),
        ("berkas/hasil", "there is no folder"),
        ("a\0b", "cannot be written"),
        ("x" * 300, "cannot be written"),
    ],
)
def test_an_impossible_place_is_named(tmp_path: Path, write: object, name: str, message: str) -> None:
    (tmp_path / "berkas").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=message), write(tmp_path / name):  # type: ignore[operator]
        pass
    assert names(tmp_path) == ["berkas"]


def test_a_folder_is_no_file_and_a_file_no_folder(old: Path) -> None:
    with pytest.raises(InputError, match=r"keluar: a folder; name a file"), atomic_write(old):
        pass
    with pytest.raises(InputError, match=r"lama\.txt: a file; name a folder"), atomic_folder(old / "lama.txt"):
        pass
    assert names(old) == ["lama.txt"]


def test_a_place_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with (
        pytest.raises(InputError, match=r"hasil\.txt: cannot be written \(Permission denied\)"),
        atomic_write(tmp_path / "hasil.txt"),
    ):
        pass


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(InputError, match="No space left on device"), atomic_write(tmp_path / "hasil.txt") as file:
        file.write("baru")
    assert names(tmp_path) == []


def test_a_folder_appears_whole_and_replaces_the_old_one(old: Path) -> None:
    with atomic_folder(old) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "baru.txt").write_text("baru", encoding="utf-8")
        assert names(old) == ["lama.txt"]
    assert names(old) == ["sub"]
    assert names(old.parent) == ["keluar"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_folder(old: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), atomic_folder(old) as folder:  # noqa: PT012 - the failure comes after writing
        (folder / "baru.txt").write_text("baru", encoding="utf-8")
        raise failure
    assert names(old) == ["lama.txt"]
    assert names(old.parent) == ["keluar"]


def test_a_failed_exchange_brings_the_old_folder_back(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename
    calls: list[Path] = []

    def fail_second(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_second)
    with pytest.raises(InputError, match="Input/output error"), atomic_folder(old):
        pass
    assert names(old) == ["lama.txt"]
    assert names(old.parent) == ["keluar"]


@pytest.mark.parametrize("where", [".", "..", "sub"])
def test_the_folder_one_stands_in_is_not_replaced(old: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    (old / "sub").mkdir()
    monkeypatch.chdir(old / "sub" if where != "sub" else old)
    if where == "sub":
        with atomic_folder(Path("sub")):
            pass
        assert names(old) == ["lama.txt", "sub"]
    else:
        with pytest.raises(InputError, match="the current folder is in it"), atomic_folder(Path(where)):
            pass
        assert names(old) == ["lama.txt", "sub"]


def test_files_appear_beside_those_that_are_there(old: Path) -> None:
    atomic_files(old, {"baru.txt": "é\n", "lama.txt": "lama"})
    assert names(old) == ["baru.txt", "lama.txt"]
    assert (old / "baru.txt").read_bytes() == "é\n".encode()
    atomic_files(old, {"lama.txt": "baru"}, replace=True)
    assert (old / "lama.txt").read_text(encoding="utf-8") == "baru"
    assert names(old) == ["baru.txt", "lama.txt"]


def test_files_do_not_replace_others_unasked(old: Path) -> None:
    with pytest.raises(InputError, match=r"lama\.txt: there already, with another content"):
        atomic_files(old, {"baru.txt": "baru", "lama.txt": "baru"})
    with pytest.raises(InputError, match=r"lama\.txt: a file; name a folder"):
        atomic_files(old / "lama.txt", {"baru.txt": "baru"})
    assert names(old) == ["lama.txt"]
    assert (old / "lama.txt").read_text(encoding="utf-8") == "lama"


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_where_one_file_fails_all_go_back(old: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "z.txt":
            raise failure
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    for folder in (old, old / "sub"):
        with pytest.raises((InputError, KeyboardInterrupt)):
            atomic_files(folder, {"a.txt": "baru", "lama.txt": "baru", "z.txt": "baru"}, replace=True)
    assert names(old) == ["lama.txt"]
    assert (old / "lama.txt").read_text(encoding="utf-8") == "lama"
