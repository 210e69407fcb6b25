"""Extractions as JSON, and the contract as JSON Schema."""

from __future__ import annotations

import json

from kpu_nlp.schema import Extraction

# JSON allows these inside a string, but many programs (str.splitlines, JavaScript before 2019) take them for line ends.
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


def to_json(extraction: Extraction, *, indent: bool) -> str:
    """Return an extraction as JSON, keys in the contract's order, letters as they are; without indent on one line.

    There is no line feed at the end.
    """
    return extraction.model_dump_json(indent=2 if indent else None).translate(_LINE_ENDS)


def json_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of what `to_json` writes; every key is required, because none is ever missing."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Extraction.model_json_schema(mode="serialization")}
    return json.dumps(schema, indent=2, ensure_ascii=False)
