"""Extractions as JSON, and the contract as JSON Schema."""

from __future__ import annotations

import json

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from kpu_nlp.schema import Extraction

# JSON allows these inside a string, but many programs (str.splitlines, JavaScript before 2019) take them for line ends.
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


def to_json(extraction: Extraction, *, indent: bool) -> str:
    """Return an extraction as JSON, keys in the contract's order, letters as they are; without indent on one line.

    There is no line feed at the end.
    """
    return extraction.model_dump_json(indent=2 if indent else None).translate(_LINE_ENDS)


class _EveryKey(GenerateJsonSchema):
    """Requires keys that have a default too: reading may leave them out, writing never does."""

    def field_is_required(
        self, field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField, total: bool
    ) -> bool:
        del field, total
        return True


def json_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of what `to_json` writes."""
    schema = Extraction.model_json_schema(mode="serialization", schema_generator=_EveryKey)
    return json.dumps({"$schema": _EveryKey.schema_dialect, **schema}, indent=2, ensure_ascii=False)
