"""Names of other articles in the place of an article's own, so that the model learns how names stand and not which they are."""

from __future__ import annotations

import random
from collections.abc import Iterable

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.spans import Span

REPLACED = ("PERSON", "FAC", "ADDRESS", "GPE")
SHARE = 0.7  # of an article's names; the others keep their place in what the article tells

# A place keeps its level: after "Kabupaten" stands the name of a kabupaten.
_LEVELS = ("Provinsi", "Kabupaten", "Kota", "Kecamatan", "Distrik", "Kelurahan", "Desa", "Nagari", "Pulau")

NamePool = dict[tuple[str, str], list[str]]


def name_pool(articles: Iterable[AnnotatedArticle]) -> NamePool:
    """Return the different names of the articles by label and kind, in alphabetical order.

    Short forms of persons (one word) are left out: they say too little of a name.
    """
    names: dict[tuple[str, str], set[str]] = {}
    for article in articles:
        for span in article.spans:
            surface = article.text[span.start : span.end]
            if span.label in REPLACED and not (span.label == "PERSON" and " " not in surface) and not surface.isupper():
                names.setdefault((span.label, _kind(span.label, surface)), set()).add(surface)
    return {key: sorted(surfaces) for key, surfaces in sorted(names.items())}


def _kind(label: str, surface: str) -> str:
    first = surface.partition(" ")[0]
    return first if label == "GPE" and first in _LEVELS else ""


def replace_names(example: tuple[str, tuple[Span, ...]], pool: NamePool, rng: random.Random) -> tuple[str, tuple[Span, ...]]:
    """Put other names into an article; a name that occurs again gets the same one, a person's short form a part of it.

    Names in capitals keep their form, and those of a kind that the pool does not know stay as they are.

    Args:
        example: text and spans, sorted and not overlapping.
        pool: what the new names are drawn from, see `name_pool`.
        rng: decides which names are replaced and by what.
    """
    text, spans = example
    chosen = _choose(text, spans, pool, rng)
    pieces: list[str] = []
    moved: list[Span] = []
    last = length = 0
    for span in spans:
        surface = text[span.start : span.end]
        new = chosen.get((span.label, surface), surface)
        pieces += [text[last : span.start], new]
        length += span.start - last
        moved.append(Span(length, length + len(new), span.label, span.score))
        length += len(new)
        last = span.end
    pieces.append(text[last:])
    return "".join(pieces), tuple(moved)


def _choose(text: str, spans: Iterable[Span], pool: NamePool, rng: random.Random) -> dict[tuple[str, str], str]:
    chosen: dict[tuple[str, str], str] = {}
    short: list[str] = []
    for span in spans:
        surface = text[span.start : span.end]
        names = pool.get((span.label, _kind(span.label, surface)))
        if span.label == "PERSON" and " " not in surface:
            short.append(surface)
        elif names and not surface.isupper() and (span.label, surface) not in chosen:
            chosen[span.label, surface] = rng.choice(names) if rng.random() < SHARE else surface
    for surface in short:
        for (label, old), new in list(chosen.items()):
            if label == "PERSON" and surface in _words(old):
                chosen["PERSON", surface] = surface if old == new else _part(surface, old, new)
                break
    return chosen


def _words(name: str) -> list[str]:
    """Return the words of a name without degrees and abbreviations."""
    return [word.strip(",") for word in name.split() if "." not in word]


def _part(short: str, old: str, new: str) -> str:
    """Return the word of the new name that stands where the short form stood in the old one, or its last one."""
    words = _words(new) or new.split()
    return words[min(_words(old).index(short), len(words) - 1)]
