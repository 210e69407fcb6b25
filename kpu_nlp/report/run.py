"""`write_report`: results in, a page out."""

from __future__ import annotations

from pathlib import Path

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown
from kpu_nlp.report.figures import count_figures
from kpu_nlp.report.page import render_report
from kpu_nlp.report.provenance import read_provenance
from kpu_nlp.report.results import iter_results
from kpu_nlp.report.store import open_store
from kpu_nlp.writing.atomic import atomic_write, refuse_to_replace, writable


def write_report(results: Path, output: Path, *, title: str | None = None) -> int:
    """Write a page about the results of a bulk job, whole or not at all; memory does not grow with their number.

    Args:
        results: what ``kpu-nlp bulk`` wrote, in any of its formats.
        output: the page.
        title: its heading; by default the number of articles.

    Returns:
        The number of articles.

    Raises:
        InputError: the results cannot be read, hold no article or something that is none, or the page cannot be written.
    """
    refuse_to_replace(output, results, what="the results that are read")
    with atomic_write(output) as file, open_store() as store:
        for facts in iter_results(results):
            store.add(facts)
        store.flush()
        if not store.articles:
            raise InputError(f"{shown(str(results))}: no article in it; name results of kpu-nlp bulk that have some")
        figures = count_figures(store)
        provenance = read_provenance(results, articles=store.articles)
        heading = title or f"Report on {store.articles:,} {'article' if store.articles == 1 else 'articles'}"
        page = render_report(figures, provenance, title=heading)
        with writable(output):
            file.write(page)
    return store.articles
