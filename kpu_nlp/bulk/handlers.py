"""What the worker processes of the local engine can do; each ``open_`` is called once in a worker, and opens what it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpu_nlp.bulk.batches import extract_opened, extract_records, read_records
from kpu_nlp.bulk.chunks import Outcome
from kpu_nlp.lean import without_torch
from kpu_nlp.reading.records import FailedRecord, RawRecord
from kpu_nlp.schema import Article, Extraction
from kpu_nlp.spans import Span
from kpu_nlp.stages import LOADING, stage

# What a worker answers to: the name of a step, and what does it.
Handlers = Mapping[str, Callable[[Any], Any]]

Records = Sequence[RawRecord | FailedRecord]
Entries = Sequence[Article | FailedRecord]
# Articles and the spans of each; those that failed have none.
Tagged = tuple[Entries, Sequence[Sequence[Span]]]

# Windows in one call of the encoder. On a CPU each runs by itself, and a call ends when the last of them does: with only as
# many as there are threads, all would wait for the slowest again and again. A GPU computes them together and wants many.
CPU_BATCH = 16
GPU_BATCH = 128


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker opens.

    Attributes:
        model: the model folder.
        threads: CPU threads of the encoder.
        batch_size: windows in one call of the encoder.
        torch_device: where torch runs the encoder, if it does: ``cuda``, or ``cpu``.
    """

    model: str
    threads: int = 1
    batch_size: int = CPU_BATCH
    torch_device: str = "cuda"


def open_extractor(setup: Setup) -> Handlers:
    """Open the whole pipeline on the CPU: ``extract`` turns records into outcomes."""
    with stage(LOADING):
        with without_torch():
            from kpu_nlp.pipeline import load, pipe_articles, tagger_of  # noqa: PLC0415 - spaCy, in the worker only

        nlp = load(setup.model, device="cpu", threads=setup.threads, batch_size=setup.batch_size)
        _ = tagger_of(nlp).tagger  # opened now, so that a damaged model is told before an article is taken

    def extract(articles: Sequence[Article]) -> list[Extraction]:
        return list(pipe_articles(articles, nlp=nlp))

    return {"extract": lambda records: extract_records(records, extract)}


def open_custom(extract: Callable[[Article], Extraction]) -> Handlers:
    """Use a function in place of the model's pipeline; see `open_extractor`."""

    def extract_all(articles: Sequence[Article]) -> list[Extraction]:
        return [extract(article) for article in articles]

    return {"extract": lambda records: extract_records(records, extract_all)}


def open_linker(setup: Setup) -> Handlers:
    """Open what stands before and after the encoder: ``read`` opens records, ``link`` turns tagged articles into outcomes."""
    with stage(LOADING):
        with without_torch():
            from kpu_nlp.pipeline import link_articles, load  # noqa: PLC0415

        nlp = load(setup.model, device="cpu")  # its encoder is opened on first use, and never used here

    def link(tagged: Tagged) -> tuple[Outcome, ...]:
        entries, spans = tagged
        spans_of = {id(entry): found for entry, found in zip(entries, spans, strict=True)}
        return extract_opened(
            entries,
            lambda articles: list(link_articles([(article, spans_of[id(article)]) for article in articles], nlp=nlp)),
        )

    return {"read": read_records, "link": link}


def open_reader() -> Handlers:
    """Open what stands before the encoder, which needs no model: ``read`` opens records."""
    return {"read": read_records}


def open_torch_tagger(setup: Setup) -> Handlers:
    """Open the encoder in torch: ``tag`` finds the spans of articles, all of their windows sorted by length together."""
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # transformers shows a bar while it loads, beside the job's own
    with stage(LOADING):
        from kpu_nlp.tagging.engines import TorchEngine  # noqa: PLC0415
        from kpu_nlp.tagging.models import open_tagger  # noqa: PLC0415

        folder = Path(setup.model)
        engine = TorchEngine.open(folder, device=setup.torch_device)
        tagger, _ = open_tagger(folder, engine=engine, batch_size=setup.batch_size)

    def tag(entries: Entries) -> Tagged:
        articles = [entry for entry in entries if isinstance(entry, Article)]
        found = tagger.tag_many((article.text for article in articles), at_once=max(1, len(articles)))
        return entries, [next(found) if isinstance(entry, Article) else [] for entry in entries]

    return {"tag": tag}
