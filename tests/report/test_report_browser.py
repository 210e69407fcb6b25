"""The page of an archive in a browser: lists open and close, keys, paper, what axe-core says; and it asks for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.report.run import write_report

pytestmark = pytest.mark.slow

SHOWN = "[...document.querySelectorAll('.list')].filter(one => getComputedStyle(one).display !== 'none').map(one => one.id)"


@pytest.fixture(scope="module")
def address(results: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("laporan") / "r.html"
    write_report(results["jsonl"], path)
    return path.as_uri()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open the page in a window of its own; at the end, nothing but its file has been asked for and no error told."""
    windows: list[Any] = []
    asked: list[str] = []
    told: list[str] = []

    def run(**options: Any) -> Any:
        page = browser.new_context(**options).new_page()
        windows.append(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(address)
        return page

    yield run
    for page in windows:
        page.context.close()
    assert {url.partition("#")[0] for url in asked} == {address}
    assert told == []


def test_a_number_opens_its_list_and_escape_goes_back(opened: Callable[..., Any]) -> None:
    page = opened()
    assert page.evaluate(SHOWN) == []
    number = page.locator("[aria-labelledby=officials] tbody a").first
    place = number.get_attribute("href")[1:]
    number.click()
    assert page.evaluate(SHOWN) == [place]
    assert page.evaluate("document.activeElement.id") == place
    assert page.locator(f"#{place} li").count() == int(number.text_content())
    before = page.evaluate("scrollY")
    page.keyboard.press("Escape")
    assert page.evaluate(SHOWN) == []
    assert page.evaluate("document.activeElement.id") == number.get_attribute("id")
    assert page.evaluate("scrollY") == before


def test_a_mark_of_a_plot_opens_the_same_list(opened: Callable[..., Any]) -> None:
    page = opened()
    mark = page.locator("[aria-labelledby=provinces] svg a").first
    place = mark.get_attribute("href")[1:]
    mark.click()
    assert page.evaluate(SHOWN) == [place]
    assert page.locator(f"#{place} h2").text_content().startswith("Venues: ")
    page.locator(f"#{place} .close").click()
    assert page.evaluate(SHOWN) == []
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"#{place}"


def test_the_keyboard_reaches_everything(opened: Callable[..., Any]) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(2):  # the plot's own scroll region, then its first bar
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('svg a')")
    place = page.evaluate("document.activeElement.getAttribute('href')")[1:]
    page.keyboard.press("Enter")
    assert page.evaluate(SHOWN) == [place]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('svg a')")
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Callable[..., Any], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra [browser]").Axe()
    # axe is put into the page by the driver, past the page's policy, which would refuse it.
    page = opened(color_scheme=scheme, bypass_csp=True)
    for unfold in (False, True):
        if unfold:
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            page.locator("[aria-labelledby=officials] tbody a").first.click()
        found = axe.run(page).response["violations"]
        assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found] == []


def test_plots_are_drawn_in_the_colours_of_the_scheme(opened: Callable[..., Any]) -> None:
    colours = [
        opened(color_scheme=scheme).evaluate(
            "[...document.querySelectorAll('[aria-labelledby=time] svg a path')].map(one => getComputedStyle(one).fill)"
        )
        for scheme in ("light", "dark")
    ]
    assert all(colours)
    assert set(colours[0]).isdisjoint(colours[1])
    assert "none" not in colours[0] + colours[1]


def test_a_narrow_window_and_paper_show_everything(opened: Callable[..., Any]) -> None:
    page = opened(viewport={"width": 340, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 340
    # Whole labels: nothing of a plot lies beyond its edges.
    beyond = page.evaluate(
        """[...document.querySelectorAll("svg text")].filter(one => {
          const [inner, outer] = [one.getBoundingClientRect(), one.closest("svg").getBoundingClientRect()];
          return inner.left < outer.left - 1 || inner.right > outer.right + 1;
        }).map(one => one.textContent)"""
    )
    assert beyond == []
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    assert page.pdf().startswith(b"%PDF")
