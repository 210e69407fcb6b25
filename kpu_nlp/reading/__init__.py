"""Read articles: files, standard input, web pages, folders and JSON Lines."""

from kpu_nlp.reading.archive import iter_archive
from kpu_nlp.reading.article import MAX_BYTES, article_from_text, parse_published, read_article
from kpu_nlp.reading.raw import FailedRecord

__all__ = ["MAX_BYTES", "FailedRecord", "article_from_text", "iter_archive", "parse_published", "read_article"]
