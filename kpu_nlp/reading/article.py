"""Read one article: a text file, standard input, an HTML page, or an address on the web."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown, too_large
from kpu_nlp.reading.decoding import decode
from kpu_nlp.schema import Article

# Bytes. The longest development article has about 4 kB; so much more is a mistake, unless forced.
MAX_BYTES = 10_000_000

# Characters. A first line longer than this is a paragraph; the longest development headline has 155.
MAX_TITLE = 300

_ID_DIGITS = 12
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def read_article(source: str, *, published: str | None = None, max_bytes: int = MAX_BYTES, force: bool = False) -> Article:
    """Read an article.

    Text is decoded by its byte order mark, else as UTF-8, else as Windows-1252, and is not changed in any other way: offsets
    count the characters of the file, line ends included. HTML (by suffix, content type or first tag) gives the title, a line
    feed, and one paragraph a line.

    Args:
        source: a path, ``-`` for standard input, or an http(s) address.
        published: ISO date of publication; goes before the one found in a page.
        max_bytes: the largest size that is read.
        force: read a larger one too.

    Raises:
        InputError: the source is missing, unreadable, empty, binary, too large, or a page without an article.
    """
    day = parse_published(published) if published is not None else None
    limit = None if force else max_bytes
    if source == "-":
        return article_from_bytes(read_standard_input(limit), source, article_id=None, published=day, force=force)
    scheme = _SCHEME.match(source)
    if scheme:
        return _from_web(source, scheme.group(1), day, limit)
    path = Path(source)
    html = path.suffix.lower() in HTML_SUFFIXES
    return article_from_bytes(
        read_file(path, limit), source, article_id=shown(path.stem), published=day, html=html, force=force
    )


def article_from_text(
    text: str,
    *,
    id: str | None = None,  # noqa: A002 - the contract's own key
    source: str | None = None,
    published: str | None = None,
    title: str | None = None,
    outlet: str | None = None,
) -> Article:
    """Make an article of a text, which is kept unchanged.

    Args:
        text: the whole article, title line included.
        id: by default the first 12 digits of the text's SHA-256.
        source: where it comes from, as the user names it.
        published: ISO date of publication.
        title: by default the first line that is not blank; none where that is the text's only line, or is longer than
            `MAX_TITLE` characters, because then it is a paragraph.
        outlet: the publishing site.

    Raises:
        InputError: the text is empty, blank, or no valid Unicode, or ``published`` is no ISO date.
    """
    name = shown(source) if source else "text"
    if _is_blank(text):
        raise InputError(f"{name}: empty; there is no article in it")
    try:
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: half of a surrogate pair at character {error.start}; read the file as UTF-8") from error
    return Article(
        id=digest[:_ID_DIGITS] if id is None else id,
        source=source if source is None else shown(source),
        sha256=digest,
        title=_first_line(text) if title is None else title,
        outlet=outlet,
        published=parse_published(published) if published is not None else None,
        text=text,
    )


def parse_published(value: str) -> str:
    """Return the date of an ISO date, or of an ISO date and time as its own clock tells it.

    Raises:
        InputError: it is neither.
    """
    written = value.strip()
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            parsed = parse(written)
        except ValueError:
            continue
        return parsed.date().isoformat() if isinstance(parsed, datetime) else parsed.isoformat()
    raise InputError(f"published: {shown(value)[:40]!r} is not an ISO date; write it like 2022-07-22")


def _first_line(text: str) -> str | None:
    lines = (line.strip() for line in text.splitlines())
    first = next(filter(None, lines), None)
    if first is None or len(first) > MAX_TITLE:
        return None
    return first if any(lines) else None


def _is_blank(text: str) -> bool:
    # Zero-width characters (category Cf) are as empty as spaces.
    return all(character.isspace() or unicodedata.category(character) == "Cf" for character in text)


def article_from_bytes(
    raw: bytes,
    source: str,
    *,
    article_id: str | None,
    published: str | None,
    html: bool = False,
    charset: str | None = None,
    url: str | None = None,
    force: bool = False,
) -> Article:
    """Make an article of the content of a file or page, decoded and read as `read_article` does.

    Args:
        raw: the content.
        source: where it comes from, as the user names it.
        article_id: by default the first 12 digits of the text's SHA-256.
        published: ISO date of publication; goes before the one found in a page.
        html: it is HTML; by default where it begins like it.
        charset: the encoding that a server declares.
        url: the page's address, where it was fetched.
        force: take a page of any number of tags.

    Raises:
        InputError: it is empty, binary, or a page without an article.
    """
    name = "standard input" if source == "-" else shown(source)
    html = html or _HTML_START.match(raw[:4096]) is not None
    if html:
        # Imported here: a plain text needs none of it.
        from kpu_nlp.reading.page import declared_charset, read_page  # noqa: PLC0415

        page = read_page(decode(raw, name, charset=charset or declared_charset(raw)), name, url=url, force=force)
        return article_from_text(
            page.text, id=article_id, source=source, published=published or page.published, title=page.title, outlet=page.outlet
        )
    text = decode(raw, name, charset=charset)
    if _is_blank(text):
        raise InputError(f"{name}: empty; there is no article in it")
    return article_from_text(text, id=article_id, source=source, published=published, outlet=_host(url))


def _from_web(source: str, scheme: str, published: str | None, limit: int | None) -> Article:
    if scheme.lower() not in ("http", "https"):
        raise InputError(
            f"{shown(source)}: {scheme} addresses are not read; give an http or https address, or save the file first"
        )
    from kpu_nlp.reading.web import fetch  # noqa: PLC0415 - urllib is slow to import, and files need none of it

    response = fetch(source, max_bytes=limit)
    html = response.content_type in _HTML_TYPES
    return article_from_bytes(
        response.body,
        source,
        article_id=None,
        published=published,
        html=html,
        charset=response.charset,
        url=response.url,
        force=limit is None,
    )


def _host(url: str | None) -> str | None:
    if url is None:
        return None
    from urllib.parse import urlsplit  # noqa: PLC0415

    return (urlsplit(url).hostname or "").removeprefix("www.") or None


def read_standard_input(limit: int | None) -> bytes:
    """Read standard input to its end, at most as many bytes as the limit says.

    Raises:
        InputError: it is closed, cannot be read, or has more bytes.
    """
    if sys.stdin is None:
        raise InputError("standard input: closed; name a file instead of '-'")
    try:
        return read_limited(sys.stdin.buffer, "standard input", limit)
    except OSError as error:
        raise InputError(f"standard input: {error.strerror or error}; name a file instead of '-'") from error


def read_file(path: Path, limit: int | None) -> bytes:
    """Read the file of one article, at most as many bytes as the limit says.

    Raises:
        InputError: it is missing, a folder, cannot be read, or has more bytes.
    """
    name = shown(str(path))
    try:
        with path.open("rb") as file:
            return read_limited(file, name, limit)
    except FileNotFoundError as error:
        raise InputError(f"{name}: no such file; check the path") from error
    except IsADirectoryError as error:
        raise InputError(f"{name}: a folder, not an article; name one file, or read the whole folder in a bulk job") from error
    except PermissionError as error:
        raise InputError(f"{name}: permission denied; ask the owner for the right to read it") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise InputError(f"{name}: {getattr(error, 'strerror', None) or error}; check the path") from error


def read_limited(file: BinaryIO, name: str, limit: int | None) -> bytes:
    """Read a file to its end.

    Raises:
        InputError: it has more bytes than the limit.
    """
    if limit is None:
        return file.read()
    # One byte more than allowed tells a file that is too large, whatever its size; a pipe or device has none to ask for.
    raw = file.read(limit + 1)
    if len(raw) > limit:
        raise InputError(too_large(name, limit))
    return raw
