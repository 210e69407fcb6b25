"""Every command has help, stands in the list of commands and in the README, and help itself loads nothing heavy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from kpu_nlp.cli import COMMANDS, main
from kpu_nlp.version import VERSION

ROOT = Path(__file__).parents[2]
# What extraction, training and evaluation are made of; numpy alone costs more than all of click.
HEAVY = (
    "datasets",
    "jinja2",
    "lxml",
    "numpy",
    "onnxruntime",
    "pydantic",
    "rich",
    "spacy",
    "tokenizers",
    "torch",
    "trafilatura",
    "transformers",
)


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give the words of every command, those of a group after the group's own."""
    if path:
        yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


PATHS = sorted(commands(main))


def command(path: tuple[str, ...]) -> click.Command:
    found: click.Command | None = main
    for name in path:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), name)
    assert found is not None
    return found


def test_the_commands_are_found() -> None:
    assert {path[0] for path in PATHS} == set(COMMANDS)
    assert {("corpus", "check"), ("extract",), ("bulk",), ("train",), ("evaluate",), ("labels",), ("schema",)} <= set(PATHS)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...], invoke) -> None:
    result = invoke(*path, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"Usage: main {' '.join(path)} " in result.stdout
    found = command(path)
    assert (found.help or "").strip()
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.opts} has no help"
            assert parameter.opts[0] in result.stdout


def test_every_command_is_listed(invoke) -> None:
    assert invoke("-h").stdout == invoke("--help").stdout
    listed = dict(re.findall(r"(?m)^  (\w+) +(\S.*)$", invoke("--help").stdout.partition("Commands:")[2]))
    assert listed == {name: text for name, (_, text) in COMMANDS.items()}


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_stands_in_the_readme(path: tuple[str, ...]) -> None:
    if isinstance(command(path), click.Group):
        return
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"\bkpu-nlp {' '.join(path)}\b", readme)


def test_an_unknown_command_is_a_usage_error(invoke) -> None:
    result = invoke("extrakt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "No such command 'extrakt'" in result.stderr


def test_help_loads_nothing_heavy(python: Callable[..., str]) -> None:
    # One process for all, because a module that is loaded stays: the first command that loads one is the one to look at.
    calls = [
        ["--help"],
        ["-h"],
        ["--version"],
        ["extrakt"],
        ["extract"],
        ["train", "none.toml"],
        *([*path, "--help"] for path in PATHS),
    ]
    code = """
import contextlib, io, json, sys
from kpu_nlp.cli import main
heavy, blamed = set(json.loads(sys.argv[1])), []
for arguments in json.loads(sys.argv[2]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        main(arguments)
    blamed += [[arguments, name] for name in sorted(heavy & set(sys.modules))]
print(json.dumps([blamed, "click" in sys.modules]))
"""
    assert json.loads(python(code, json.dumps(HEAVY), json.dumps(calls))) == [[], True]


def test_version_names_package_and_model(invoke) -> None:
    manifest = ROOT / "models" / "kpu-ner" / "manifest.json"
    model = "not installed"
    if manifest.exists():
        content = json.loads(manifest.read_text(encoding="utf-8"))
        model = f"{content['name']} {content['version']}"
    assert invoke("--version").stdout == f"kpu-nlp {VERSION}, model {model}\n"


def test_the_script_of_a_checkout_is_the_same_command(python: Callable[..., str], tmp_path: Path) -> None:
    code = "import runpy, sys; sys.argv[0] = 'cli.py'; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    assert python(code, str(ROOT / "cli.py"), "--version").startswith(f"kpu-nlp {VERSION}, model ")
    assert "Usage: kpu-nlp extract" in python(code, str(ROOT / "cli.py"), "extract", "--help")
