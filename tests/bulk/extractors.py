"""What tests give to worker processes in place of the model; workers import this module by its name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from kpu_nlp.errors import InputError, ModelError
from kpu_nlp.schema import Article, Entity, Extraction, ModelInfo


def quick(article: Article) -> Extraction:
    """Extract the first word; fail where the text says ``gagal`` or ``tolak``."""
    if "gagal" in article.text:
        raise ValueError("dua baris\nsebab \ud800")
    if "tolak" in article.text:
        raise InputError("ditolak")
    word = article.text.split()[0]
    start = article.text.index(word)
    entity = Entity(start=start, end=start + len(word), text=word, label="PERSON", score=0.5)
    return Extraction(article=article, entities=(entity,), model=ModelInfo(name="semu", version="0"))


def slow(article: Article) -> Extraction:
    time.sleep(0.02)  # seconds
    return quick(article)


def deadly(article: Article) -> Extraction:
    """Kill the worker where the text says ``mati``; where it says ``sekali PATH``, only as long as that file is missing."""
    if "mati" in article.text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "sekali" in article.text:
        mark = Path(article.text.split()[-1])
        if not mark.exists():
            mark.touch()
            os._exit(7)
    return quick(article)


def parricidal(article: Article) -> Extraction:
    """Kill the worker's parent where the text says ``yatim``, and wait to be taken along."""
    if "yatim" in article.text:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return quick(article)


def modelless(article: Article) -> Extraction:
    raise ModelError("modelnya rusak")
