"""A whole review in a browser: with the mouse and the keyboard, in two tabs, and as axe-core sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.annotation.check import check_article
from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.spans import Span

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "corpus" / "samples"
STORY = (
    "KPU Kota Batu Gelar Rapat Evaluasi 🗳️\n"
    "Batu - 🙂 Ketua KPU Kota Batu, Rina Wulandari, memimpin rapat evaluasi di Aula KPU Kota Batu, Jumat (22/7/2022).\n"
    "\n"
    "“Kita harus menjaga soliditas,” ujar Rina.\r\n"
)


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page in a window of its own; at the end, only its server has been asked, and no error was told."""
    windows: list[Any] = []
    asked: list[str] = []
    told: list[str] = []

    def run(url: str, *, conflicts: bool = False, **options: Any) -> Any:
        page = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options}).new_page()
        page.set_default_timeout(120_000)
        windows.append(page)
        page.on("request", lambda request: asked.append(request.url))
        if not conflicts:  # the browser tells of every answer that is no success
            page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(url)
        page.wait_for_selector(".mark")
        return page

    yield run
    origins = {page.url.split("/")[2] for page in windows}
    for page in windows:
        page.context.close()
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} <= origins
    assert told == []


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "rapat.txt"
    path.write_text(STORY, encoding="utf-8", newline="")
    return path


def written(folder: Path, name: str = "rapat") -> AnnotatedArticle:
    return parse_inline((folder / f"{name}.txt").read_text(encoding="utf-8"))


def surfaces(article: AnnotatedArticle) -> list[tuple[str, str]]:
    return [(span.of(article.text), span.label) for span in article.spans]


def until(page: Any, condition: Callable[[], bool], *, seconds: int = 60) -> None:
    """Wait for something; Playwright's own way evaluates strings in the page, which the page's policy forbids."""
    for _ in range(seconds * 20):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds} s; the page says: {page.inner_text('header')} {page.text_content('#current')}")


def saved(page: Any) -> None:
    until(page, lambda: page.text_content("#saved") == "All changes saved")


def box_of(page: Any, words: str) -> dict[str, float]:
    """Return where words of the article lie on the screen."""
    script = """words => {
      for (const line of document.querySelectorAll('.line')) {
        const at = line.textContent.indexOf(words);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(line.firstChild, at);
        range.setEnd(line.firstChild, at + words.length);
        line.scrollIntoView({block: 'center'});
        const {left, right, top, bottom} = range.getBoundingClientRect();
        return {left, right, top, bottom};
      }
    }"""
    return page.evaluate(script, words)


def select(page: Any, words: str) -> None:
    """Drag the mouse over words of one line on the screen."""
    box = box_of(page, words)
    middle = (box["top"] + box["bottom"]) / 2
    page.mouse.move(box["left"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["left"] + 12, middle)
    page.mouse.move(box["right"] - 1, middle, steps=5)
    page.wait_for_timeout(400)  # a person's hand; shorter is a click
    page.mouse.up()
    until(page, lambda: current(page) == f"{words} (selected)")


def click(page: Any, words: str) -> None:
    box = box_of(page, words)
    page.mouse.click((box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2)
    until(page, lambda: current(page).startswith(f"{words} ("))


def current(page: Any) -> str:
    return page.text_content("#current")


def test_a_whole_session(serve, opened: Callable[..., Any], article: Path, tmp_path: Path) -> None:
    """Open, correct one edge, relabel one, add one, remove one, save, reload, compare the file."""
    output = tmp_path / "reviewed"
    server = serve(article, "--output", output)
    page = opened(server.url)
    assert page.text_content("#text .line >> nth=1") == STORY.splitlines(keepends=True)[1]
    assert not (output / "rapat.txt").exists()
    before = {(span["start"], span["end"], span["label"]) for span in server.open("rapat")["spans"]}

    # An edge, by the keyboard, of a span that the mouse chose.
    click(page, "Rina Wulandari")
    assert "PERSON" in current(page)
    page.keyboard.press("[")  # a word to the left: the comma
    page.keyboard.press("]")
    page.keyboard.press(",")  # the end, a word to the left
    saved(page)
    assert ("Rina", "PERSON") in surfaces(written(output))
    # The same edge back, by dragging its handle.
    grip = page.locator(".handle[data-edge=end]").bounding_box()
    box = box_of(page, "Wulandari")
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["left"] + 20, (box["top"] + box["bottom"]) / 2)
    page.mouse.move(box["right"] - 2, (box["top"] + box["bottom"]) / 2)
    page.mouse.up()
    until(page, lambda: current(page).startswith("Rina Wulandari ("))
    saved(page)
    assert ("Rina Wulandari", "PERSON") in surfaces(written(output))

    # Another label, by its key.
    click(page, "soliditas")
    page.keyboard.press("i")
    saved(page)
    assert ("soliditas", "COORDINATION") in surfaces(written(output))
    # A new span after an emoji, by the mouse alone.
    select(page, "memimpin")
    page.click("#labels button[data-label=COMMITMENT]")
    saved(page)
    # And one removed.
    click(page, "Jumat (22/7/2022)")
    page.keyboard.press("Delete")
    saved(page)
    now = written(output)
    assert now.text == STORY
    found = surfaces(now)
    assert ("memimpin", "COMMITMENT") in found
    assert not any(label == "DATE" for _, label in found)
    assert "commitment" in now.facts.themes
    assert "coordination" in now.facts.themes
    assert "consolidation" not in now.facts.themes

    # A reload shows what the file holds.
    page.reload()
    page.wait_for_selector(".mark")
    shown = page.evaluate("document.querySelectorAll('.mark[data-label]').length")
    assert shown == len(now.spans)
    assert written(output) == now
    assert {(span.start, span.end, span.label) for span in now.spans} != before


def test_facts_undo_and_accept(serve, opened: Callable[..., Any], article: Path, tmp_path: Path) -> None:
    output = tmp_path / "reviewed"
    server = serve(article, "--output", output)
    page = opened(server.url)
    click(page, "soliditas")
    page.keyboard.press("Delete")
    saved(page)
    now = written(output)
    page.fill("#facts [name=event]", "Evaluasi Coklit")
    page.press("#facts [name=event]", "Tab")
    page.fill("#facts [name=end]", "open")
    page.press("#facts [name=end]", "Tab")
    saved(page)
    assert (written(output).facts.event, written(output).facts.end) == ("Evaluasi Coklit", "open")

    # Back, and forth.
    page.focus("#pane")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    saved(page)
    assert written(output).facts == now.facts
    page.keyboard.press("Control+y")
    saved(page)
    assert written(output).facts.event == "Evaluasi Coklit"

    page.keyboard.press("Enter")
    until(page, lambda: page.text_content("#progress").startswith("1 accepted"))
    code, out, _ = server.stop()
    assert (code, out) == (0, f"{output}: 1 accepted, 0 changed, 0 to do\n")


def test_the_keyboard_alone_adds_a_span(serve, opened: Callable[..., Any], article: Path, tmp_path: Path) -> None:
    output = tmp_path / "reviewed"
    page = opened(serve(article, "--output", output).url)
    page.focus("#pane")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
        if current(page) == "Gelar (selected)":
            break
    assert current(page) == "Gelar (selected)"
    page.keyboard.press(">")
    assert current(page).startswith("Gelar (selected)")  # no span ends in a space, or lies over another
    page.keyboard.press("m")
    saved(page)
    assert ("Gelar", "COMPETENCY") in surfaces(written(output))
    page.keyboard.press("<")
    page.keyboard.press("}")
    saved(page)
    assert ("ela", "COMPETENCY") in surfaces(written(output))
    slips = page.locator("#slips").inner_text()
    assert "Line 1: COMPETENCY span 'ela' begins or ends inside a word" in slips
    assert [slip.message for slip in check_article(output / "rapat.txt")] == [
        line.partition(": ")[2] for line in slips.splitlines()
    ]
    page.keyboard.press("ArrowDown")
    assert "ela" not in current(page)
    page.keyboard.press("ArrowUp")
    assert current(page).startswith("ela (COMPETENCY")


def test_a_change_that_cannot_be_saved_is_not_left_behind(serve, opened: Callable[..., Any], tmp_path: Path) -> None:
    output = tmp_path / "reviewed"
    page = opened(serve(SAMPLES, "--output", output).url, conflicts=True)
    name = page.text_content("#name")
    page.fill("#facts [name=venue-place]", "Batu | Malang")
    page.press("#facts [name=venue-place]", "Tab")
    until(page, lambda: page.text_content("#saved") == "Not saved")
    assert "venue: '|' cannot stand in a name" in page.text_content("#problem-text")
    page.click("#next")
    until(page, lambda: "could not be saved" in page.text_content("#problem-text"))
    assert page.text_content("#name") == name
    assert not (output / f"{name}.txt").exists()
    page.click("#undo")
    saved(page)
    page.click("#next")
    until(page, lambda: page.text_content("#name") != name)


def test_two_tabs_do_not_overwrite_each_other(serve, opened: Callable[..., Any], article: Path, tmp_path: Path) -> None:
    output = tmp_path / "reviewed"
    server = serve(article, "--output", output)
    first, second = opened(server.url), opened(server.url, conflicts=True)
    click(first, "Rina Wulandari")
    first.keyboard.press("o")
    saved(first)
    kept = (output / "rapat.txt").read_bytes()

    click(second, "Jumat (22/7/2022)")
    second.keyboard.press("Delete")
    until(second, lambda: second.is_visible("#problem"))
    assert "changed in another tab" in second.text_content("#problem-text")
    assert (output / "rapat.txt").read_bytes() == kept
    click(second, "Rina Wulandari")  # what the first tab made of it
    assert "ORG" in current(second)
    # From here the second tab goes on, and the first is told.
    click(second, "Jumat (22/7/2022)")
    second.keyboard.press("Delete")
    saved(second)
    assert surfaces(written(output)).count(("Rina Wulandari", "ORG")) == 1
    assert "DATE" not in {label for _, label in surfaces(written(output))}


def test_what_an_article_holds_is_text(serve, opened: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "jahat.txt"
    text = (
        "<script>document.title = 'hit'</script> KPU Kota Batu\n"
        "Ketua KPU Kota Batu, Rina Wulandari <img src=x onerror=\"document.title='hit'\">.\n"
    )
    path.write_text(text, encoding="utf-8")
    output = tmp_path / "reviewed"
    page = opened(serve(path, "--output", output).url)
    assert page.evaluate("[...document.querySelectorAll('.line')].map(line => line.textContent).join('')") == text
    assert "hit" not in page.title()
    assert page.locator("#text img, #text script").count() == 0
    select(page, "document")
    page.keyboard.press("f")
    saved(page)
    assert ("document", "FAC") in surfaces(written(output, "jahat"))
    assert written(output, "jahat").text == text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(serve, opened: Callable[..., Any], tmp_path: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra [browser]").Axe()
    page = opened(serve(SAMPLES, "--output", tmp_path / "reviewed").url, color_scheme=scheme)
    page.focus("#pane")
    page.keyboard.press("ArrowDown")
    page.click("summary")
    page.keyboard.press("Escape")
    found = axe.run(page).response["violations"]
    serious = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.timeout(1800)  # the model reads them in a minute of two idle cores
def test_fifty_thousand_words(serve, opened: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "panjang.txt"
    path.write_text(STORY * (50_000 // len(STORY.split()) + 1), encoding="utf-8", newline="")
    output = tmp_path / "reviewed"
    page = opened(serve(path, "--output", output).url)
    click(page, "Rina Wulandari")
    page.keyboard.press("o")
    saved(page)
    article = written(output, "panjang")
    assert article.text == path.read_bytes().decode()
    persons = [span for span in article.spans if span.of(article.text) == "Rina Wulandari"]
    assert Span(persons[0].start, persons[0].end, "ORG") in article.spans
