"""The tagger in spaCy: the tokenizer ``kpu.words.v1`` and the component ``kpu_tagger``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup
from spacy.tokens import Span as DocSpan
from spacy.util import registry
from spacy.vocab import Vocab

from kpu_nlp.errors import ModelError
from kpu_nlp.spans import Span
from kpu_nlp.stages import DOC, LOADING, stage
from kpu_nlp.tagging.manifest import Manifest, read_manifest
from kpu_nlp.tagging.models import find_model, open_tagger
from kpu_nlp.tagging.tagger import TEXTS_AT_ONCE, Tagger
from kpu_nlp.tagging.words import split_tokens

SPAN_GROUP = "kpu"


class WordTokenizer:
    """Makes a Doc of the words that the tagger classifies, so that every span of the tagger is a span of tokens.

    White space other than one space after a word becomes a token of its own; ``doc.text`` is the text, whatever it holds.
    """

    def __init__(self, vocab: Vocab) -> None:
        """Take the vocabulary that the Docs share."""
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the Doc of a text."""
        tokens = split_tokens(text)
        words = [text[start:end] for start, end, _ in tokens]
        spaces = [space for _, _, space in tokens]
        return Doc(self.vocab, words=words, spaces=spaces)

    # The tokenizer has no state; spaCy asks for these when a pipeline is saved.
    def to_bytes(self, **_: Any) -> bytes:
        """Return nothing: there is no state."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> WordTokenizer:
        """Return the tokenizer as it is."""
        return self

    def to_disk(self, _path: str | Path, **_: Any) -> None:
        """Write nothing."""

    def from_disk(self, _path: str | Path, **_: Any) -> WordTokenizer:
        """Return the tokenizer as it is."""
        return self


def make_word_tokenizer() -> Callable[[Language], WordTokenizer]:
    """Return the factory that spaCy's ``nlp.tokenizer`` setting names."""

    def create(nlp: Language) -> WordTokenizer:
        return WordTokenizer(nlp.vocab)

    return create


class TaggerComponent:
    """Sets the tagger's spans on a Doc: ``doc.ents``, and ``doc.spans["kpu"]`` with ``attrs["scores"]`` in the same order.

    The model opens on first use and is left out of the pickled state, since an ONNX Runtime session cannot be pickled.
    """

    def __init__(self, name: str, *, model: str | None, device: str, threads: int | None, batch_size: int) -> None:
        """Note the settings of `make_tagger`."""
        self.name = name
        self.folder = find_model(model)
        self.device = device
        self.threads = threads
        self.batch_size = batch_size
        self._opened: Tagger | None = None
        self._manifest: Manifest | None = None

    @property
    def manifest(self) -> Manifest:
        """The model's manifest; read and checked on first use."""
        if self._manifest is None:
            self._manifest = read_manifest(self.folder)
        return self._manifest

    @property
    def tagger(self) -> Tagger:
        """The open tagger; opened on first use."""
        if self._opened is None:
            with stage(LOADING):
                self._opened, self._manifest = open_tagger(
                    self.folder, device=self.device, threads=self.threads, batch_size=self.batch_size
                )
        return self._opened

    def predict(self, texts: Iterable[str]) -> Iterator[list[Span]]:
        """Yield the spans of each text; no Doc is touched."""
        return self.tagger.tag_many(texts)

    def annotate(self, doc: Doc, spans: Iterable[Span]) -> Doc:
        """Write spans on a Doc."""
        with stage(DOC):
            return set_spans(doc, spans)

    def __call__(self, doc: Doc) -> Doc:
        """Tag one Doc."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = TEXTS_AT_ONCE) -> Iterator[Doc]:
        """Tag a stream of Docs, ``batch_size`` of them at once."""
        docs = iter(stream)
        while chunk := list(islice(docs, batch_size)):
            for doc, spans in zip(chunk, self.predict(doc.text for doc in chunk), strict=True):
                yield self.annotate(doc, spans)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_opened": None}

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Copy the model folder to ``path``, so that a saved pipeline carries its model."""
        # A loaded pipeline may be saved over itself.
        if Path(path).resolve() != self.folder.resolve():
            shutil.copytree(self.folder, path, dirs_exist_ok=True)

    def from_disk(self, path: str | Path, **_: Any) -> TaggerComponent:
        """Use the model folder at ``path`` from now on.

        Raises:
            ModelError: the folder is no complete model of this format version.
        """
        self.folder = Path(path)
        self._opened = None
        self._manifest = read_manifest(self.folder)
        return self


def make_tagger(
    nlp: Language,  # noqa: ARG001 - spaCy passes it to every factory
    name: str,
    *,
    model: str | None,
    device: str,
    threads: int | None,
    batch_size: int,
) -> TaggerComponent:
    """Create the component ``kpu_tagger``.

    Args:
        nlp: the pipeline.
        name: the component's name in it.
        model: a model folder; None for KPU_NLP_MODEL or the shipped model.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads; None for the process's cores.
        batch_size: windows in one call of the encoder.
    """
    return TaggerComponent(name, model=model, device=device, threads=threads, batch_size=batch_size)


def set_spans(doc: Doc, spans: Iterable[Span]) -> Doc:
    """Write spans on a Doc as ``doc.ents`` and ``doc.spans["kpu"]``; the inverse of `read_spans`.

    Raises:
        ModelError: another tokenizer made the Doc, and a span begins or ends inside one of its tokens.
    """
    starts = {token.idx: token.i for token in doc}
    ends = {token.idx + len(token): token.i + 1 for token in doc}
    spans = list(spans)
    if not all(span.start in starts and span.end in ends for span in spans):
        raise ModelError(
            "this pipeline's tokenizer cuts other words than the tagger's; take the pipeline of kpu_nlp.load(), or "
            "nlp.tokenizer = WordTokenizer(nlp.vocab)"
        )
    found = [DocSpan(doc, starts[span.start], ends[span.end], label=span.label) for span in spans]
    doc.ents = tuple(found)
    doc.spans[SPAN_GROUP] = SpanGroup(doc, name=SPAN_GROUP, spans=found, attrs={"scores": [span.score for span in spans]})
    return doc


def read_spans(doc: Doc) -> list[Span]:
    """Return the spans that `set_spans` wrote, with their scores; none where the Doc was not tagged."""
    if SPAN_GROUP not in doc.spans:
        return []
    group = doc.spans[SPAN_GROUP]
    scores = group.attrs.get("scores") or [1.0] * len(group)
    return [Span(span.start_char, span.end_char, span.label_, score) for span, score in zip(group, scores, strict=True)]


registry.tokenizers.register("kpu.words.v1", func=make_word_tokenizer)
Language.factory(
    "kpu_tagger",
    default_config={"model": None, "device": "auto", "threads": None, "batch_size": 8},
    assigns=["doc.ents", "doc.spans"],
    func=make_tagger,
)
