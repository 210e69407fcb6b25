"""The way of an article: load a pipeline, extract from one text or article, or from many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kpu_nlp.errors import ModelError
from kpu_nlp.linking.assemble import build_extraction
from kpu_nlp.linking.components import PIPELINE
from kpu_nlp.reading.article import article_from_text
from kpu_nlp.schema import Article, Extraction, ModelInfo
from kpu_nlp.spans import Span
from kpu_nlp.stages import ASSEMBLING, DOC, stage
from kpu_nlp.tagging.component import TaggerComponent
from kpu_nlp.tagging.models import find_model

Item = TypeVar("Item")

ARTICLES_AT_ONCE = 32
LANGUAGE = "id"
MAX_CHARACTERS = 10**9


def load(model: str | Path | None = None, *, device: str = "auto", threads: int | None = None, batch_size: int = 8) -> Language:
    """Return the spaCy pipeline: tokenizer, tagger, and the linking rules.

    Args:
        model: a model folder; by default the one that KPU_NLP_MODEL names, else the shipped one.
        device: ``auto``, ``cpu`` (ONNX Runtime) or ``cuda`` (torch).
        threads: CPU threads of the encoder; the process's cores by default.
        batch_size: windows in one call of the encoder; it changes the speed, not the result.

    Raises:
        ModelError: the model folder is missing, incomplete, unsafe, or of another format version.
    """
    # With its own tokenizer the blank Indonesian pipeline costs 1.7 s, with this one 0.05 s. A pipeline of the plain
    # Language could be saved, but not loaded again: spaCy asks for the language's code.
    nlp = spacy.blank(LANGUAGE, config={"nlp": {"tokenizer": {"@tokenizers": "kpu.words.v1"}}})
    nlp.max_length = MAX_CHARACTERS
    tagger = {"model": str(find_model(model)), "device": device, "threads": threads, "batch_size": batch_size}
    nlp.add_pipe("kpu_tagger", config=tagger)
    manifest = tagger_of(nlp).manifest
    for name in PIPELINE:
        if name == "kpu_directives":
            nlp.add_pipe(name, config={"themes": list(manifest.themes)})
        else:
            nlp.add_pipe(name)
    return nlp


def tagger_of(nlp: Language) -> TaggerComponent:
    """Return the tagger of a pipeline.

    Raises:
        ModelError: the pipeline has none.
    """
    component = nlp.get_pipe("kpu_tagger") if "kpu_tagger" in nlp.pipe_names else None
    if not isinstance(component, TaggerComponent):
        raise ModelError("this spaCy pipeline has no kpu_tagger; make one with kpu_nlp.load()")
    return component


@lru_cache(maxsize=2)
def _loaded(model: str, device: str) -> Language:
    return load(model, device=device)


def loaded(model: str | Path | None = None, *, device: str = "auto") -> Language:
    """Return a pipeline that is loaded once and kept; see `load`."""
    return _loaded(str(find_model(model)), device)


def extract(
    text: str,
    *,
    id: str | None = None,  # noqa: A002 - the name that the contract gives it
    published: str | None = None,
    source: str | None = None,
    model: str | Path | None = None,
    device: str = "auto",
) -> Extraction:
    """Extract the facts of one article.

    Args:
        text: the whole article, title on the first line.
        id: the article's id; by default the first 12 digits of the text's SHA-256.
        published: ISO date of publication, which relative days and dates without a year are counted from.
        source: where the article comes from.
        model: a model folder, see `load`.
        device: see `load`.

    Raises:
        InputError: the text is empty, or ``published`` is no ISO date.
        ModelError: the model cannot be opened.
    """
    article = article_from_text(text, id=id, published=published, source=source)
    return extract_article(article, nlp=loaded(model, device=device))


def extract_article(article: Article, *, nlp: Language | None = None) -> Extraction:
    """Extract the facts of an article that was read by `kpu_nlp.reading`."""
    return next(pipe_articles([article], nlp=nlp))


def pipe(texts: Iterable[str], *, model: str | Path | None = None, device: str = "auto") -> Iterator[Extraction]:
    """Yield the extraction of each text, in order; many texts go through the encoder together.

    Raises:
        InputError: a text is empty.
        ModelError: the model cannot be opened.
    """
    return pipe_articles((article_from_text(text) for text in texts), nlp=loaded(model, device=device))


def pipe_articles(articles: Iterable[Article], *, nlp: Language | None = None) -> Iterator[Extraction]:
    """Yield the extraction of each article, in order.

    However many there are, memory stays flat: what spaCy keeps of their words is given back after every few articles. Where
    the stream of articles breaks off with an exception, the articles before it are yielded first.
    """
    nlp = nlp or loaded()
    build = _builder(nlp)
    for chunk in _chunks(articles):
        with _memory_zone(nlp):
            pairs = ((_make_doc(nlp, article), article) for article in chunk)
            found = [build(article, doc) for doc, article in nlp.pipe(pairs, as_tuples=True, batch_size=ARTICLES_AT_ONCE)]
        yield from found


def link_articles(tagged: Iterable[tuple[Article, Sequence[Span]]], *, nlp: Language) -> Iterator[Extraction]:
    """Yield the extraction of each article whose spans another tagger found; this pipeline's own encoder is not run."""
    build = _builder(nlp)
    annotate = tagger_of(nlp).annotate
    for chunk in _chunks(tagged):
        with _memory_zone(nlp), nlp.select_pipes(disable="kpu_tagger"):
            pairs = ((annotate(_make_doc(nlp, article), spans), article) for article, spans in chunk)
            found = [build(article, doc) for doc, article in nlp.pipe(pairs, as_tuples=True, batch_size=ARTICLES_AT_ONCE)]
        yield from found


def _builder(nlp: Language) -> Callable[[Article, Doc], Extraction]:
    manifest = tagger_of(nlp).manifest
    model = ModelInfo(name=manifest.name, version=manifest.version)

    def build(article: Article, doc: Doc) -> Extraction:
        with stage(ASSEMBLING):
            return build_extraction(article, doc, model=model, themes=manifest.themes)

    return build


def _chunks(stream: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut a stream into lists; one that breaks off gives what came before, then its exception."""
    items = iter(stream)
    broken: Exception | None = None
    while broken is None:
        chunk: list[Item] = []
        try:
            chunk.extend(islice(items, ARTICLES_AT_ONCE))
        except Exception as error:
            broken = error
        if not chunk:
            break
        yield chunk
    if broken is not None:
        raise broken


# One zone at a time: what a pipeline makes while another thread's zone is open would be freed with that zone.
_ZONE = threading.RLock()


@contextmanager
def _memory_zone(nlp: Language) -> Iterator[None]:
    """Free what spaCy keeps of words when the block ends; no Doc made in it may be used after it."""
    with _ZONE:
        if getattr(nlp.vocab, "in_memory_zone", False):  # the caller's own; zones do not nest
            yield
            return
        with nlp.memory_zone():
            yield


def _make_doc(nlp: Language, article: Article) -> Doc:
    with stage(DOC):
        doc = nlp.make_doc(article.text)
    doc._.kpu_published = article.published
    doc._.kpu_outlet = article.outlet
    return doc
