"""Take the README's pictures of the pages anew: ``python docs/screenshots.py``.

Needs the extra ``[browser]`` and Chromium (``apt-get install chromium``). The pages are made by the commands themselves of a
sample article; what fonts the machine has decides how they look.
"""

from __future__ import annotations

import shutil
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
    """Write show.png."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        raise click.ClickException("no browser; install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        # Grey edges of letters instead of coloured ones: half the bytes, and they look the same everywhere.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"]
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        picture = output / "show.png"
        picture.write_bytes(_show(browser, Path(folder)))
        browser.close()
    size = picture.stat().st_size
    click.echo(f"{picture}: {size / 1000:.0f} kB")
    if size > MAX_BYTES:
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


if __name__ == "__main__":
    main()
