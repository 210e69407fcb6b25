"""Checking annotated articles against the guidelines: every slip with its file and line.

`check_header` and `check_body` find the slips; here they get their place in the file, and files are compared with one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kpu_nlp.annotation.check_body import body_findings
from kpu_nlp.annotation.check_header import header_findings
from kpu_nlp.annotation.facts import HeaderError, load_header
from kpu_nlp.annotation.inline import HEADER, mask_references, parse_body
from kpu_nlp.annotation.packaged import articles_folder
from kpu_nlp.errors import AnnotationError
from kpu_nlp.labels import LABEL_NAMES

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, order=True)
class Slip:
    """Something in an annotated article that does not follow the guidelines.

    Attributes:
        path: the file.
        line: its line, counted from 1.
        message: what is wrong there.
    """

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class CheckedArticle:
    """What a check found in one file.

    Attributes:
        path: the file.
        article_id: the id in its header, None where it cannot be read.
        spans: how many spans it marks.
        slips: what is wrong, by line.
    """

    path: Path
    article_id: str | None
    spans: int
    slips: tuple[Slip, ...]


def check_article(path: Path, *, labels: Iterable[str] = ()) -> list[Slip]:
    """Check one annotated article.

    Args:
        path: the file.
        labels: label names that may occur besides those of the guidelines.

    Returns:
        The slips by line; an empty list for an article that follows the guidelines.

    Raises:
        AnnotationError: the file cannot be opened.
    """
    return list(_checked(path, frozenset(LABEL_NAMES).union(labels)).slips)


def check_articles(paths: Iterable[Path], *, labels: Iterable[str] = ()) -> list[CheckedArticle]:
    """Check files and folders of annotated articles, each by itself and for ids that stand in more than one file.

    Args:
        paths: files, folders of ``*.txt`` files, or corpora (folders with a folder ``articles``).
        labels: label names that may occur besides those of the guidelines.

    Raises:
        AnnotationError: a path does not exist, cannot be opened, or is a folder without articles.
    """
    known = frozenset(LABEL_NAMES).union(labels)
    checked: list[CheckedArticle] = []
    first: dict[str, Path] = {}
    for path in find_articles(paths):
        article = _checked(path, known)
        if article.article_id is not None:
            before = first.setdefault(article.article_id, path)
            if before != path:
                line = _id_line(path)
                slip = Slip(path, line, f"id {article.article_id!r} is also the id of {before}")
                article = CheckedArticle(path, article.article_id, article.spans, tuple(sorted((*article.slips, slip))))
        checked.append(article)
    return checked


def find_articles(paths: Iterable[Path]) -> list[Path]:
    """Return the files that ``paths`` stand for, each once, those of a folder sorted by name.

    Raises:
        AnnotationError: a path does not exist, or is a folder without articles.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            if not path.exists():
                raise AnnotationError(f"{path}: no such file or folder")
            found[path] = None
            continue
        articles = sorted(articles_folder(path).glob("*.txt"))
        if not articles:
            raise AnnotationError(f"{path}: no annotated article (*.txt) in this folder")
        found |= dict.fromkeys(articles)
    return list(found)


def _checked(path: Path, labels: frozenset[str]) -> CheckedArticle:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read: {error.strerror}") from error
    return check_content(path, content, labels=labels)


def check_content(path: Path, content: bytes, *, labels: Iterable[str] = ()) -> CheckedArticle:
    """Check what stands in a file, or is to stand there.

    Args:
        path: the file, which is not opened; its stem is what the id must be.
        content: what it holds.
        labels: label names that may occur besides those of the guidelines.
    """
    known = frozenset(LABEL_NAMES).union(labels)
    try:
        raw = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return CheckedArticle(
            path, None, 0, (Slip(path, line, f"not UTF-8: byte 0x{content[error.start]:02x}; save it as UTF-8"),)
        )
    slips = [Slip(path, line, message) for line, message in _encoding_findings(raw)]
    raw = raw.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    match = HEADER.match(raw)
    if match is None:
        problem = (
            "the header is not closed by a '---' line"
            if raw.startswith("---\n")
            else "no YAML header between two '---' lines at the top"
        )
        return CheckedArticle(path, None, 0, tuple(sorted([*slips, Slip(path, 1, problem)])))
    header, body = match.group(1), raw[match.end() :]
    # The text begins at the first line that is not empty; markup has no line ends, so that lines of text and file agree.
    lead = len(body) - len(body.lstrip("\n"))
    first_line = raw.count("\n", 0, match.end()) + lead + 1
    text, spans = parse_body(body.strip("\n"))
    written, _ = parse_body(mask_references(body.strip("\n")))
    slips += [
        Slip(path, first_line + written.count("\n", 0, offset), message)
        for offset, message in body_findings(text, spans, known, written=written)
    ]
    article_id: str | None = None
    try:
        slips += [Slip(path, line, message) for line, message in header_findings(header, path.stem, text, spans)]
        article_id = str(load_header(header).get("id") or "") or None
    except HeaderError as error:
        slips.append(Slip(path, error.line, f"header: {error.problem}"))
    return CheckedArticle(path, article_id, len(spans), tuple(sorted(slips)))


def _encoding_findings(raw: str) -> Iterator[tuple[int, str]]:
    if raw.startswith(_BOM):
        yield 1, "byte order mark at the top; save it as UTF-8 without one"
    at = raw.find("\r")
    if at >= 0:
        yield raw.count("\n", 0, at) + 1, "carriage return; end lines with a newline alone (LF)"


def _id_line(path: Path) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith("id:")), 1)
