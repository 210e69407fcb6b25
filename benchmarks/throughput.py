"""Articles, words and pieces per second, side by side: ``python benchmarks/throughput.py``.

All ways read the same training and dev articles of the corpus, whole, in turn in one process: the pipeline from a record to its
line of JSON, as a worker of a bulk job does it; the tagger alone; the same weights in the pipeline of transformers, in full
precision; a BERT-base (110 million weights, drawn at random: how fast it is does not depend on them) in that pipeline; and the
spaCy CNN of training/baselines.py where one was trained. A bulk job on two cores runs two workers of one thread each rather
than one of two: see bulk.py.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from measuring import ARTICLES, JSON, MODEL, ROUNDS, THREADS, Row, model_folder, ratio, sample_articles, show, timed

PIPELINE, TAGGER = "whole pipeline", "tagger"
SAME, BERT, SPACY = "same weights in transformers", "BERT-base in transformers", "spaCy CNN"
BASELINE = Path(__file__).resolve().parents[1] / "training" / "work" / "baseline-spacy"
VOCABULARY = 30_000  # pieces, about as many as IndoBERT's
BERT_LENGTH = 512
OVERLAP = 48  # pieces that windows share in the pipelines of transformers, as in ours

Work = Callable[[Sequence[str]], object]


def open_ours(folder: Path, threads: int) -> dict[str, Work]:
    """Return the whole pipeline and the tagger, each with its own session."""
    from kpu_nlp.bulk.batches import extract_records
    from kpu_nlp.bulk.chunks import Written
    from kpu_nlp.pipeline import load, pipe_articles
    from kpu_nlp.reading.records import RawRecord
    from kpu_nlp.tagging.models import open_tagger

    nlp = load(folder, device="cpu", threads=threads)
    tagger, _ = open_tagger(folder, device="cpu", threads=threads)

    def extract(texts: Sequence[str]) -> object:
        records = [RawRecord(f"r{number}", f"r{number}", None, text, None) for number, text in enumerate(texts)]
        outcomes = extract_records(records, lambda articles: list(pipe_articles(articles, nlp=nlp)))
        if not all(isinstance(outcome, Written) for outcome in outcomes):
            raise click.ClickException(f"an article failed: {next(one for one in outcomes if not isinstance(one, Written))}")
        return outcomes

    return {PIPELINE: extract, TAGGER: lambda texts: list(tagger.tag_many(texts))}


def open_same_weights(folder: Path) -> Work:
    """Return the model folder in the pipeline of transformers."""
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # transformers shows a bar while it loads
    from transformers import pipeline

    plain = pipeline(
        "token-classification",
        model=str(folder),
        dtype="float32",
        device="cpu",
        aggregation_strategy="simple",
        stride=OVERLAP,
    )
    return lambda texts: plain(list(texts))


def open_bert(texts: Sequence[str], labels: Sequence[str]) -> Work:
    """Return a BERT-base of random weights in the pipeline of transformers.

    Its head finds no entity, so that putting spans together, which its random labels would make long, costs it nothing.

    Args:
        texts: what the vocabulary of its tokenizer is made of.
        labels: BIO labels, that of no entity first.
    """
    import torch
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast, pipeline

    config = BertConfig(vocab_size=VOCABULARY, id2label=dict(enumerate(labels)), label2id={k: n for n, k in enumerate(labels)})
    model = BertForTokenClassification(config).eval()
    with torch.no_grad():
        model.classifier.bias[0] = 100.0
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=make_wordpiece(texts),
        model_max_length=BERT_LENGTH,
        unk_token="[UNK]",  # noqa: S106 - no password
        cls_token="[CLS]",  # noqa: S106
        sep_token="[SEP]",  # noqa: S106
        pad_token="[PAD]",  # noqa: S106
    )
    plain = pipeline(
        "token-classification", model=model, tokenizer=tokenizer, device="cpu", aggregation_strategy="simple", stride=OVERLAP
    )
    return lambda texts: plain(list(texts))


def make_wordpiece(texts: Sequence[str]) -> Any:
    """Return a tokenizer like BERT's whose pieces are learned from the texts."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", special.index("[SEP]")), ("[CLS]", special.index("[CLS]")))
    return tokenizer


def open_spacy_cnn(folder: Path = BASELINE) -> Work | None:
    """Return the pipeline that training/baselines.py trained to its end; None where there is none."""
    import spacy

    trained = sorted(path.parent / "model-best" for path in folder.glob("*/finished"))
    if not trained:
        return None
    nlp = spacy.load(trained[-1])
    return lambda texts: list(nlp.pipe(texts))


def open_all(folder: Path, threads: Sequence[int]) -> tuple[dict[tuple[str, int], Work], list[str]]:
    """Return what to measure by name and threads, and sentences on what is left out."""
    from kpu_nlp.tagging.bio import bio_labels
    from kpu_nlp.tagging.manifest import read_manifest

    found: dict[tuple[str, int], Work] = {}
    left_out: list[str] = []
    for many in threads:
        found |= {(name, many): work for name, work in open_ours(folder, many).items()}
    if find_spec("torch") and find_spec("transformers"):
        labels = bio_labels(read_manifest(folder).labels)
        both = {SAME: open_same_weights(folder), BERT: open_bert(sample_articles(0), labels)}
        for many in threads:
            found |= {(name, many): partial(with_torch_threads, many, work) for name, work in both.items()}
    else:
        left_out.append("Without the extra [train] what runs in transformers is left out.")
    cnn = open_spacy_cnn()
    if cnn is None:
        left_out.append("The spaCy CNN is left out: none was trained here (python training/baselines.py --baseline spacy).")
    else:
        found[SPACY, 1] = cnn  # it has no setting for threads
    return found, left_out


def with_torch_threads(threads: int, work: Work, texts: Sequence[str]) -> None:
    """Do some work while torch has so many threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        work(texts)
    finally:
        torch.set_num_threads(before)


def count_pieces(folder: Path, texts: Sequence[str]) -> tuple[int, int]:
    """Return how many words the texts have, and how many pieces of the model's vocabulary."""
    from kpu_nlp.tagging.encoding import encode_text, open_tokenizer

    tokenizer = open_tokenizer(folder / "tokenizer.json")
    encoded = [encode_text(tokenizer, text) for text in texts]
    return sum(len(article.words) for article in encoded), sum(len(article.pieces) for article in encoded)


def make_rows(seconds: Mapping[tuple[str, int], Sequence[float]], articles: int, words: int, pieces: int) -> list[Row]:
    """Return the medians of each way, and its speed beside that of the tagger with as many threads in the same rounds."""
    rows: list[Row] = []
    for (name, threads), took in sorted(seconds.items(), key=lambda entry: entry[0][1]):
        median = statistics.median(took)
        rows.append(
            {
                "what": name,
                "threads": threads,
                "articles/s": articles / median,
                "words/s": round(words / median),
                "pieces/s": round(pieces / median),
                "speed beside the tagger's": ratio(seconds[TAGGER, threads], took) if (TAGGER, threads) in seconds else None,
                "tagger is faster by": ratio(took, seconds[TAGGER, threads]) if (TAGGER, threads) in seconds else None,
            }
        )
    return rows


@click.command()
@ARTICLES
@ROUNDS
@THREADS
@MODEL
@JSON
def main(count: int, rounds: int, threads: tuple[int, ...], model: Path | None, json_file: Path | None) -> None:
    """Measure articles per second of the pipeline and the tagger, and of other ways to find entities."""
    folder = model_folder(model)
    texts = sample_articles(count)
    ways, left_out = open_all(folder, threads)
    for work in ways.values():  # what is done on first use only
        work(texts[:1])
    seconds = timed({way: partial(work, texts) for way, work in ways.items()}, rounds)
    words, pieces = count_pieces(folder, texts)
    notes = [
        f"{len(texts)} articles of {words:,} words (runs of letters and digits, and single marks), which are {pieces:,} pieces "
        f"of our vocabulary. Medians of {rounds} rounds; ratios are medians of those within a round.",
        *left_out,
    ]
    show("Throughput", make_rows(seconds, len(texts), words, pieces), model=folder, notes=notes, json_file=json_file)


if __name__ == "__main__":
    main()
