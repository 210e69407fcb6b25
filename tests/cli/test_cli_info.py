"""``kpu-nlp labels`` and ``kpu-nlp schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.labels import LABELS
from kpu_nlp.reading import read_article
from kpu_nlp.schema import SCHEMA_VERSION, Article, Extraction, ModelInfo

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "corpus" / "samples" / "konsolidasi-kaltim.txt"


def test_labels_are_listed(invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    result = invoke("labels")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(LABELS) == 15
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    for label in LABELS:
        assert " ".join(label.definition.split()) in rows[label.name]
        assert label.example in rows[label.name]
        assert rows[label.name].rstrip().endswith(label.theme or label.example)


@pytest.mark.parametrize("columns", ["40", "80"])
def test_labels_fit_a_narrow_terminal(invoke, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lines = invoke("labels").stdout.splitlines()
    assert max(map(len, lines)) <= int(columns)
    for label in LABELS:
        assert any(line.split()[:1] == [label.name] for line in lines)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    from click.testing import CliRunner

    from kpu_nlp.cli import main

    return json.loads(CliRunner().invoke(main, ["schema"]).stdout)


def check(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "$") -> None:
    """Check a value against what the contract uses of JSON Schema; a keyword that is not known here is an error."""
    known = {"$ref", "anyOf", "type", "properties", "required", "additionalProperties", "items", "enum", "minimum", "maximum"}
    assert set(schema) <= known | {"$defs", "$schema", "title", "description", "default"}, path
    if "$ref" in schema:
        check(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
    if "anyOf" in schema:
        failed = []
        for choice in schema["anyOf"]:
            try:
                check(value, choice, root, path)
            except AssertionError as error:
                failed.append(error)
        assert len(failed) < len(schema["anyOf"]), failed
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    if "type" in schema:
        expected = type(None) if schema["type"] == "null" else kinds[schema["type"]]
        assert isinstance(value, expected), f"{path}: {value!r}"
        assert not (isinstance(value, bool) and schema["type"] != "boolean"), f"{path}: {value!r}"
    assert value in schema.get("enum", [value]), path
    if "minimum" in schema or "maximum" in schema:
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), path
    if schema.get("type") == "object":
        assert set(schema["required"]) <= set(value), path
        assert schema["additionalProperties"] is False
        assert set(value) <= set(schema["properties"]), path
        for name, part in value.items():
            check(part, schema["properties"][name], root, f"{path}.{name}")
    if schema.get("type") == "array":
        for index, part in enumerate(value):
            check(part, schema["items"], root, f"{path}[{index}]")


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["schema_version"]["default"] == SCHEMA_VERSION
    assert list(schema["properties"]) == list(Extraction.model_fields)


def test_the_schema_fits_an_empty_extraction_and_no_other(schema: dict[str, Any]) -> None:
    article = Article(id="a", sha256="0" * 64, text="Isi.")
    value = json.loads(Extraction(article=article, model=ModelInfo(name="m", version="1")).model_dump_json())
    check(value, schema, schema)
    for broken in (
        {**value, "lain": 1},
        {name: part for name, part in value.items() if name != "quotes"},
        {**value, "warnings": None},
        {**value, "event": {**value["article"]}},
        {**value, "entities": [{"start": 0, "end": 1, "text": "I", "label": "GPE", "score": 1.5}]},
        {**value, "times": [{"text": "x", "start": None, "end": None, "open_end": False, "kind": "day", "span": None}]},
    ):
        with pytest.raises(AssertionError):
            check(broken, schema, schema)


def test_the_schema_fits_a_real_extraction(shipped_model, schema: dict[str, Any]) -> None:
    from kpu_nlp.pipeline import extract_article
    from kpu_nlp.writing.json_lines import to_json

    extraction = extract_article(read_article(str(SAMPLE)))
    value = json.loads(to_json(extraction, indent=False))
    check(value, schema, schema)
    assert value["officials"]
    assert value["times"]
    assert Extraction.model_validate(value) == extraction
