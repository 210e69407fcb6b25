"""The server of a review, a process as a user starts it: who is answered, who is not, and what an answer carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kpu_nlp.annotation.inline import parse_inline

STORY = "🙂 KPU Kota Batu Gelar Rapat\r\nBatu - Ketua KPU Kota Batu, Rina Wulandari, memimpin rapat.\n"


@pytest.fixture(scope="module")
def server(start_review: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("review")
    for name in ("rapat", "a b#1"):
        (folder / f"{name}.txt").write_text(STORY, encoding="utf-8", newline="")
    running = start_review(folder / "rapat.txt", folder / "a b#1.txt", "--output", folder / "out")
    yield running
    running.stop()


def test_the_page_and_its_files(server: Any) -> None:
    status, page, headers = server.ask("")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert not any(name.lower().startswith("access-control") for name in headers)
    for name in (
        "base.css",
        "review.css",
        "review.js",
        "text-annotator.js",
        "api.js",
        "edges.js",
        "facts.js",
        "lists.js",
        "text.js",
    ):
        status, content, headers = server.ask(f"static/{name}")
        assert (status, len(content) > 100) == (200, True), name
    for name in ("../session.py", "..%2fsession.py", "nothing.js", "vendor/LICENSES.txt"):
        assert server.ask(f"static/{name}")[0] == 404
    assert "http:" not in page
    assert "https:" not in page


@pytest.mark.parametrize("path", ["/", "/session", "/articles", "/x/", "/x/session", "/static/review.js", ""])
def test_without_the_token_there_is_nothing(server: Any, path: str) -> None:
    if not path:
        path = server.path[:-1]  # the token, but no address below it
    status, answer, headers = server.ask(path)
    assert status == 404
    assert answer == "not found; open the address that kpu-nlp review printed\n"
    assert headers["cache-control"] == "no-store"
    wrong = server.path[:-2] + ("A" if server.path[-2] != "A" else "B") + "/"
    assert server.ask(wrong + "articles")[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:1"},
        {"Host": None},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=lambda headers: " ".join(map(str, next(iter(headers.items())))),
)
def test_other_hosts_and_origins_are_refused(server: Any, headers: dict[str, Any]) -> None:
    status, answer, told = server.ask("articles", headers=headers)
    assert status in (400, 403)
    assert "rapat" not in str(answer)
    assert not any(name.lower().startswith("access-control") for name in told)
    document = server.open("rapat")
    body = {"version": document["version"], "accepted": True}
    assert server.ask("articles/rapat/accept", "POST", body, headers=headers)[0] in (400, 403)
    assert server.open("rapat")["state"] == "to do"


def test_a_change_needs_its_origin_and_json(server: Any) -> None:
    body = {"version": server.open("rapat")["version"], "accepted": True}
    assert server.ask("articles/rapat/accept", "POST", body, headers={"Origin": None})[0] == 403
    assert server.ask("articles/rapat/accept", "POST", body, headers={"Content-Type": "text/plain"})[0] == 415
    assert server.ask("articles/rapat/accept", "POST", {"version": 1})[0] == 422
    assert server.ask("articles/rapat", "DELETE", {})[0] == 405
    assert server.ask("articles/lain", "PUT", {"version": "", "spans": [], "facts": {}})[0] == 404
    assert server.open("rapat")["state"] == "to do"


def test_offsets_of_the_page_become_spans_of_the_file(serve: Callable[..., Any], tmp_path: Path) -> None:
    article = tmp_path / "rapat.txt"
    article.write_text(STORY, encoding="utf-8", newline="")
    server = serve(article, "--output", tmp_path / "out")
    document = server.open("rapat")
    assert document["text"] == STORY
    place = STORY.index("memimpin") + 1  # the emoji is two code units
    document["spans"].append({"start": place, "end": place + 8, "label": "EVENT"})
    status, after = server.save(document)
    assert (status, after["state"]) == (200, "changed")
    written = parse_inline((tmp_path / "out" / "rapat.txt").read_text(encoding="utf-8"))
    assert "memimpin" in [span.of(written.text) for span in written.spans]
    # A second save from the first version is told what stands, and changes nothing.
    status, told = server.save(document)
    assert (status, told["document"]["version"]) == (409, after["version"])
    assert "not saved" in told["problem"]
    document["version"] = after["version"]
    document["spans"] = [{"start": 0, "end": 1, "label": "EVENT"}]
    status, told = server.save(document)
    assert (status, told["problem"]) == (422, "span 0-1 (EVENT) lies outside the text or inside a character")
    code, out, err = server.stop()
    assert (code, out) == (0, f"{tmp_path / 'out'}: 0 accepted, 1 changed, 0 to do\n")
    assert err == "Ctrl-C ends the review; every change is saved at once\n"


def test_an_id_with_odd_letters(server: Any) -> None:
    assert server.open("a-b#1")["text"] == STORY
