r"""Label Studio's JSON: tasks with annotations, as it exports them (format "JSON") and imports them.

What its offsets count was read in its source (HumanSignal/label-studio, ``web/libs/editor/src``, 2026):
``utils/selection-tools.js`` turns the browser's positions into code points, for Python's sake, when a region is made, and
back when one is shown; ``tags/object/RichText/view.jsx`` makes one line break of every ``\n`` and every ``\r``, each of which
counts one. So offsets are Python's own, CRLF included. Releases of 2021 counted UTF-16 code units (issues 1008 and 1347; pull
request 1559 and frontend pull request 308 changed it); `kpu_nlp.annotation.importing` tells such an export by the text of each
region.

That text (``value.text``) is what the browser shows: a run of white space as one space unless the configuration says
``white-space: pre-wrap`` (ours does; see the documentation of the Text tag), and line ends as the two characters ``\n``.

The article's id stands in ``data.id``, its header in ``meta.header``; both come back with an export.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import AliasChoices, Field, ValidationError

from kpu_nlp.annotation.formats.foreign import ForeignDocument, ForeignSpan, Part, Refusal, json_of, misshapen, text_of, to_json
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.annotation.offsets import Unit, span_offsets
from kpu_nlp.errors import AnnotationError

UNIT: Unit = "code-points"
# The names that `label_config` gives the tags: the control that labels, and the text that it labels.
CONTROL, OBJECT = "label", "text"


class _Region(Part):
    start: int
    end: int
    labels: list[str] = Field(min_length=1)
    text: str | None = None


class _Result(Part):
    type: str
    value: Any = None


class _Annotation(Part):
    was_cancelled: bool = False
    result: list[_Result]


class _Meta(Part):
    id: str | int | None = None
    header: str | None = None


class _Task(Part):
    id: str | int | None = None
    data: dict[str, Any]
    meta: _Meta | None = None
    # Before version 1.0 they were called completions.
    annotations: list[_Annotation] = Field(default_factory=list, validation_alias=AliasChoices("annotations", "completions"))


def read(content: bytes) -> Iterator[ForeignDocument | Refusal]:
    """Yield the tasks of an export; see `kpu_nlp.annotation.formats.Format`."""
    tasks = json_of(text_of(content))
    if isinstance(tasks, dict):
        tasks = [tasks]
    if not isinstance(tasks, list):
        raise AnnotationError("not a list of Label Studio tasks; export with the format 'JSON'")
    for number, value in enumerate(tasks, start=1):
        where = f"task {number}"
        if isinstance(value, dict) and "data" not in value:
            yield Refusal(where, None, "has no 'data'; export with the format 'JSON', not 'JSON-MIN'")
            continue
        try:
            yield _document(where, _Task.model_validate(value))
        except ValidationError as error:
            yield misshapen(where, value, error)


def _document(where: str, given: _Task) -> ForeignDocument | Refusal:
    data, meta = given.data, given.meta or _Meta()
    own_id = next((str(found) for found in (data.get("id"), meta.id, given.id) if isinstance(found, str | int)), None)
    texts = [value for value in data.values() if isinstance(value, str)]
    text = data.get("text", texts[0] if len(texts) == 1 else None)
    if not isinstance(text, str):
        return Refusal(where, own_id, f"its data has no 'text' (it has {', '.join(data) or 'nothing'})")
    published = data.get("published")
    document = ForeignDocument(
        where, own_id, text, header=meta.header, published=published if isinstance(published, str) else None
    )
    kept = [annotation for annotation in given.annotations if not annotation.was_cancelled]
    if not kept:
        return replace(document, left_out="skipped by its annotator" if given.annotations else "not annotated yet")
    if len(kept) > 1:
        return Refusal(where, own_id, f"has {len(kept)} annotations; delete all but the one that counts, and export again")
    return _with_regions(document, kept[0].result)


def _with_regions(document: ForeignDocument, results: Sequence[_Result]) -> ForeignDocument | Refusal:
    spans: list[ForeignSpan] = []
    others: Counter[str] = Counter()
    for result in results:
        if result.type != "labels":
            others[result.type] += 1
            continue
        try:
            region = _Region.model_validate(result.value)
        except ValidationError as error:
            return misshapen(document.where, {"id": document.id}, error)
        spans += [ForeignSpan(region.start, region.end, label, region.text) for label in region.labels]
    notes = tuple(f"{count} of type {kind}" for kind, count in sorted(others.items()))
    return replace(document, spans=tuple(spans), notes=notes)


def write(articles: Sequence[AnnotatedArticle], unit: Unit = UNIT) -> bytes:
    """Return annotated tasks, ready for import; see `kpu_nlp.annotation.formats.Format`."""
    return write_tasks([{**task(article), "annotations": [{"result": regions(article, unit)}]} for article in articles])


def task(article: AnnotatedArticle) -> dict[str, Any]:
    """Return an article as a task that nobody has annotated."""
    return {"data": {"text": article.text, "id": article.facts.id}, "meta": {"header": article.header}}


def regions(article: AnnotatedArticle, unit: Unit = UNIT) -> list[dict[str, Any]]:
    """Return the spans of an article as regions of Label Studio."""
    offsets = span_offsets(article.text, article.spans, unit)
    return [
        {
            "id": f"s{number}",
            "from_name": CONTROL,
            "to_name": OBJECT,
            "type": "labels",
            "value": {"start": start, "end": end, "text": span.of(article.text), "labels": [span.label]},
        }
        for number, (span, (start, end)) in enumerate(zip(article.spans, offsets, strict=True), start=1)
    ]


def write_tasks(tasks: Sequence[dict[str, Any]]) -> bytes:
    """Return the content of a file of tasks."""
    return (to_json(list(tasks), indent=1) + "\n").encode()
