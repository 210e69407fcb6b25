from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from kpu_nlp.errors import InputError
from kpu_nlp.reading import read_article
from kpu_nlp.reading.web import fetch

TEXT = "Judul\r\nKetua KPU Arunika membuka rakor – “solid”."
PAGE = (
    '<html><head><title>Rakor Logistik Digelar</title><meta property="article:published_time" content="2023-03-14"></head>'
    "<body><article><h1>Rakor Logistik Digelar</h1>"
    "<p>Ketua KPU Arunika, Sutarno Wibawa, membuka rakor – logistik di sana.</p></article>"
)


class Handler(BaseHTTPRequestHandler):
    """Answers by path; the table is (status, headers, body)."""

    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {
        "/text": (200, {"Content-Type": "text/plain; charset=utf-8"}, TEXT.encode()),
        "/windows": (200, {"Content-Type": "text/plain; charset=iso-8859-1"}, TEXT.encode("cp1252")),
        "/central": (200, {"Content-Type": "text/plain; charset=iso-8859-2"}, "Judul\nŽ".encode("iso-8859-2")),
        "/untyped": (200, {}, TEXT.encode()),
        "/page": (200, {"Content-Type": "text/html; charset=windows-1252"}, PAGE.encode("cp1252")),
        "/mislabelled": (200, {"Content-Type": "text/plain"}, PAGE.encode()),
        "/a%20b?x=%C3%A9%20y": (200, {"Content-Type": "text/plain"}, TEXT.encode()),
        "/missing": (404, {}, b"x"),
        "/broken": (500, {}, b"x"),
        "/nothing": (204, {}, b""),
        "/pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7"),
        "/packed": (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, b"\x1f\x8b"),
        "/empty": (200, {"Content-Type": "text/plain"}, b""),
        "/large": (200, {"Content-Type": "text/plain"}, b"a b\n" * 500),
        "/cut": (200, {"Content-Type": "text/plain", "Content-Length": "1000"}, b"Judul\nIsi"),
        "/moved": (302, {"Location": "/page"}, b""),
        "/loop": (302, {"Location": "/loop"}, b""),
        "/to-file": (302, {"Location": "file:///etc/hostname"}, b""),
        "/to-ftp": (301, {"Location": "ftp://127.0.0.1/a"}, b""),
    }
    agents: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.agents.append(self.headers.get("User-Agent"))
        if self.path == "/silent":
            time.sleep(1)
            return
        if self.path == "/drip":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"a")
                time.sleep(0.05)
            return
        status, headers, body = self.answers[self.path]
        self.send_response(status)
        for key, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what the tests are about."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.mark.parametrize("path", ["/text", "/windows", "/untyped", "/a b?x=é y"])
def test_a_text_is_read_as_it_was_sent(server: str, path: str) -> None:
    article = read_article(server + path, published="2022-07-22")
    assert article.text == TEXT
    assert article.id == hashlib.sha256(TEXT.encode()).hexdigest()[:12]
    assert (article.source, article.outlet, article.published) == (server + path, "127.0.0.1", "2022-07-22")


def test_the_charset_of_the_answer_counts(server: str) -> None:
    assert read_article(server + "/central").text == "Judul\nŽ"


@pytest.mark.parametrize("path", ["/page", "/mislabelled", "/moved"])
def test_a_page_is_read_for_its_article(server: str, path: str) -> None:
    article = read_article(server + path)
    assert article.text == "Rakor Logistik Digelar\nKetua KPU Arunika, Sutarno Wibawa, membuka rakor – logistik di sana."
    assert (article.title, article.published, article.outlet) == ("Rakor Logistik Digelar", "2023-03-14", "127.0.0.1")


def test_a_given_date_goes_before_the_page_s(server: str) -> None:
    assert read_article(server + "/page", published="2022-07-22").published == "2022-07-22"


def test_the_program_names_itself(server: str) -> None:
    Handler.agents.clear()
    read_article(server + "/text")
    assert [agent and agent.partition("/")[0] for agent in Handler.agents] == ["kpu-nlp"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/missing", "the server answered 404 Not Found"),
        ("/broken", "the server answered 500"),
        ("/nothing", "the server answered 204 without an article"),
        ("/pdf", "the server sent application/pdf"),
        ("/packed", "gzip-packed"),
        ("/empty", "empty"),
        ("/cut", "broke off before the end"),
        ("/loop", "302"),
        ("/to-file", "file:///etc/hostname"),
        ("/to-ftp", "redirects to ftp://127.0.0.1/a"),
    ],
)
def test_an_answer_without_an_article_is_named(server: str, path: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_article(server + path)
    assert str(caught.value).startswith(f"{server}{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/",
        "http://",
        "http:///berita",
        "http://[::1/",
        "http://127.0.0.1:pintu/",
        "http://127.0.0.1:99999/",
        "http://a b/",
        "http://" + "a" * 300 + ".invalid.\u00e9/",
        "http://127.0.0.1:1/a\r\nHost: b",
        "http://127.0.0.1:1/\ud800",
    ],
)
def test_an_address_that_leads_nowhere_is_named(address: str) -> None:
    with pytest.raises(InputError, match=r"^http:.*(check the address|network)") as caught:
        read_article(address)
    assert "\n" not in str(caught.value)
    assert str(caught.value).encode()


def test_the_size_limit_holds_while_streaming_and_can_be_forced(server: str) -> None:
    with pytest.raises(InputError, match="--force"):
        read_article(server + "/large", max_bytes=1999)
    assert len(read_article(server + "/large", max_bytes=1999, force=True).text) == 2000


def test_a_silent_server_is_left(server: str) -> None:
    with pytest.raises(InputError, match="takes too long"):
        fetch(server + "/silent", max_bytes=None, timeout=0.1)


def test_a_dripping_server_is_left(server: str) -> None:
    with pytest.raises(InputError, match="takes too long"):
        fetch(server + "/drip", max_bytes=None, max_seconds=0.2)
