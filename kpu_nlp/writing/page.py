"""An extraction as a page for a browser: the article with its spans marked, and a card for each fact."""

from __future__ import annotations

from collections import defaultdict

from kpu_nlp.labels import LABELS
from kpu_nlp.schema import Extraction
from kpu_nlp.writing.html import render_page
from kpu_nlp.writing.page_facts import LOW_CONFIDENCE, build_groups
from kpu_nlp.writing.page_marks import build_marks, lay_out, legend


def render_article(extraction: Extraction) -> str:
    """Return an HTML page of an extraction that needs no other file and no network.

    Everything that comes from the article is text on it, never markup. Each mark of the text carries ``data-mark`` and the ids
    of its cards (``data-facts``), each card the ids of its marks (``data-marks``); the page's script lights up the ones for the
    others. A mark that had to be cut has the same ``data-mark`` on all of its parts.

    Args:
        extraction: what was found in one article; its offsets fit the article's text.
    """
    article = extraction.article
    groups = build_groups(extraction)
    marks = build_marks(extraction, [fact for group in groups for fact in group.facts])
    standing: defaultdict[str, list[str]] = defaultdict(list)
    for mark in marks:
        for fact in mark.facts:
            standing[fact].append(mark.id)
    lines = tuple(lay_out(article.text, marks, title=article.title))
    return render_page(
        "article",
        article=article,
        model=extraction.model,
        lines=lines,
        titled=any(line.role == "title" for line in lines),
        keys=legend(marks),
        definitions={label.name: label.definition for label in LABELS},
        doubtful=sum(mark.low for mark in marks),
        low=LOW_CONFIDENCE,
        groups=groups,
        marks_of=standing,
        warnings=extraction.warnings,
    )
