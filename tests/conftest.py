"""What tests of several layers share: the shipped model, its tokenizer, and the articles to develop on."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from tokenizers import Tokenizer

from kpu_nlp.annotation.inline import AnnotatedArticle, parse_inline
from kpu_nlp.annotation.packaged import packaged_corpus
from kpu_nlp.annotation.splits import split_of
from kpu_nlp.tagging.encoding import open_tokenizer
from kpu_nlp.tagging.models import open_tagger
from kpu_nlp.tagging.models import shipped_model as find_shipped_model
from kpu_nlp.tagging.tagger import Tagger

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How long one example takes says more of the machine than of the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def shipped_model() -> Path:
    """The folder of the shipped model; a checkout without it fails every test that needs it."""
    return find_shipped_model()


@pytest.fixture(scope="session")
def tokenizer(shipped_model: Path) -> Tokenizer:
    return open_tokenizer(shipped_model / "tokenizer.json")


@pytest.fixture(scope="session")
def shipped_tagger(shipped_model: Path) -> Tagger:
    # Threads that wait for one another are slow where other tests want the same cores.
    return open_tagger(shipped_model, device="cpu", threads=1)[0]


def _paths(split: str) -> list[Path]:
    return [path for path in sorted((packaged_corpus() / "articles").glob("*.txt")) if split_of(path.stem) == split]


def _read(paths: Iterable[Path]) -> list[AnnotatedArticle]:
    return [parse_inline(path.read_text(encoding="utf-8")) for path in paths]


@pytest.fixture(scope="session")
def train_articles() -> Sequence[AnnotatedArticle]:
    """The articles that the model is trained on."""
    return _read(_paths("train"))


@pytest.fixture(scope="session")
def dev_articles() -> Sequence[AnnotatedArticle]:
    """The articles that the best epoch is chosen on."""
    return _read(_paths("dev"))


@pytest.fixture(scope="session")
def few_articles() -> Sequence[AnnotatedArticle]:
    """Two training articles of each series."""
    by_series: dict[str, list[Path]] = {}
    for path in _paths("train"):
        by_series.setdefault(path.stem.partition("-")[0], []).append(path)
    return _read(path for paths in by_series.values() for path in paths[:2])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium without a window; tests that need it are skipped where it, or what drives it, is not installed."""
    driver = pytest.importorskip("playwright.sync_api", reason="needs the extra [browser]")
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("needs a browser: apt-get install chromium")
    # As root, as in a container, Chromium starts only without its sandbox; nothing but pages of our own is opened in it.
    with driver.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()
