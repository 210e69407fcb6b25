"""The page: the same of every format, complete in itself, and honest about what it leaves out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.report.figures import MOST_IDS
from kpu_nlp.report.run import write_report
from kpu_nlp.writing.formats import open_writer

HOSTILE = "<script>alert(1)</script><img src=x onerror='alert(2)'>\"><b>{{ 7*7 }}&amp;</style></svg></title>"


@pytest.fixture(scope="module")
def lines(results: dict[str, Path]) -> list[str]:
    return results["jsonl"].read_text(encoding="utf-8").split("\n")[:-1]


def written(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_every_format_gives_the_same_page(results: dict[str, Path], page, render) -> None:
    for form in ("parquet", "parts", "sqlite"):
        assert render(results[form]).source == page.source, form


def test_a_page_asks_for_nothing_and_runs_only_its_own_script(page) -> None:
    policy = page.tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page.source, flags=re.DOTALL)
        assert rules[f"{tag}-src"] == f"'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"
    assert (
        page.tree.xpath("//@src|//@style|//@*[starts-with(name(), 'on')]|//link|//iframe|//form|//object|//image|//use") == []
    )
    assert "url(" not in page.source
    assert "@import" not in page.source


def test_every_link_leads_to_a_place_of_the_page_and_every_list_back(page) -> None:
    identifiers = page.tree.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    targets = set(page.tree.xpath("//@href"))
    assert targets <= {f"#{name}" for name in identifiers}
    assert {f"#{one.get('id')}" for one in page.tree.find_class("list")} <= targets
    levels = [int(heading.tag[1]) for heading in page.tree.xpath("//h1|//h2|//h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("name", ["time", "themes", "offices", "speakers", "kinds", "provinces"])
def test_a_plot_tells_what_its_table_tells(page, name: str) -> None:
    marks = page.section(name).xpath(".//*[local-name()='svg']//*[local-name()='a']")
    told = Counter(
        (mark[0].get("aria-label").rpartition(", ")[2], mark.get("href")) for mark in marks if mark.get("href") != "#"
    )
    head = page.head(name)
    cells = page.section(name).xpath(".//tbody//a")
    drawn = [
        (cell.text_content(), cell.get("href"))
        for cell in cells
        if cell.xpath("string(ancestor::tr/th)").strip() != "no date"
        and not (head[-1] == "all" and cell.xpath("count(ancestor::td/following-sibling::td)") == 0)
    ]
    assert told == Counter(drawn)
    assert told


def test_a_figure_of_many_articles_says_that_its_list_is_not_whole(lines: list[str], render, tmp_path: Path) -> None:
    rows = [json.loads(lines[0]) for _ in range(MOST_IDS + 3)]
    for number, row in enumerate(rows):
        row["article"] |= {"id": f"b{number}", "published": f"2023-0{1 + number // 20}-01"}
    page = render(written(tmp_path / "r.jsonl", rows))
    counts = page.counts("time")
    assert {key[0]: number.count for key, number in counts.items()} == {"2023-01": MOST_IDS, "2023-02": 3}
    model = next(iter(page.counts("models").values()))
    assert (model.count, model.articles, model.ids) == (MOST_IDS + 3, MOST_IDS + 3, [f"b{n}" for n in range(MOST_IDS)])
    behind = page.section("models").xpath(".//tbody//a/@href")[0]
    assert f"{MOST_IDS + 3} articles, of which the first {MOST_IDS}" in page.tree.get_element_by_id(behind[1:]).text_content()
    assert "of which" not in page.tree.get_element_by_id(page.section("time").xpath(".//tbody//a/@href")[0][1:]).text_content()


def test_bars_of_names_that_begin_alike_are_two(lines: list[str], render, tmp_path: Path) -> None:
    row = next(
        row for row in map(json.loads, lines) if any(said["speaker"] for theme in row["themes"] for said in theme["directives"])
    )
    rows = []
    for ending in ("Barat", "Timur"):
        changed = json.loads(json.dumps(row))
        for official in changed["officials"]:
            official["roles"] = [{"title": "Ketua", "organization": f"KPU {'Kabupaten ' * 6}{ending}", "text": "Ketua"}]
        rows.append(changed)
    page = render(written(tmp_path / "r.jsonl", rows))
    marks = page.section("offices").xpath(".//*[local-name()='svg']//*[local-name()='a']/*/@d")
    assert (
        len(set(marks))
        == len(marks)
        == 2 * len({theme["theme"] for theme in row["themes"] if any(said["speaker"] for said in theme["directives"])})
    )
    printed = page.section("offices").xpath(".//*[local-name()='text']/text()")
    assert sum(text.startswith("KPU Kabupaten") and len(text) == 42 for text in printed) == 2


def test_articles_of_one_id_are_still_two(lines: list[str], render, tmp_path: Path) -> None:
    page = render(written(tmp_path / "r.jsonl", [json.loads(lines[0])] * 2))
    (model,) = page.counts("models").values()
    assert (model.count, len(model.ids)) == (2, 2)


def test_where_the_results_come_from(results: dict[str, Path], page, lines: list[str], render, tmp_path: Path) -> None:
    manifest = json.loads(results["jsonl"].with_suffix(".manifest.json").read_text(encoding="utf-8"))
    told = page.section("provenance")
    facts = dict(zip((one.text for one in told.iter("dt")), (one.text for one in told.iter("dd")), strict=True))
    assert facts["input digest"] == manifest["input_digest"]
    assert facts["model digest"] == manifest["fingerprint"]["model"]
    assert facts["model"] == "{name} {version}".format(**manifest["model"])
    assert told.find_class("warning") == []
    bare = render(written(tmp_path / "r.jsonl", [json.loads(lines[0])]))
    assert "No manifest lies beside the results" in bare.section("provenance").text_content()
    (tmp_path / "r.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    other = render(tmp_path / "r.jsonl")
    assert f"is about {len(lines)} articles, and so about other results" in other.section("provenance").text_content()


def test_the_current_folder_of_parts_has_its_manifest_beside_it(
    results: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(results["parts"])
    page = tmp_path / "page.html"
    assert write_report(Path(), page) == len(results["jsonl"].read_text(encoding="utf-8").split("\n")) - 1
    digest = json.loads(results["jsonl"].with_suffix(".manifest.json").read_text(encoding="utf-8"))["input_digest"]
    assert digest in page.read_text(encoding="utf-8")


def everywhere(row: Any, words: str) -> Any:
    """Put words into every string of an extraction but those that have a meaning."""
    if isinstance(row, dict):
        meant = {"start", "end", "code", "speaker", "id", "schema_version", "sha256", "kind", "mode", "published", "source"}
        return {key: value if key in meant else everywhere(value, words) for key, value in row.items()}
    if isinstance(row, list):
        return [everywhere(one, words) for one in row]
    return f"{words} {row}" if isinstance(row, str) else row


def test_markup_of_an_article_is_text(lines: list[str], render, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in lines]
    pages = []
    for words in ("kata", HOSTILE):
        changed = [everywhere(row, words) for row in rows]
        for row in changed:
            row["article"]["id"] = f"{words} {row['article']['id']}"
        pages.append(render(written(tmp_path / "r.jsonl", changed), title=words))
    plain, attacked = pages
    # How many lines and labels an axis has depends on the room that names leave.
    outside = "not(ancestor::*[local-name()='svg'])"
    tags = [Counter(element.tag for element in page.tree.xpath(f"//*[{outside}]")) for page in pages]
    assert tags[0] == tags[1]
    assert {element.tag for element in attacked.tree.xpath("//*[local-name()='svg']//*")} == {"a", "g", "line", "path", "text"}
    assert len(attacked.tree.xpath("//script")) == 1
    assert attacked.tree.xpath("//img|//b|//@onerror|//@src") == []
    assert attacked.tree.xpath("//h1")[0].text_content() == HOSTILE
    assert HOSTILE in attacked.section("officials").text_content()
    assert HOSTILE[:20] in "".join(attacked.section("offices").xpath(".//*[local-name()='text']/text()"))
    assert plain.head("time") == attacked.head("time")


def test_articles_without_facts_are_a_page(lines: list[str], render, tmp_path: Path) -> None:
    row = json.loads(lines[0])
    row |= {"event": None, **{kind: [] for kind in ("officials", "venues", "times", "themes", "quotes", "entities")}}
    row["article"]["published"] = None
    page = render(written(tmp_path / "r.jsonl", [row]))
    assert {key: number.count for key, number in page.counts("time").items()} == {("no date", "Articles"): 1}
    assert page.section("officials").text_content().count("Nothing was found.") == 1
    assert page.tree.xpath("//*[local-name()='svg']") == []


def test_several_batches_are_one_page(results: dict[str, Path], lines: list[str], tmp_path: Path) -> None:
    """A thousand and some articles: more than one batch of the store, and more than one of Parquet."""
    rows = [json.loads(line) for line in lines]
    with open_writer("parquet", tmp_path / "r.parquet") as parquet, open_writer("jsonl", tmp_path / "r.jsonl") as plain:
        for number in range(1_100):
            row = rows[number % len(rows)]
            row["article"]["id"] = f"c{number}"
            for writer in (parquet, plain):
                writer.write(json.dumps(row, ensure_ascii=False))
    assert write_report(tmp_path / "r.parquet", tmp_path / "a.html") == 1_100
    assert write_report(tmp_path / "r.jsonl", tmp_path / "b.html") == 1_100
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
