"""Annotated articles: reading and writing the inline format, checking, counting and splitting a corpus."""
