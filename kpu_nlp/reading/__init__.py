"""Read articles: files, standard input, web pages, and whole archives (`kpu_nlp.reading.records`)."""

from kpu_nlp.reading.article import MAX_BYTES, article_from_text, parse_published, read_article

__all__ = ["MAX_BYTES", "article_from_text", "parse_published", "read_article"]
