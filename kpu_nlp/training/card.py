"""The model card: what the model is, what it was made from, how good it is, and what it is not for."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from kpu_nlp.annotation.digest import corpus_digest
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import AnnotationError, ModelError
from kpu_nlp.installed import SHIPPED_MODEL
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.tagging.manifest import ComparisonTable, Manifest, read_manifest
from kpu_nlp.tagging.models import shipped_model

HELD_OUT = "held-out"
"""The split of the new articles that a retraining does not train on, as manifests and cards call it."""

_NAMES = {"entities": "**all entities**", "themes": "**all themes**", "themes_overlap": "**all themes, by overlap**"}

_CARD = """---
language: id
{licence}library_name: transformers
pipeline_tag: token-classification
---

# {name} {version}

Marks {marks} in Indonesian news articles of the
election commission (KPU). {use}; plain `transformers` opens the folder as well:

    from transformers import pipeline
    pipeline("token-classification", model="{name}", aggregation_strategy="simple")

## Data

{articles} articles, annotated span by span after the guidelines in `corpus/GUIDELINES.md` (training {train}, dev {dev}, test {test}{held_out}; SHA-256 of the
corpus `{digest}`).{corpus}

## Recipe

Base: `{base}`{encoder}.
Windows of {window} pieces that share {overlap}; {epochs} epochs at most, the best on dev is kept; batches of {batch}; AdamW at {body} (head {head}),
warm-up over {warmup} of the steps, then linear decay; dropout {dropout};{hidden}{average} seed {seeds}. Augmentation, as the share of articles in each epoch:
{augmentation}. The whole recipe stands in `manifest.json` under `recipe`; made with {libraries}.

The ONNX file is in {precision}; against torch in full precision its F1 on dev changes by {f1_change:+.2f} points and {changed:.2%} of the words get another label.

## Scores

{scores}
{comparisons}
## Limits

- One seed; no figure here tells how much another would differ.
{limits}- The confidence of a span is a probability of the model, not a measured rate of being right.

## Licences

{licences}
"""

# What is true of the packaged corpus and of the base that its recipe names, and of no other.
_MARKS = "officials, roles, organisations, places, times, events, elections, laws and directive themes"
_CORPUS = """ The split is by writer: no training article is by a hand that wrote a dev or test article. The articles are written for the
corpus in the manner of the commission's regional pages; the people in them are invented."""
_LIMITS = """- Themes are where annotators differ most, and the corpus is richer in them than an archive is: expect more false alarms there.
- Text that is all lower case, other languages, and genres far from institutional news were hardly in the training data.
"""
_ENCODER = "a 12-layer, 384-wide BERT encoder (multilingual-e5-small) whose vocabulary is cut to Indonesian by `training/build_base.py`"
_BASES = {
    "./work/base": f", {_ENCODER}",
    "./work/kpu-ner-1.1.0": f", the first step (`training/kpu-ner-1.1.0.toml`: 16 epochs on 491 of the articles), from {_ENCODER}",
    "./work/kpu-ner-1.2.0": ", the second of three steps (`training/kpu-ner-1.1.0.toml`: 16 epochs on 491 of the articles;"
    f" `training/kpu-ner-1.2.0.toml`: 5 epochs on 603), from {_ENCODER}",
}
_LICENCES = (
    "Encoder: multilingual-e5-small (MIT). Tokenizer: XLM-RoBERTa's vocabulary (MIT). Corpus and this model: MIT. See NOTICE."
)


def write_card(path: Path, manifest: Manifest) -> None:
    """Write the model card of a manifest."""
    optimizer = manifest.recipe["optimizer"]
    augmentation = manifest.recipe["augmentation"]
    is_packaged = manifest.corpus_sha256 in _packaged_digests()
    is_base = manifest.base in _BASES
    path.write_text(
        _CARD.format(
            licence="license: mit\n" if is_packaged and is_base else "",
            marks=_MARKS if manifest.labels == LABEL_NAMES else f"spans of {', '.join(manifest.labels)}",
            use="It is the model that `kpu-nlp extract` runs"
            if manifest.name == SHIPPED_MODEL
            else "`kpu-nlp extract --model FOLDER` runs it",
            corpus=_CORPUS if is_packaged else "",
            limits=_LIMITS if is_packaged else "",
            encoder=_BASES.get(manifest.base, ""),
            licences=_LICENCES
            if is_packaged and is_base
            else "The model inherits what binds its base and its corpus; whoever passes it on names the licences of both.",
            name=manifest.name,
            version=manifest.version,
            articles=sum(manifest.articles.values()),
            held_out=f", held out {manifest.articles[HELD_OUT]}" if HELD_OUT in manifest.articles else "",
            **{split: manifest.articles.get(split, 0) for split in ("train", "dev", "test")},
            digest=manifest.corpus_sha256,
            base=manifest.base,
            window=manifest.window,
            overlap=manifest.overlap,
            epochs=optimizer["epochs"],
            batch=optimizer["batch_size"],
            body=optimizer["body_rate"],
            head=optimizer["head_rate"],
            warmup=optimizer["warmup"],
            dropout=optimizer["dropout"],
            hidden=f" {optimizer['word_dropout']} of the words masked;" if optimizer.get("word_dropout") else "",
            average=f" weights averaged with decay {optimizer['average']} a step;" if optimizer.get("average") else "",
            seeds=", ".join(map(str, manifest.seeds)),
            augmentation=", ".join(f"{name.replace('_', ' ')} {share}" for name, share in augmentation.items()),
            libraries=", ".join(f"{name} {number}" for name, number in manifest.libraries.items()),
            precision=manifest.onnx.precision,
            f1_change=-manifest.onnx.f1_lost,
            changed=manifest.onnx.labels_changed,
            scores="\n\n".join(_tables(split, manifest) for split in manifest.scores),
            comparisons="".join(f"\n{_comparison(table)}\n" for table in manifest.comparisons),
        ),
        encoding="utf-8",
    )


def _packaged_digests() -> set[str]:
    """Return the digests of the packaged corpus: as it is, and as it was when the shipped model was trained."""
    digests: set[str] = set()
    with suppress(AnnotationError):  # this copy came without
        digests.add(corpus_digest(packaged_corpus()))
    with suppress(ModelError):
        digests.add(read_manifest(shipped_model()).corpus_sha256)
    return digests


def _tables(split: str, manifest: Manifest) -> str:
    name = "New articles held out" if split == HELD_OUT else f"{split.capitalize()} split"
    command = "" if split == HELD_OUT else f" (`kpu-nlp evaluate --split {split}`)"
    lines = [
        f"{name}, exact spans, F1 with its 95 % bootstrap interval over articles{command}:",
        "",
        "| label | precision | recall | F1 | interval | spans |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {_NAMES.get(label, label)} | {row.precision:.3f} | {row.recall:.3f} | {row.f1:.3f} | {_interval(row.interval)} | {row.gold} |"
        for label, row in manifest.scores[split].items()
    ]
    facts = manifest.facts.get(split)
    if facts:
        lines += [
            "",
            f"{name}, facts after linking: F1, or the share of right answers where an article has one of it:",
            "",
            "| fact | score | interval |",
            "| --- | --- | --- |",
        ]
        lines += [f"| {fact.replace('_', ' ')} | {row.score:.3f} | {_interval(row.interval)} |" for fact, row in facts.items()]
    return "\n".join(lines)


def _comparison(table: ComparisonTable) -> str:
    rows = [table.columns, ("---",) * len(table.columns), *table.rows]
    return "\n".join([f"{table.title}:", "", *(f"| {' | '.join(row)} |" for row in rows)])


def _interval(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
