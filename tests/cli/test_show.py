"""``kpu-nlp show``: one page, its path on standard output, and one line for every mistake."""

from __future__ import annotations

import hashlib
import json
import webbrowser
from pathlib import Path

import pytest
from lxml import html

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "corpus" / "samples" / "arahan-papuabarat.html"
STORY = (
    "KPU Kota Batu Gelar Rapat Evaluasi\n"
    "Batu - Ketua KPU Kota Batu, Rina Wulandari, memimpin rapat evaluasi di Aula KPU Kota Batu, kemarin.\n"
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "rapat-evaluasi.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def facts(shipped_model: Path, invoke, article: Path) -> Path:
    """What ``kpu-nlp extract`` writes of the article."""
    path = article.with_name("fakta.json")
    assert invoke("extract", article, "--output", path).exit_code == 0
    return path


def text_of(page: Path) -> str:
    (story,) = html.document_fromstring(page.read_bytes()).find_class("text")
    return "".join(story.itertext())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_article_becomes_a_page_in_the_current_folder(shipped_model: Path, invoke, article: Path) -> None:
    result = invoke("show", article, "--published", "2022-07-22")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "rapat-evaluasi-facts.html\n", "")
    assert names(article.parent) == ["rapat-evaluasi-facts.html", "rapat-evaluasi.txt"]
    page = article.with_name("rapat-evaluasi-facts.html")
    assert text_of(page) == STORY
    cards = {
        card.get("id"): " ".join(" ".join(card.itertext()).split())
        for card in html.document_fromstring(page.read_bytes()).find_class("fact")
    }
    assert cards["official-1"].startswith("Rina Wulandari role Ketua, KPU Kota Batu")
    assert cards["time-1"].startswith("kemarin means 21 July 2022")


def test_an_extraction_gives_the_same_page_as_its_article(invoke, article: Path, facts: Path) -> None:
    assert invoke("show", article, "--output", "a.html").stdout == "a.html\n"
    assert invoke("show", facts).stdout == "fakta-facts.html\n"
    piped = invoke("show", "-", given=facts.read_bytes())
    assert piped.stdout == "rapat-evaluasi-facts.html\n"
    pages = [article.with_name(name).read_bytes() for name in ("a.html", "fakta-facts.html", "rapat-evaluasi-facts.html")]
    assert pages[0] == pages[1] == pages[2]


def test_a_saved_web_page_is_never_replaced(shipped_model: Path, invoke, fails, tmp_path: Path) -> None:
    saved = tmp_path / SAMPLE.name
    saved.write_bytes(SAMPLE.read_bytes())
    assert invoke("show", saved.name).stdout == "arahan-papuabarat-facts.html\n"
    assert "Yusak" in text_of(tmp_path / "arahan-papuabarat-facts.html")
    assert fails("show", saved, "--output", saved) == f"{saved}: would replace what is read; name another output"
    assert saved.read_bytes() == SAMPLE.read_bytes()


def test_standard_input_is_named_by_its_digest(shipped_model: Path, invoke, tmp_path: Path) -> None:
    assert invoke("show", "-", given=STORY.encode()).stdout == f"{hashlib.sha256(STORY.encode()).hexdigest()[:12]}-facts.html\n"
    assert text_of(next(tmp_path.glob("*.html"))) == STORY


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("../../x", "x-facts.html"),
        ("a/b\\c:d", "a-b-c-d-facts.html"),
        ("..", "article-facts.html"),
        ("é" * 300, "é" * 100 + "-facts.html"),
    ],
    ids=["above", "separators", "dots", "long"],
)
def test_an_id_is_never_a_path(invoke, facts: Path, identifier: str, name: str) -> None:
    content = json.loads(facts.read_text(encoding="utf-8"))
    content["article"]["id"] = identifier
    result = invoke("show", "-", given=json.dumps(content).encode())
    assert result.stdout == f"{name}\n"
    assert (facts.parent / name).is_file()


def test_the_browser_opens_the_page(invoke, facts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: not opened.append(url))
    result = invoke("show", facts, "--output", "halaman 1.html", "--open")
    assert (result.exit_code, result.stderr) == (0, "")
    assert opened == [(facts.parent / "halaman 1.html").resolve().as_uri()]
    monkeypatch.setattr(webbrowser, "open", lambda _url: False)
    result = invoke("show", facts, "--open")
    assert (result.exit_code, result.stderr) == (0, "Warning: no browser could be opened; open the page yourself\n")
    assert result.stdout == "fakta-facts.html\n"


def test_warnings_are_talk(shipped_model: Path, invoke) -> None:
    result = invoke("show", "-", given=b"Air mengalir pelan ke hilir dan daun jatuh satu demi satu sampai sore.\n")
    assert result.exit_code == 0
    assert result.stderr == "Warning: no entities found: is this an Indonesian news article?\n"


@pytest.mark.parametrize("option", [["--published", "2022-07-22"], ["--model", "m"], ["--device", "cpu"]])
def test_what_is_for_an_article_is_refused_for_an_extraction(invoke, facts: Path, option: list[str]) -> None:
    result = invoke("show", facts, *option)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{option[0]} is for an article; an extraction is shown as it is" in result.stderr
    assert names(facts.parent) == ["fakta.json", "rapat-evaluasi.txt"]


def test_a_mistake_is_one_line_and_leaves_nothing(fails, article: Path) -> None:
    broken, other = article.with_name("rusak.json"), article.with_name("lain.json")
    broken.write_text("{", encoding="utf-8")
    other.write_text('{"text": "Rina hadir"}', encoding="utf-8")
    assert fails("show", broken).startswith(f"{broken}: not one extraction as kpu-nlp extract writes it (JSON: Invalid JSON")
    assert fails("show", other).startswith(
        f"{other}: not one extraction as kpu-nlp extract writes it (article: Field required)"
    )
    assert fails("show", "-", given=b'{"a": 1}').startswith("standard input: not one extraction")
    assert fails("show", "tiada.txt") == "tiada.txt: no such file; check the path"
    assert fails("show", article.parent).startswith(f"{article.parent}: a folder, not an article")
    assert fails("show", article, "--model", "tiada").startswith("tiada: no such model folder")
    assert fails("show", article, "--published", "kemarin").startswith("published: 'kemarin' is not an ISO date")
    assert names(article.parent) == ["lain.json", "rapat-evaluasi.txt", "rusak.json"]


def test_a_page_that_cannot_be_written(fails, facts: Path) -> None:
    assert fails("show", facts, "--output", "tiada/a.html") == "tiada/a.html: there is no folder tiada; make it first"
    assert fails("show", facts, "--output", facts) == f"{facts}: would replace what is read; name another output"


def test_markup_in_an_article_and_its_name_is_text(shipped_model: Path, invoke, tmp_path: Path) -> None:
    path = tmp_path / "<b onclick=x>&.txt"
    text = f"<script>alert(1)</script> KPU\n{STORY}<img src=x onerror=alert(2)>\n"
    path.write_text(text, encoding="utf-8")
    assert invoke("show", path).stdout == "b-onclick-x-facts.html\n"
    page = tmp_path / "b-onclick-x-facts.html"
    assert text_of(page) == text
    tree = html.document_fromstring(page.read_bytes())
    assert tree.xpath("//h1")[0].text_content() == "<b onclick=x>&"
    assert tree.xpath("//img|//@onclick|//@onerror|//b") == []
    assert len(tree.xpath("//script")) == 1


@pytest.mark.slow
def test_fifty_thousand_words(shipped_model: Path, invoke, tmp_path: Path) -> None:
    """The whole way, with the model."""
    path = tmp_path / "panjang.txt"
    path.write_text(STORY * (50_000 // len(STORY.split()) + 1), encoding="utf-8")
    assert invoke("show", path, "--device", "cpu").exit_code == 0
    page = tmp_path / "panjang-facts.html"
    assert page.stat().st_size < 20_000_000
    tree = html.document_fromstring(page.read_bytes(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    same = "".join(tree.find_class("text")[0].itertext()) == path.read_text(encoding="utf-8")
    assert same
