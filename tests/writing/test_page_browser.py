"""The page of an article in a browser: what lights up, what the keyboard does, what axe-core says; and it asks for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.pipeline import extract_article, load
from kpu_nlp.reading import article_from_text, read_article
from kpu_nlp.schema import Extraction
from kpu_nlp.writing.page import render_article

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "corpus" / "samples"
HOSTILE = (
    "<script>document.title = 'hit'</script> KPU Kota Batu\n"
    'Batu - Ketua KPU Kota Batu, Rina Wulandari, hadir <img src="{url}" onerror="document.title = \'hit\'">.\n'
    "“</span></p></div><style>@import '{url}';</style><iframe src='{url}'></iframe>,” ujar Rina.\n"
)


@pytest.fixture(scope="module")
def extractions(shipped_model: Path) -> list[Extraction]:
    nlp = load(shipped_model, device="cpu", threads=1)
    return [extract_article(read_article(str(path)), nlp=nlp) for path in sorted(SAMPLES.iterdir())]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open an extraction's page in a window of its own; at the end, nothing else has been asked for and no error told."""
    windows: list[Any] = []
    asked: list[str] = []
    told: list[str] = []

    def run(extraction: Extraction, *, attacked: bool = False, **options: Any) -> Any:
        path = tmp_path / "page.html"
        path.write_text(render_article(extraction), encoding="utf-8", newline="\n")
        page = browser.new_context(**options).new_page()
        windows.append(page)
        if not attacked:  # a request that the policy stops is told of all the same
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield run
    for page in windows:
        page.context.close()
    assert {url.partition(":")[0] for url in asked} <= {"file"}
    assert len(asked) <= len(windows)
    assert told == []


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the list of what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}/x", asked
        served.shutdown()
        thread.join()


def lit(page: Any, style: str = "lit") -> tuple[set[str], set[str]]:
    """Return the ids of the marks and of the cards that are lit up."""
    script = "style => [...document.querySelectorAll('.' + style)].map(one => [one.dataset.mark || '', one.id])"
    found = page.evaluate(script, style)
    return {mark for mark, _ in found if mark}, {name for mark, name in found if not mark}


def listed(page: Any, selector: str, attribute: str) -> set[str]:
    return set(page.get_attribute(selector, attribute).split())


def test_hovering_a_card_lights_up_its_mentions(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    for extraction in extractions:
        page = opened(extraction)
        assert lit(page) == (set(), set())
        for number, official in list(enumerate(extraction.officials, start=1))[:4]:
            page.hover(f"#official-{number} h3")
            marks, cards = lit(page)
            assert cards == {f"official-{number}"}
            assert marks == listed(page, f"#official-{number}", "data-marks")
            texts = [page.text_content(f"#{mark}") for mark in sorted(marks, key=lambda name: int(name[1:]))]
            assert texts == [mention.text for mention in official.mentions]
        page.hover(".hint")
        assert lit(page) == (set(), set())


def test_hovering_a_mention_lights_up_its_cards(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    page = opened(extractions[0])
    mark = page.get_attribute("#official-1", "data-marks").split()[0]
    page.hover(f"#{mark}")
    marks, cards = lit(page)
    assert marks == {mark}
    assert cards == listed(page, f"#{mark}", "data-facts")
    assert "official-1" in cards
    others = lit(page, "kin")[0]
    assert others == set().union(*(listed(page, f"#{card}", "data-marks") for card in cards)) - {mark}
    assert page.text_content("#status") == page.get_attribute(f"#{mark}", "aria-label")
    # The card is in view, though it may have been far down in its column, and the text has not moved.
    assert page.evaluate("scrollY") == 0
    box, window = page.locator("#official-1").bounding_box(), page.viewport_size
    assert 0 <= box["y"] < window["height"]


def test_a_span_inside_a_quotation_stands_for_itself(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    page = opened(extractions[0])
    inside = page.locator(".mark.quote .mark[data-facts]:not([data-facts=''])").first
    inside.hover()
    assert lit(page)[0] == {inside.get_attribute("data-mark")}


def test_the_keyboard_does_what_the_pointer_does(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    page = opened(extractions[1])
    stops = page.evaluate("[...document.querySelectorAll('.fact, [data-mark][id]')].map(one => one.tabIndex)")
    assert set(stops) == {0}
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = "document.activeElement.id"
    assert page.evaluate(focused) == "event-1"
    assert lit(page) == (listed(page, "#event-1", "data-marks"), {"event-1"})
    outline = page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth"
    )
    assert outline in ("solid2px", "solid3px")
    page.keyboard.press("Enter")
    mark = page.evaluate(focused)
    assert mark == page.get_attribute("#event-1", "data-marks").split()[0]
    assert lit(page) == ({mark}, listed(page, f"#{mark}", "data-facts"))
    page.keyboard.press("Escape")
    assert lit(page) == lit(page, "kin") == (set(), set())
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == f"m{int(mark[1:]) + 1}"
    assert lit(page)[0] == {f"m{int(mark[1:]) + 1}"}
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == page.get_attribute(f"#{mark}", "data-facts").split()[0]


def test_an_entry_of_the_legend_stays_pressed(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    page = opened(extractions[0])
    page.click(".key[data-key=PERSON]")
    page.hover(".hint")
    page.evaluate("document.activeElement.blur()")
    persons = {
        f"m{number}"
        for number in page.evaluate(
            "[...document.querySelectorAll('[data-label=PERSON]')].map(one => +one.dataset.mark.slice(1))"
        )
    }
    assert lit(page) == (persons, set())
    assert page.get_attribute(".key[data-key=PERSON]", "aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert lit(page) == (set(), set())
    assert page.get_attribute(".key[data-key=PERSON]", "aria-pressed") == "false"


def test_a_click_on_a_card_goes_to_its_first_mention(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    page = opened(extractions[0], viewport={"width": 1280, "height": 500})
    last = page.locator(".fact[id^=quote-]").last
    last.scroll_into_view_if_needed()
    last.locator("h3").click()
    box = page.locator(f"#{last.get_attribute('data-marks').split()[0]}").bounding_box()
    assert 0 <= box["y"] <= 500


def test_a_speaker_leads_to_the_official(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    page = opened(extractions[0])
    link = page.locator(".fact[id^=quote-] a").first
    link.click()
    page.hover(".hint")
    assert f"#{page.evaluate('document.activeElement.id')}" == link.get_attribute("href")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(extractions: list[Extraction], opened: Callable[..., Any], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra [browser]").Axe()
    states = (".hint", "#official-1 h3", ".fact[id^=theme-] h3", ".mark.theme.low")
    for number, extraction in enumerate(extractions):
        # axe is put into the page by the driver, past the page's policy, which would refuse it.
        # Only what is in view is laid out, so that all of it is.
        window = {"width": 1280, "height": 8000}
        page = opened(extraction, color_scheme=scheme, bypass_csp=True, viewport=window)
        for state in states if number == 0 else states[:1]:
            if page.locator(state).count():
                page.hover(state)
            found = axe.run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], state


def test_no_markup_of_an_article_comes_alive(
    shipped_model: Path, opened: Callable[..., Any], server: tuple[str, list[str]]
) -> None:
    url, asked = server
    text = HOSTILE.format(url=url)
    extraction = extract_article(article_from_text(text), nlp=load(shipped_model, device="cpu", threads=1))
    page = opened(extraction)
    assert page.text_content(".text") == text
    assert page.title() == text.split("\n", maxsplit=1)[0]
    assert page.locator("img, iframe").count() == 0
    assert asked == []


def test_the_policy_stops_what_the_escaping_might_let_through(
    extractions: list[Extraction], opened: Callable[..., Any], server: tuple[str, list[str]]
) -> None:
    url, asked = server
    page = opened(extractions[0], attacked=True)
    page.evaluate(
        """url => {
          const story = document.querySelector(".text");
          story.insertAdjacentHTML("beforeend", `<iframe src="${url}"></iframe>`);
          story.insertAdjacentHTML("beforeend", `<img src="${url}" onerror="document.title = 'hit'">`);
          const script = document.createElement("script");
          script.textContent = "document.title = 'hit'";
          story.append(script);
          return fetch(url).catch(() => null);
        }""",
        url,
    )
    page.wait_for_timeout(300)
    assert page.title() == extractions[0].article.title
    assert asked == []


def test_the_text_is_the_article_in_a_browser_too(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    for extraction in extractions:
        assert opened(extraction).text_content(".text") == extraction.article.text
    windows = article_from_text("Judul\r\nRina  hadir.\r\n\r\n\tBaris\u2028 \N{BALLOT BOX WITH BALLOT}\r")
    assert (
        opened(
            extractions[0].model_copy(
                update={
                    "article": windows,
                    **dict.fromkeys(
                        (
                            "officials",
                            "venues",
                            "times",
                            "themes",
                            "quotes",
                            "organizations",
                            "places",
                            "elections",
                            "regulations",
                            "entities",
                        ),
                        (),
                    ),
                    "event": None,
                }
            )
        ).text_content(".text")
        == windows.text
    )


def test_a_narrow_window_and_paper_show_everything(extractions: list[Extraction], opened: Callable[..., Any]) -> None:
    page = opened(extractions[1], viewport={"width": 340, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 340
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(media="print")
    panel = page.evaluate(
        "(({position, overflowY}) => [position, overflowY])(getComputedStyle(document.getElementById('facts')))"
    )
    assert panel == ["static", "visible"]
    assert page.pdf().startswith(b"%PDF")
