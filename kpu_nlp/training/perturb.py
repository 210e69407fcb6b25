"""Robustness: what is left of the scores when the articles are printed another way."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from spacy.language import Language

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.linking.regions import find_areas
from kpu_nlp.training.augment import (
    STRAIGHT_QUOTES,
    Example,
    change_case,
    find_outside,
    join_all,
    make_typos,
    remove_characters,
)
from kpu_nlp.training.bootstrap import f1_interval
from kpu_nlp.training.evaluate import Evaluation, evaluate_articles
from kpu_nlp.training.scores import Count

_STRAIGHT = str.maketrans(STRAIGHT_QUOTES)
_SPACE_AFTER_STOP = re.compile(r"(?<=[.!?])[ ](?=\S)")
TYPO_RATE = 0.02  # share of the letters


PERTURBATIONS: Mapping[str, Callable[[Example, random.Random], Example]] = {
    "upper": lambda example, _: change_case(example, str.upper),
    "lower": lambda example, _: change_case(example, str.lower),
    "quotes": lambda example, _: (example[0].translate(_STRAIGHT), example[1]),
    "spaces": lambda example, _: remove_characters(example, find_outside(example, _SPACE_AFTER_STOP)),
    "joined": lambda example, _: join_all(example),
    "typos": lambda example, rng: make_typos(example, rng, rate=TYPO_RATE),
}
"""Upper case, lower case, straight quotation marks, no space after full stops, one line, two typos in a hundred letters."""

MOST_LOST = {"upper": 8.0, "lower": 12.0, "quotes": 3.0, "spaces": 3.0, "joined": 3.0, "typos": 12.0}
"""The points of F1 that the project allows each to cost."""

# By the first digit of the administrative code, which numbers the provinces from west to east.
GROUPS = {
    "1": "Sumatra",
    "2": "Sumatra",
    "3": "Jawa",
    "5": "Bali and Nusa Tenggara",
    "6": "Kalimantan",
    "7": "Sulawesi",
    "8": "Maluku",
    "9": "Papua",
}


def perturb(article: AnnotatedArticle, name: str) -> AnnotatedArticle:
    """Return an article printed another way, with its spans where they belong.

    Args:
        article: the article.
        name: one of `PERTURBATIONS`; what is random is drawn from the article's id.
    """
    rng = random.Random(f"{name}/{article.facts.id}")  # noqa: S311 - a typo, not a secret
    text, spans = PERTURBATIONS[name]((article.text, tuple(article.spans)), rng)
    return replace(article, text=text, spans=tuple(spans))


@dataclass(frozen=True, slots=True)
class Perturbed:
    """Scores of articles printed another way: F1 (0 to 1), and the points (hundredths) lost to the print."""

    name: str
    entities: float
    entities_lost: float
    themes_overlap: float
    themes_lost: float

    def as_json(self) -> dict[str, Any]:
        """Return the scores as plain data."""
        return asdict(self)


def perturb_and_score(plain: Evaluation, nlp: Language, names: Sequence[str]) -> list[Perturbed]:
    """Score the articles of an evaluation again, printed another way.

    Args:
        plain: the evaluation of the articles as they are.
        nlp: the pipeline that gave it.
        names: of `PERTURBATIONS`.
    """
    before = plain.rows()
    results = []
    for name in names:
        articles = [perturb(article, name) for article in plain.articles]
        rows = evaluate_articles(articles, nlp, split=plain.split).rows()
        lost = {row: round(100 * (before[row].f1 - rows[row].f1), 2) for row in ("entities", "themes_overlap")}
        results.append(
            Perturbed(
                name=name,
                entities=round(rows["entities"].f1, 4),
                entities_lost=lost["entities"],
                themes_overlap=round(rows["themes_overlap"].f1, 4),
                themes_lost=lost["themes_overlap"],
            )
        )
    return results


@dataclass(frozen=True, slots=True)
class GroupRecall:
    """Recall of persons in the articles of one group of regions, with its 95 % interval."""

    group: str
    articles: int
    recall: float
    interval: tuple[float, float]


def region_group(article: AnnotatedArticle) -> str | None:
    """Return the group of regions that most place names of an article lie in; None where none is known."""
    votes: dict[str, int] = {}
    for span in article.spans:
        if span.label in ("GPE", "ORG"):
            name = article.text[span.start : span.end].removeprefix("KPU ").removeprefix("Bawaslu ")
            groups = {GROUPS.get(area.code[0]) for area in find_areas(name, districts=False)}
            if len(groups) == 1 and (group := groups.pop()) is not None:
                votes[group] = votes.get(group, 0) + 1
    return max(votes, key=lambda group: votes[group]) if votes else None


def recall_by_group(articles: Sequence[AnnotatedArticle], persons: Sequence[Count]) -> list[GroupRecall]:
    """Return the recall of persons per group of regions, ``all`` first.

    Args:
        articles: the annotated articles.
        persons: the PERSON counts of each.
    """
    grouped: dict[str, list[Count]] = {"all": list(persons)}
    for article, count in zip(articles, persons, strict=True):
        group = region_group(article)
        if group is not None:
            grouped.setdefault(group, []).append(count)
    return [
        GroupRecall(group, len(counts), round(sum(counts, Count()).recall, 4), _recall_interval(counts))
        for group, counts in sorted(grouped.items(), key=lambda item: (item[0] != "all", item[0]))
    ]


def _recall_interval(counts: Sequence[Count]) -> tuple[float, float]:
    # With as many found as wanted, F1 is the recall.
    return f1_interval([Count(c.gold_right, c.gold, c.gold_right, c.gold) for c in counts])
