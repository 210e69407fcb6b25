#!/usr/bin/env python3
"""Fine-tune the shipped model's base on public Indonesian NER sets and print the scores beside the published ones.

    python training/benchmark_public.py --seeds 3 --data DIR

DIR holds `nergrit/` (train, valid and test.txt of NERGrit in the repository IndoNLP/indonlu) and `idner-news-2k/` (train, dev
and test.txt of khairunnisaor/idner-news-2k). The result of every set and seed is kept in training/results/public.json and not
computed again; without DIR only the kept ones are printed.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from transformers import AutoModelForTokenClassification

from kpu_nlp.annotation.facts import DocumentFacts
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.errors import KpuNlpError
from kpu_nlp.spans import Span
from kpu_nlp.tagging.bio import bio_to_spans
from kpu_nlp.tagging.engines import TorchEngine
from kpu_nlp.training.fit import TrainingData, fit
from kpu_nlp.training.recipe import Recipe
from kpu_nlp.training.scores import score_articles
from kpu_nlp.training.tagging import tag_articles
from kpu_nlp.writing.atomic import atomic_write

ROOT = Path(__file__).resolve().parent
RESULTS = ROOT / "results" / "public.json"

Sentence = list[tuple[str, str]]  # tokens with their BIO tags


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A public set: its files, its types, and the best published scores on its test file."""

    dev: str
    column: int
    types: tuple[str, ...]
    published: str


SETS = {
    "nergrit": PublicSet(
        "valid.txt",
        1,
        ("PERSON", "PLACE", "ORGANISATION"),
        "macro: XLM-R base 79.09, IndoBERT large p1 77.60, mBERT 75.02, IndoBERT base p1 69.87; micro: NusaBERT large 79.86",
    ),
    "idner-news-2k": PublicSet("dev.txt", 2, ("PER", "ORG", "LOC"), "weighted: 92.5, the best public one"),
}


def read_conll(path: Path, column: int) -> list[Sentence]:
    """Read sentences of one token a line; the tag is in ``column``, sentences end at an empty line."""
    sentences: list[Sentence] = [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if len(fields) > column:
            sentences[-1].append((fields[0], fields[column]))
        elif sentences[-1]:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _offsets(sentence: Sentence) -> list[tuple[int, int]]:
    offsets, start = [], 0
    for token, _ in sentence:
        offsets.append((start, start + len(token)))
        start += len(token) + 1
    return offsets


def spans_of(sentence: Sentence, tags: Sequence[str]) -> tuple[Span, ...]:
    """Return the entities that tags of a sentence's tokens mean, as seqeval finds them: a stray I- tag opens one."""
    return tuple(bio_to_spans(text_of(sentence), _offsets(sentence), tags))


def text_of(sentence: Sentence) -> str:
    """Return a sentence as text, tokens joined by spaces."""
    return " ".join(token for token, _ in sentence)


def as_article(sentence: Sentence, article_id: str) -> AnnotatedArticle:
    """Return a sentence as an article of its own."""
    spans = spans_of(sentence, [tag for _, tag in sentence])
    return AnnotatedArticle(header="", facts=DocumentFacts(id=article_id), text=text_of(sentence), spans=spans)


def tags_from_spans(sentence: Sentence, spans: Sequence[Span]) -> list[str]:
    """Return a tag for every token of the set: that of the span which holds its first character."""
    tags = []
    previous: Span | None = None
    for start, _ in _offsets(sentence):
        owner = next((span for span in spans if span.start <= start < span.end), None)
        tags.append("O" if owner is None else f"{'I' if owner is previous else 'B'}-{owner.label}")
        previous = owner
    return tags


def score(gold: Sequence[AnnotatedArticle], found: Sequence[Sequence[Span]], types: Sequence[str]) -> dict[str, float]:
    """Return micro, macro and (by gold count) weighted F1 over exact entities, and the F1 of each type."""
    scores = score_articles(gold, found, types, ())
    by_type = {kind: count.f1 for kind, count in scores.exact.items()}
    return {
        "micro": scores.entities.f1,
        "macro": sum(by_type.values()) / len(by_type),
        "weighted": sum(by_type[kind] * scores.exact[kind].gold for kind in types) / scores.entities.gold,
        **by_type,
    }


def make_recipe(base: Path, types: Sequence[str], seed: int) -> Recipe:
    """Return the recipe for a public set: the shipped model's optimizer, no augmentation, batches of single sentences."""
    none = dict.fromkeys(
        ("join_paragraphs", "drop_spaces", "upper_title", "upper", "lower", "quotes", "typos", "replace_names"), 0.0
    )
    return Recipe.model_validate(
        {
            "name": "public",
            "version": "1.0.0",
            "base": str(base.resolve()),
            "seed": seed,
            "labels": {"names": tuple(types), "themes": {}},
            "optimizer": {"batch_size": 16, "epochs": 6, "patience": 3, "average": 0.99},
            "augmentation": none,
        }
    )


def run(name: str, seed: int, data: Path, base: Path, work: Path) -> dict[str, float]:
    """Train on a set's training file, choose the epoch on its dev file, and score its test file."""
    public = SETS[name]
    parts = {part: read_conll(data / name / file, public.column) for part, file in
             (("train", "train.txt"), ("dev", public.dev), ("test", "test.txt"))}  # fmt: skip
    articles = {
        part: tuple(as_article(sentence, f"{part}-{index}") for index, sentence in enumerate(sentences))
        for part, sentences in parts.items()
    }
    recipe = make_recipe(base, public.types, seed)
    begin = time.monotonic()
    fitted = fit(recipe, TrainingData(articles["train"], articles["dev"], digest=name), folder=ROOT, work=work, resume=False)
    engine = TorchEngine(AutoModelForTokenClassification.from_pretrained(fitted, use_safetensors=True).eval(), device="cpu")
    scores: dict[str, float] = {}
    for part in ("dev", "test"):
        found = tag_articles(engine, fitted / "tokenizer.json", articles[part], recipe, batch_size=32)
        entities = [
            spans_of(sentence, tags_from_spans(sentence, spans)) for sentence, spans in zip(parts[part], found, strict=True)
        ]
        part_scores = score(articles[part], entities, public.types)
        scores |= {key if part == "test" else f"dev_{key}": round(value, 4) for key, value in part_scores.items()}
    return scores | {"minutes": round((time.monotonic() - begin) / 60, 1)}


def show(results: dict[str, dict[str, float]]) -> None:
    """Print a table of every kept result and the mean and range of each set."""
    for name, public in SETS.items():
        rows = [scores for key, scores in sorted(results.items()) if key.startswith(f"{name}/")]
        click.echo(f"{name} (published, {public.published})")
        for key, scores in sorted(results.items()):
            if key.startswith(f"{name}/"):
                figures = "  ".join(f"{kind} {scores[kind]:.4f}" for kind in ("micro", "macro", "weighted", *public.types))
                click.echo(f"  {key:<22} {figures}")
        for kind in ("micro", "macro", "weighted"):
            values = [scores[kind] for scores in rows]
            if values:
                mean = sum(values) / len(values)
                click.echo(f"  {kind} over {len(values)} seeds: mean {mean:.4f}, {min(values):.4f} to {max(values):.4f}")


@click.command()
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=1), help="Runs of each set")
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="The folder of the public sets")
@click.option("--base", type=click.Path(path_type=Path), default=ROOT / "work" / "base", help="Made by build_base.py")
@click.option("--set", "names", multiple=True, type=click.Choice(list(SETS)), help="Only this set")
def main(seeds: int, data: Path | None, base: Path, names: tuple[str, ...]) -> None:
    """Print the public benchmark, after running what is missing of it."""
    results: dict[str, dict[str, float]] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    wanted = [(name, seed) for seed in range(13, 13 + seeds) for name in names or SETS]
    missing = [(name, seed) for name, seed in wanted if f"{name}/{seed}" not in results]
    if missing and data is None:
        click.echo(f"{len(missing)} of {len(wanted)} results are missing; give --data DIR to compute them", err=True)
    for name, seed in missing if data is not None else ():
        work = ROOT / "work" / f"public-{name}-{seed}"
        try:
            results[f"{name}/{seed}"] = run(name, seed, data, base, work)
        except (KpuNlpError, OSError) as error:
            raise click.ClickException(f"{name}, seed {seed}: {error}") from error
        shutil.rmtree(work, ignore_errors=True)
        RESULTS.parent.mkdir(exist_ok=True)
        with atomic_write(RESULTS) as file:
            file.write(json.dumps(dict(sorted(results.items())), indent=1) + "\n")
    show(results)
    if missing and data is None:
        sys.exit(1)


if __name__ == "__main__":
    main()
