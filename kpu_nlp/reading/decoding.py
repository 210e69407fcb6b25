"""From bytes to text: byte order mark, UTF-8, Windows-1252, and the signs that a file is no text at all."""

from __future__ import annotations

import codecs
import re

from kpu_nlp.errors import InputError

# UTF-32 is left out on purpose: nobody publishes in it, and its marks begin like those of UTF-16, whose NULs give it away.
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# The first bytes of the files that people hand over by mistake for their text.
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a Word, Excel or ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"{\\rtf", "a Rich Text file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
# Control characters with no place in text; tab, line ends, vertical tab and form feed have one.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.01

# Of the declared encodings only those that Indonesian sites use, and their kin, are believed: Python knows many that are none
# (punycode, unicode_escape), and UTF-16 without a mark is a false claim (as the HTML standard has it, section 13.2.3.3).
_DECLARABLE = re.compile(r"cp125[0-8]|iso8859-[0-9]{1,2}")
# As every browser reads it: a page that claims Latin-1 or ASCII is Windows-1252 (WHATWG Encoding Standard, section 4.2).
_WINDOWS_1252_NAMES = frozenset({"iso8859-1", "ascii"})


def decode(raw: bytes, name: str, *, charset: str | None = None) -> str:
    """Turn the bytes of an article into its text; line ends stay as they are, a byte order mark is no part of the text.

    Args:
        raw: the whole file.
        name: how the user knows it, for messages.
        charset: the encoding that a server or page declares; tried before Windows-1252, passed over where it does not fit.

    Raises:
        InputError: the bytes are no text, or are in no encoding that is known here.
    """
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            raise InputError(f"{name}: this is {kind}, not text; save the article as plain text or HTML first")
    text = _decoded(raw, name, charset)
    controls = sum(1 for _ in _CONTROLS.finditer(text))
    if "\0" in text or controls > _MAX_CONTROL_SHARE * len(text):
        raise InputError(f"{name}: this looks like a binary file, not text; save the article as plain text or HTML first")
    return text


def _decoded(raw: bytes, name: str, charset: str | None) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise InputError(f"{name}: broken {encoding.upper()} at byte {error.start}; save the file as UTF-8") from error
    for encoding in _candidates(charset):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name}: neither UTF-8 nor Windows-1252 text; save the file as UTF-8")


def _candidates(charset: str | None) -> tuple[str, ...]:
    """Return the encodings to try: what reads as strict UTF-8 is UTF-8, whatever a server set up long ago claims."""
    try:
        declared = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ("utf-8", "cp1252")
    believed = _DECLARABLE.fullmatch(declared) and declared not in _WINDOWS_1252_NAMES
    return ("utf-8", declared, "cp1252") if believed else ("utf-8", "cp1252")
