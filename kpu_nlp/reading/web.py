"""Fetch an article from the web, with the standard library alone, in bounded time and memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from kpu_nlp.errors import InputError
from kpu_nlp.messages import shown, too_large
from kpu_nlp.version import VERSION

# Seconds without an answer, and for the whole answer.
TIMEOUT = 30.0
MAX_SECONDS = 120.0

_CHUNK = 65_536
_TEXT_TYPES = ("text/", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Response:
    """What a server sent.

    Attributes:
        url: the address after redirects.
        content_type: in lower case without parameters; None where the server names none.
        charset: the encoding that the server declares, or None.
        body: the bytes.
    """

    url: str
    content_type: str | None
    charset: str | None
    body: bytes


class _Redirects(HTTPRedirectHandler):
    """Follow redirects to http and https only; the standard handler follows ftp too."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme.lower() not in ("http", "https"):
            raise HTTPError(req.full_url, code, f"and redirects to {newurl}, which is no web page", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(address: str, *, max_bytes: int | None, timeout: float = TIMEOUT, max_seconds: float = MAX_SECONDS) -> Response:
    """Fetch a text or page.

    Args:
        address: an http or https address.
        max_bytes: the largest body that is read; None for any.
        timeout: seconds to wait for an answer or for more of it.
        max_seconds: seconds for the whole answer.

    Raises:
        InputError: the address is malformed or unreachable, the answer is not 200, not text, too large or too slow.
    """
    name = shown(address)
    deadline = time.monotonic() + max_seconds
    try:
        # The address is http or https: the opener has no handler for anything else.
        request = Request(  # noqa: S310
            _encoded(address),
            headers={"User-Agent": f"kpu-nlp/{VERSION}", "Accept": "text/html, text/plain;q=0.9, text/*;q=0.8"},
        )
        request.add_header("Accept-Encoding", "identity")
        with _opener().open(request, timeout=timeout) as response:
            _check(response, name)
            body = _read(response, name, max_bytes, deadline)
            charset = response.headers.get_content_charset()
            return Response(response.url, _content_type(response.headers), charset, body)
    except HTTPError as error:
        error.close()
        raise InputError(f"{name}: the server answered {error.code} {shown(str(error.reason))}; check the address") from error
    except TimeoutError as error:
        raise InputError(_too_slow(name)) from error
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise InputError(_too_slow(name)) from error
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise InputError(f"{name}: cannot be reached ({shown(str(reason))}); check the address and the network") from error
    except (HTTPException, OSError, ValueError) as error:
        detail = shown(str(error)) or type(error).__name__
        raise InputError(f"{name}: cannot be read from the web ({detail}); check the address") from error


def _opener() -> OpenerDirector:
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        _Redirects(),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _encoded(address: str) -> str:
    """Return the address in ASCII, as it goes over the wire; what is escaped already stays."""
    parts = urlsplit(address)
    if not parts.hostname:
        raise ValueError("there is no host in it")
    netloc = parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _check(response: HTTPResponse, name: str) -> None:
    if response.status != 200:
        raise InputError(f"{name}: the server answered {response.status} without an article; check the address")
    content_type = _content_type(response.headers)
    if content_type is not None and not content_type.startswith(_TEXT_TYPES):
        raise InputError(f"{name}: the server sent {shown(content_type)}, not text; give the address of the article's page")
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise InputError(f"{name}: the server sent {shown(encoding)}-packed data unasked; save the page and read the file")


def _content_type(headers: Message) -> str | None:
    # Message.get_content_type invents text/plain where the header is missing.
    return headers.get_content_type() if headers.get("Content-Type") else None


def _read(response: HTTPResponse, name: str, max_bytes: int | None, deadline: float) -> bytes:
    body = bytearray()
    # read1 returns what has arrived: a server that drips a byte at a time cannot get round the deadline.
    while chunk := response.read1(_CHUNK):
        body += chunk
        if max_bytes is not None and len(body) > max_bytes:
            raise InputError(too_large(name, max_bytes))
        if time.monotonic() > deadline:
            raise InputError(_too_slow(name))
    if response.length:
        raise InputError(f"{name}: the connection broke off before the end; try again")
    return bytes(body)


def _too_slow(name: str) -> str:
    return f"{name}: the server takes too long to answer; try again later, or save the page and read the file"
