"""The token classifier: a text in, labelled spans with confidence out."""
