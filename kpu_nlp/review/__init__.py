"""Reviewing what the model marked: articles, the folder of their corrected versions, and a page for a browser."""
