"""How the tests of a review run it: as a user does, in a process of its own with the real model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A review that is running: its page's address, and the process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def ask(
        self, path: str, method: str = "GET", body: Any = None, *, headers: dict[str, str | None] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Ask as the page does; ``headers`` changes or (None) leaves out some of those that a browser sends.

        Returns the status, the answer (JSON where it is that) and its headers.
        """
        sent: dict[str, str | None] = {"Host": f"127.0.0.1:{self.port}"}
        if body is not None:
            sent |= {"Origin": self.origin, "Content-Type": "application/json"}
        sent |= headers or {}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest(method, path if path.startswith("/") else self.path + path, skip_host=True)
            content = b"" if body is None else json.dumps(body).encode()
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(content)))
            connection.endheaders(content)
            answer = connection.getresponse()
            raw = answer.read()
            told = dict(answer.getheaders())
        finally:
            connection.close()
        if told.get("content-type", "").startswith("application/json"):
            return answer.status, json.loads(raw), told
        return answer.status, raw.decode(), told

    def open(self, article_id: str) -> dict[str, Any]:
        status, document, _ = self.ask(f"articles/{quote(article_id)}")
        assert status == 200, document
        return document

    def save(self, document: dict[str, Any]) -> tuple[int, Any]:
        """Save a document as the page does after a change of it."""
        spans = [{name: span[name] for name in ("start", "end", "label")} for span in document["spans"]]
        body = {"version": document["version"], "spans": spans, "facts": document["facts"]}
        status, answer, _ = self.ask(f"articles/{quote(document['id'])}", "PUT", body)
        return status, answer

    def stop(self) -> tuple[int, str, str]:
        """Interrupt it as Ctrl-C does; gives the exit code, and what it wrote after the address."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


Serve = Callable[..., Server]


def start(*arguments: Any) -> Server:
    kept = {name: value for name, value in os.environ.items() if name != "KPU_NLP_MODEL"}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from kpu_nlp.cli import main; main(prog_name='kpu-nlp')",
            "review",
            *map(str, arguments),
            "--no-browser",
            "--device",
            "cpu",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**kept, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    if not url:
        raise AssertionError(process.communicate()[1])
    return Server(url, process)


@pytest.fixture(scope="session")
def start_review(shipped_model: Path) -> Serve:
    """Start a review that the caller ends."""
    return start


@pytest.fixture
def serve(shipped_model: Path) -> Iterator[Serve]:
    """Start a review: ``serve(articles, "--output", folder)``; whatever still runs at the end is ended."""
    running: list[Server] = []

    def run(*arguments: Any) -> Server:
        server = start(*arguments)
        running.append(server)
        return server

    yield run
    for server in running:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()
