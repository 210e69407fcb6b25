"""How the tests of the command line run it: in this process, where that is enough, or as the user does, in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

ROOT = Path(__file__).parents[2]

Invoke = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command in this process: ``invoke("extract", path, given=b"...")``; a bug comes out as the exception it raises."""
    from kpu_nlp.cli import main

    monkeypatch.delenv("KPU_NLP_MODEL", raising=False)

    def run(*arguments: Any, given: bytes | None = None) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=given, catch_exceptions=False)

    return run


@pytest.fixture(scope="session")
def process() -> Process:
    """Run ``kpu-nlp`` in a process of its own, its output captured as bytes."""

    def run(
        *arguments: Any,
        given: bytes | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-c", "from kpu_nlp.cli import main; main(prog_name='kpu-nlp')", *arguments],
            input=b"" if given is None else given,
            capture_output=True,
            cwd=cwd,
            env=environment(env),
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def python() -> Process:
    """Run a program text with this Python, in a process that finds the package; standard output is captured as text."""

    def run(code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment(),
            check=True,
        )
        return done.stdout

    return run


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment, where the package is found without installation, and no model is named."""
    kept = {name: value for name, value in os.environ.items() if name != "KPU_NLP_MODEL"}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    return {**kept, "PYTHONPATH": path, **(more or {})}


def one_error(result: Result) -> str:
    """Return the only line on standard error of a command that failed as it should: exit code 1, nothing on standard output."""
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith("\n")
    return result.stderr.removeprefix("Error: ").rstrip("\n")


@pytest.fixture
def fails(invoke: Invoke) -> Callable[..., str]:
    """Run a command that must fail with one line, and return that line without ``Error: ``."""

    def run(*arguments: Any, given: bytes | None = None) -> str:
        return one_error(invoke(*arguments, given=given))

    return run
