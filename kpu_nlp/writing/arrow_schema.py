"""The contract as an Arrow schema, made from the pydantic models themselves, so that the two cannot drift apart."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

from kpu_nlp.schema import Extraction


def arrow_schema(model: type[BaseModel] = Extraction) -> pa.Schema:
    """Return the columns of a table of extractions: lists of structs where the contract has lists of objects.

    A column is nullable where the contract allows ``null``, and nowhere else.
    """
    return pa.schema(_fields(model))


def _fields(model: type[BaseModel]) -> list[pa.Field]:
    return [_field(name, info.annotation) for name, info in model.model_fields.items()]


def _field(name: str, annotation: Any) -> pa.Field:
    choices = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    known = [choice for choice in choices if choice is not NoneType]
    if len(known) != 1:
        raise TypeError(f"{name}: {annotation} has no Arrow type")
    return pa.field(name, _type(name, known[0]), nullable=len(known) < len(choices))


def _type(name: str, annotation: Any) -> pa.DataType:
    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if annotation in plain:
        return plain[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct(_fields(annotation))
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal and all(isinstance(value, str) for value in arguments):
        return pa.string()
    if get_origin(annotation) is tuple and arguments[1:] == (Ellipsis,):
        return pa.list_(_field("element", arguments[0]))
    raise TypeError(f"{name}: {annotation} has no Arrow type")
