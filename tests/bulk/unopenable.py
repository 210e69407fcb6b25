"""Ends every worker process that imports it, as a worker ends that finds no memory for its model."""

from __future__ import annotations

import multiprocessing
import os

from kpu_nlp.schema import Article, Extraction

if multiprocessing.current_process().name != "MainProcess":
    os._exit(3)


def extract(article: Article) -> Extraction:
    raise NotImplementedError
