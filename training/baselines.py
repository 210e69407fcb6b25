#!/usr/bin/env python3
"""Score two simple baselines on the corpus of the shipped model, and print them beside the model's own figures.

    python training/baselines.py --split dev

- `spacy`: spaCy's CNN NER, its default `id` config on the CPU, all labels, with the tagger's words as tokens so that every
  span is one of tokens. The pipeline of the best dev score is kept in training/work/baseline-spacy/ and trained only once.
- `gazetteer`: the surfaces that the training articles mark at least k times, and regular expressions for DATE, TIME and LAW.

k, the best spaCy pipeline and the shipped model's epoch are all chosen on dev, so dev figures flatter all three. Every result
is kept in training/results/baselines.json per baseline, split and corpus and not computed again; remove it there to do so.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import spacy
from spacy.cli.init_config import init_config
from spacy.cli.train import train as spacy_train
from spacy.tokens import DocBin

from kpu_nlp.annotation.digest import corpus_digest
from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.errors import AnnotationError, KpuNlpError
from kpu_nlp.spans import Span
from kpu_nlp.tagging.component import WordTokenizer, set_spans
from kpu_nlp.tagging.manifest import Manifest, read_manifest
from kpu_nlp.tagging.models import find_model
from kpu_nlp.tagging.words import split_words
from kpu_nlp.training.evaluate import SUMMARIES, read_splits_of, score_row, span_counts
from kpu_nlp.training.scores import score_articles
from kpu_nlp.writing.atomic import atomic_write

ROOT = Path(__file__).resolve().parent
RESULTS = ROOT / "results" / "baselines.json"
WORK = ROOT / "work" / "baseline-spacy"

SEED = 13
STEPS = 4000
BASELINES = ("gazetteer", "spacy")
MIN_COUNTS = (1, 2, 3, 4, 5, 8, 12, 20)

Splits = Mapping[str, Sequence[AnnotatedArticle]]
Surface = tuple[str, ...]  # the words of a span

_MONTH = "(?:Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember)"
_DAY = "(?:Senin|Selasa|Rabu|Kamis|Jumat|Jum['’]at|Sabtu|Minggu|Ahad)"
_TO = r"\s?(?:-|–|s\.?/?d\.?|sampai(?: dengan)?|hingga)\s?"
_CLOCK = r"\d{1,2}[.:]\d{2}"
_ZONE = r"(?:WIB|WITA|WIT)\b"
_END = rf"{_TO}(?:{_CLOCK}(?: {_ZONE})?|selesai)"
_ACT = (
    "(?:PKPU|Peraturan|Keputusan|Undang-Undang|UU|Perm[a-z]+|Perppu|Perpres|Perbawaslu|Putusan|Qanun|Berita Acara|"
    "Pengumuman|Surat(?: Edaran| Dinas| Keputusan)?)"
)
PATTERNS = [
    ("DATE", re.compile(rf"\b(?:{_DAY},? (?:tanggal )?)?\d{{1,2}}(?:{_TO}\d{{1,2}})? {_MONTH}(?: \d{{4}})?\b")),
    ("DATE", re.compile(rf"\b{_DAY} \(\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?\)")),
    ("DATE", re.compile(r"\b(?:\d{1,2}/\d{1,2}/\d{4}|hari ini|tahun \d{4}|H-\d+)\b")),
    ("TIME", re.compile(rf"\b(?:pukul|jam|pkl\.?|pk\.) {_CLOCK}(?: {_ZONE})?(?:{_END})?", re.I)),
    ("TIME", re.compile(rf"\b{_CLOCK}(?:{_TO}{_CLOCK})? {_ZONE}", re.I)),
    ("TIME", re.compile(r"\bjam \d{1,2} (?:pagi|siang|sore|malam)\b")),
    ("LAW", re.compile(
        rf"\b(?:Pasal \d+ (?:ayat \(\d+\) )?)?{_ACT}(?: [A-Z][\w-]*){{0,6}}? "
        r"(?:(?:Nomor|No\.?) [\w./-]*\d[\w/-]*(?:\.[\w/-]+)*(?: Tahun \d{4})?|\d+ Tahun \d{4}|\d+/\d{4})\b"
    )),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The labels of surfaces.

    Attributes:
        labels: the label of each surface and how often the training articles mark it so.
        fold: whether case is looked over.
    """

    labels: Mapping[Surface, tuple[str, int]]
    fold: bool

    def find(self, text: str, min_count: int) -> list[Span]:
        """Return a span for every occurrence of a surface marked at least ``min_count`` times; they may overlap."""
        known = {surface: label for surface, (label, count) in self.labels.items() if count >= min_count}
        longest = max(map(len, known), default=0)
        offsets = list(split_words(text))
        words = [_fold(text[start:end], self.fold) for start, end in offsets]
        found = []
        for first in range(len(words)):
            for last in range(first, min(first + longest, len(words))):
                label = known.get(tuple(words[first : last + 1]))
                start, end = offsets[first][0], offsets[last][1]
                if label is not None and "\n" not in text[start:end]:
                    found.append(Span(start, end, label))
        return found


def _fold(word: str, fold: bool) -> str:
    return word.casefold() if fold else word


def collect(articles: Sequence[AnnotatedArticle], labels: Sequence[str], *, fold: bool) -> Gazetteer:
    """Collect the marked surfaces of ``labels``; one with several labels takes the most frequent, of equals the first."""
    counts: dict[Surface, Counter[str]] = {}
    for article in articles:
        for span in article.spans:
            if span.label in labels:
                surface = span.of(article.text)
                words = tuple(_fold(surface[start:end], fold) for start, end in split_words(surface))
                counts.setdefault(words, Counter())[span.label] += 1
    best = {words: max(labels, key=lambda label, marked=marked: marked[label]) for words, marked in counts.items()}
    return Gazetteer({words: (label, counts[words][label]) for words, label in best.items()}, fold)


def match_patterns(text: str, labels: Sequence[str]) -> list[Span]:
    """Return what the regular expressions of ``labels`` match; the spans may overlap."""
    return [Span(*match.span(), label) for label, regex in PATTERNS if label in labels for match in regex.finditer(text)]


def longest_first(spans: Sequence[Span], taken: Sequence[Span] = ()) -> list[Span]:
    """Return the longest spans that overlap neither one another nor ``taken``; of equally long ones the first."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if not any(other.overlaps(span.start, span.end) for other in (*taken, *kept)):
            kept.append(span)
    return sorted(kept)


def find_entities(text: str, entities: Gazetteer, min_count: int, labels: Sequence[str]) -> list[Span]:
    """Return the entities of a text; a regular expression goes before an equally long surface."""
    return longest_first([*match_patterns(text, labels), *entities.find(text, min_count)])


def find_themes(text: str, themes: Gazetteer, min_count: int, entities: Sequence[Span]) -> list[Span]:
    """Return the themes of a text: outside its entities, since a theme never lies in another span."""
    return longest_first(themes.find(text, min_count), entities)


def best_min_count(articles: Sequence[AnnotatedArticle], labels: Sequence[str], find: Callable[[int], list[list[Span]]]) -> int:
    """Return the k of the highest exact micro F1 over ``labels``, of equals the lowest; ``find`` gives the spans of a k."""
    return max(MIN_COUNTS, key=lambda count: score_articles(articles, find(count), labels, ()).entities.f1)


def run_gazetteer(splits: Splits, split: str, manifest: Manifest) -> tuple[list[list[Span]], dict[str, Any]]:
    """Collect surfaces from train, choose k on dev, for entities first, and return a split's spans with the settings."""
    entity_labels = [label for label in manifest.labels if label not in manifest.themes]
    theme_labels = [label for label in manifest.labels if label in manifest.themes]
    entities = collect(splits["train"], entity_labels, fold=False)
    themes = collect(splits["train"], theme_labels, fold=True)
    dev = splits["dev"]

    def dev_entities(count: int) -> list[list[Span]]:
        return [find_entities(article.text, entities, count, entity_labels) for article in dev]

    entity_count = best_min_count(dev, entity_labels, dev_entities)
    taken = dev_entities(entity_count)

    def dev_themes(count: int) -> list[list[Span]]:
        return [find_themes(article.text, themes, count, here) for article, here in zip(dev, taken, strict=True)]

    theme_count = best_min_count(dev, theme_labels, dev_themes)
    found = []
    for article in splits[split]:
        here = find_entities(article.text, entities, entity_count, entity_labels)
        found.append(sorted([*here, *find_themes(article.text, themes, theme_count, here)]))
    return found, {"entity_k": entity_count, "theme_k": theme_count}


def write_docs(articles: Sequence[AnnotatedArticle], path: Path) -> None:
    """Write annotated articles as a DocBin of the tagger's words."""
    tokenizer = WordTokenizer(spacy.blank("id").vocab)
    docs = [set_spans(tokenizer(article.text), article.spans) for article in articles]
    for doc in docs:
        doc.spans.clear()  # the NER reads doc.ents
    DocBin(docs=docs).to_disk(path)


def train_spacy(splits: Splits, folder: Path, steps: int) -> Path:
    """Return the spaCy pipeline of the best dev score in ``folder``; trained there unless a whole training has been."""
    # spaCy writes model-best and model-last at every checkpoint, so they do not say that the training came to its end.
    finished = folder / "finished"
    if not finished.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        config = init_config(lang="id", pipeline=["ner"], gpu=False)
        config["nlp"]["tokenizer"] = {"@tokenizers": "kpu.words.v1"}
        config["system"]["seed"] = SEED
        config["training"]["max_steps"] = steps
        config["training"]["eval_frequency"] = min(steps, config["training"]["eval_frequency"])
        for part in ("train", "dev"):
            write_docs(splits[part], folder / f"{part}.spacy")
            config["paths"][part] = str(folder / f"{part}.spacy")
        config.to_disk(folder / "config.cfg")
        spacy_train(folder / "config.cfg", folder, use_gpu=-1)
        finished.touch()
    return folder / "model-best"


def run_spacy(splits: Splits, split: str, folder: Path, steps: int) -> tuple[list[list[Span]], dict[str, Any]]:
    """Train on train, choose the step on dev, and return a split's spans with the settings."""
    nlp = spacy.load(train_spacy(splits, folder, steps))
    docs = nlp.pipe(article.text for article in splits[split])
    found = [[Span(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents] for doc in docs]
    return found, {"steps": steps, "seed": SEED, "spacy": spacy.__version__}


def read_corpus(corpus: Path, split: str) -> Splits:
    """Return the articles of each split.

    Raises:
        AnnotationError: the corpus cannot be read, or has no article in train, in dev or in ``split``.
    """
    splits = read_splits_of(corpus)
    for part in ("train", "dev", split):
        if not splits[part]:
            raise AnnotationError(f"{corpus}: no article in the {part} split, which a baseline needs; add some")
    return splits


def show(rows: Mapping[str, Mapping[str, Mapping[str, float]]], names: Sequence[str]) -> None:
    """Print the F1 of each label and summary, one column for each system; a dash where a system has none."""
    click.echo(f"{'F1':<16}" + "".join(f"{system:>16}" for system in rows))
    for name in names:
        figures = (f"{scores[name]['f1']:>16.4f}" if name in scores else f"{'-':>16}" for scores in rows.values())
        click.echo(f"{name:<16}" + "".join(figures))


@click.command()
@click.argument("corpus", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--split", default="dev", show_default=True, type=click.Choice(["dev", "test"]), help="Articles to score")
@click.option("--steps", default=STEPS, show_default=True, type=click.IntRange(min=1), help="Most steps of spaCy's training")
@click.option("--baseline", "wanted", multiple=True, type=click.Choice(BASELINES), help="Only this baseline")
def main(corpus: Path | None, split: str, steps: int, wanted: tuple[str, ...]) -> None:
    """Print the baselines on CORPUS (by default the packaged one), after running what is missing of them."""
    results: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    try:
        corpus = corpus or packaged_corpus()
        digest = corpus_digest(corpus)
        manifest = read_manifest(find_model())
        # A short training is another baseline than a long one.
        baselines: dict[str, Callable[[Splits], tuple[list[list[Span]], dict[str, Any]]]] = {
            "gazetteer": lambda splits: run_gazetteer(splits, split, manifest),
            f"spacy-{steps}": lambda splits: run_spacy(splits, split, WORK / f"{digest[:16]}-{steps}", steps),
        }
        chosen = [name for name in baselines if name.partition("-")[0] in (wanted or BASELINES)]
        keys = {name: f"{name}/{split}/{digest}" for name in chosen}
        for name, key in keys.items():
            if key not in results:
                splits, begin = read_corpus(corpus, split), time.monotonic()
                found, settings = baselines[name](splits)
                counts = span_counts(score_articles(splits[split], found, manifest.labels, manifest.themes))
                results[key] = {
                    "articles": len(splits[split]),
                    "settings": settings | {"minutes": round((time.monotonic() - begin) / 60, 1)},
                    "scores": {row: score_row(count) for row, count in counts.items()},
                }
                RESULTS.parent.mkdir(parents=True, exist_ok=True)
                with atomic_write(RESULTS) as file:
                    file.write(json.dumps(dict(sorted(results.items())), indent=1) + "\n")
    except (KpuNlpError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if digest != manifest.corpus_sha256:
        click.echo(
            f"note: {manifest.name} {manifest.version} was trained and scored on another state of the corpus "
            f"({manifest.corpus_sha256[:12]}, here {digest[:12]}); its column is of that one",
            err=True,
        )
    model = {name: score.model_dump() for name, score in manifest.scores.get(split, {}).items()}
    click.echo(f"{split}, {results[keys[chosen[0]]]['articles']} articles")
    show(
        {name: results[key]["scores"] for name, key in keys.items()} | {f"{manifest.name} {manifest.version}": model},
        [*manifest.labels, *SUMMARIES],
    )
    for name, key in keys.items():
        click.echo(f"{name}: " + ", ".join(f"{setting} {value}" for setting, value in results[key]["settings"].items()))


if __name__ == "__main__":
    main()
