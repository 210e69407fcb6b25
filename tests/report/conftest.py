"""Results of a real bulk job on real articles, in every format, and their page as a browser reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.bulk.run import Options, run_bulk
from kpu_nlp.report.run import write_report
from kpu_nlp.writing.formats import open_writer

ARTICLES = 24


@pytest.fixture(scope="session")
def results(
    shipped_model: Path, few_articles: Sequence[AnnotatedArticle], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """What ``kpu-nlp bulk`` makes of articles of the corpus, half of them with a day of publication, by the output's format."""
    folder = tmp_path_factory.mktemp("hasil")
    source, output = folder / "arsip.jsonl", folder / "hasil.jsonl"
    chosen = few_articles[:ARTICLES]
    rows = [
        {"id": f"a{number}", "text": article.text, "published": f"2022-{number % 12 + 1:02}-10" if number % 2 else None}
        for number, article in enumerate(chosen)
    ]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert run_bulk([str(source)], output, options=Options(device="cpu", workers=2)).articles == len(chosen)
    return {"jsonl": output, **in_other_formats(output.read_text(encoding="utf-8"), output)}


def in_other_formats(lines: str, output: Path) -> dict[str, Path]:
    """Write the lines of a job's output in the other formats, as a job does at its end, each with the manifest beside it."""
    others = {"parquet": output.with_suffix(".parquet"), "sqlite": output.with_suffix(".sqlite")}
    others["parts"] = output.with_name(f"{output.stem}-parts")
    for name, path in others.items():
        with open_writer("sqlite" if name == "sqlite" else "parquet", path, parts=name == "parts") as writer:
            for line in lines.split("\n")[:-1]:
                writer.write(line)
    manifest = output.with_suffix(".manifest.json")
    others["parts"].with_suffix(".manifest.json").write_bytes(manifest.read_bytes())
    return others


@dataclass
class Number:
    """A number of the page: what is counted, and the list behind it; ``articles`` is what the list says it is of."""

    count: int
    ids: list[str] = field(default_factory=list)
    articles: int = 0


class ReportPage:
    """A page as lxml reads it."""

    def __init__(self, source: bytes) -> None:
        self.source = source.decode()
        self.tree = html.document_fromstring(source, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))

    def section(self, name: str) -> Any:
        return self.tree.xpath("//section[@aria-labelledby=$name]", name=name)[0]

    def listed(self, href: str, count: int) -> Number:
        behind = self.tree.get_element_by_id(href.removeprefix("#"))
        said = behind.find_class("note")[0].text_content().split()[0]
        return Number(count, [item.text_content() for item in behind.iter("li")], int(said.replace(",", "")))

    def cell(self, cell: Any) -> list[Any]:
        """Return the words and numbers of a cell, in order."""
        parts: list[Any] = []
        for element in cell.iter("span", "a"):
            if element.tag == "a":
                parts.append(self.listed(element.get("href"), int(element.text_content().replace(",", ""))))
            elif "data" in element.get("class").split() and element.text_content().strip():
                parts.append(element.text_content().strip())
        words = cell.text_content().strip()
        return parts or [Number(0) if words == "0" else words]

    def rows(self, name: str) -> list[list[list[Any]]]:
        return [[self.cell(cell) for cell in row.iter("th", "td")] for row in self.section(name).xpath(".//tbody/tr")]

    def head(self, name: str) -> list[str]:
        return [cell.text_content() for cell in self.section(name).xpath(".//thead//th")]

    def counts(self, name: str) -> dict[tuple[str, str], Number]:
        """Return the numbers of a table that are not nought, by the words of row and column."""
        head = self.head(name)
        return {
            (row[0][0], column): part
            for row in self.rows(name)
            for column, cell in zip(head[1:], row[1:], strict=True)
            for part in cell
            if isinstance(part, Number) and part.count
        }


@pytest.fixture(scope="session")
def render() -> Callable[..., ReportPage]:
    """Write the page of results and read it back."""

    def run(results: Path, **options: Any) -> ReportPage:
        page = results.with_name("page.html")
        write_report(results, page, **options)
        return ReportPage(page.read_bytes())

    return run


@pytest.fixture(scope="session")
def page(results: dict[str, Path], render: Callable[..., ReportPage]) -> ReportPage:
    return render(results["jsonl"])
