"""Take the README's pictures of the pages anew: ``python docs/screenshots.py``.

Needs the extra ``[browser]`` and Chromium (``apt-get install chromium``). The pages are made by the commands themselves of a
sample article; what fonts the machine has decides how they look.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "corpus" / "samples" / "konsolidasi-kaltim.txt"
SIZE = {"width": 1040, "height": 560}
MAX_BYTES = 150_000


@click.command()
@click.option(
    "--output",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(__file__).parent,
    show_default=True,
    help="Folder of the pictures",
)
def main(output: Path) -> None:
    """Write show.png, report.png and review.png."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        raise click.ClickException("no browser; install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        # Grey edges of letters instead of coloured ones: half the bytes, and they look the same everywhere.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"]
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        pictures = {
            "show.png": _show(browser, Path(folder)),
            "report.png": _report(browser, Path(folder)),
            "review.png": _review(browser, Path(folder)),
        }
        browser.close()
    for name, content in pictures.items():
        picture = output / name
        picture.write_bytes(content)
        click.echo(f"{picture}: {len(content) / 1000:.0f} kB")
        if len(content) > MAX_BYTES:
            raise click.ClickException(f"{picture}: more than {MAX_BYTES / 1000:.0f} kB; make SIZE smaller")


def _show(browser: Any, folder: Path) -> bytes:
    """Return the picture of an article's page, its event lit up."""
    path = folder / "page.html"
    # The path is given as a user would type it, because the page shows it.
    command = [sys.executable, "cli.py", "show", SAMPLE.relative_to(ROOT), "--output", path]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - this package's own command
    page = browser.new_page(viewport=SIZE, color_scheme="light")
    page.goto(path.as_uri())
    page.hover("#event-1 h3")
    picture: bytes = page.screenshot()
    return picture


def _report(browser: Any, folder: Path) -> bytes:
    """Return the picture of the page about some articles of the corpus, where offices are told apart."""
    from kpu_nlp.annotation.inline import parse_inline  # noqa: PLC0415 - only here

    archive, results, path = folder / "archive.jsonl", folder / "results.jsonl", folder / "report.html"
    chosen = sorted((ROOT / "corpus" / "articles").glob("a-*.txt"))
    rows = [{"id": one.stem, "text": parse_inline(one.read_text(encoding="utf-8")).text} for one in chosen]
    archive.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    for command in (["bulk", archive, "--output", results], ["report", results, "--output", path]):
        # This package's own commands, which say on standard error how far they are.
        subprocess.run([sys.executable, "cli.py", *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    page = browser.new_page(viewport=SIZE, color_scheme="light")
    page.goto(path.as_uri())
    page.evaluate("document.getElementById('offices').scrollIntoView()")
    page.locator("[aria-labelledby=offices] svg a").first.click()
    picture: bytes = page.screenshot()
    return picture


def _review(browser: Any, folder: Path) -> bytes:
    """Return the picture of a review of the sample articles, one of them changed, a span chosen."""
    command = [sys.executable, "cli.py", "review", "corpus/samples", "--output", folder / "reviewed", "--no-browser"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:  # noqa: S603
        try:
            if server.stdout is None:
                raise TypeError("the address is printed there")
            page = browser.new_page(viewport=SIZE | {"height": 520}, color_scheme="light")
            page.goto(server.stdout.readline().strip())
            page.wait_for_selector(".mark")
            page.focus("#pane")
            for key in ("ArrowDown", "ArrowDown", "Delete"):
                page.keyboard.press(key)
            page.get_by_text("All changes saved").wait_for()
            page.keyboard.press("Control+z")
            for _ in range(12):
                page.keyboard.press("ArrowDown")
            page.get_by_text("All changes saved").wait_for()
            page.wait_for_timeout(500)  # the marks are drawn after that
            picture: bytes = page.screenshot()
        finally:
            server.send_signal(signal.SIGINT)
    return picture


if __name__ == "__main__":
    main()
