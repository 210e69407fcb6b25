"""Patterns and words for `dateline`."""

from __future__ import annotations

# A host name: two labels or more and a top-level domain of Indonesian outlets.
HOST = r"(?:[a-z0-9-]{1,60}\.){1,5}(?:go\.id|or\.id|co\.id|ac\.id|id|com|net|org|info)\b"

# What can stand before the place: a bracket, a bullet, a hashtag of greeting.
LEAD_IN = r"\s*(?:#\w+[\s,:!–—-]*)?[(\[*\s–—-]{0,3}"

# What can stand after the place; the first is a dateline even in a title line.
DATELINE_GAPS = (
    r"[ \t.,]{0,2}(?:[–—_]|-{1,4}(?![^\W_])|-(?=[A-Z]))",
    r"\s?[.;]\s*(?=[^\W_]|[“\"(#])",
    r"\s?,\s*(?=[A-Z0-9“\"#])",
    r"\s?\((?=\d)",
)

# An organisation that directly follows the place, without a mark between them: ``Malang KPU Kota Malang menggelar ...``.
OFFICE_START = r"(?:KPU|KIP|Komisi|Bawaslu)\b"

# One to three capitalised words, as a place's name is printed.
PROPER_WORDS = r"[A-Z][\w'’-]*(?:\s[A-Z][\w'’-]*){0,2}\s?"
# Before a place inside a headline, which is then no dateline.
PREPOSITION = r"\b(?:di|ke|dari|se|untuk|dan|oleh)[\s-]*$"

LOWER_WORDS = frozenset({"dan", "di"})
KEPT_UPPER = frozenset({"DKI", "DKJ", "DIY", "DI", "NTB", "NTT", "NAD", "KBB", "OKU", "OKI", "PALI", "II", "III", "IV", "VI"})
