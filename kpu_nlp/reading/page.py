"""The article in a web page: its title, its paragraphs, its date and its site; nothing is ever fetched."""

from __future__ import annotations

import copy
import logging
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html
from trafilatura import bare_extraction, extract_metadata, load_html

from kpu_nlp.errors import InputError
from kpu_nlp.reading.page_words import BYLINE_NAMES, DATE_META, MONTHS, TITLE_SEPARATORS

# libxml2 stops at 256 levels and loses the rest without a word, so that a deeper page is refused.
MAX_DEPTH = 250
# Time grows with the square of the attributes of one tag; together these keep the worst page to under ten seconds.
MAX_PARTS = 50_000  # elements and attributes together
MAX_ATTRIBUTES = 200

# An article has a sentence in it; a menu, a login form or an error page has none of this many words.
_MIN_WORDS = 8
_MAX_BYLINE = 200
_DATE = re.compile(
    r"\b(?:(?P<iso_year>[12][0-9]{3})-(?P<iso_month>[0-9]{1,2})-(?P<iso_day>[0-9]{1,2})"
    r"|(?P<day>[0-9]{1,2})(?:\s+(?P<name>[A-Za-z]{3,9})\.?,?\s+|[/-](?P<month>[0-9]{1,2})[/-])(?P<year>[12][0-9]{3}))(?![0-9])"
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)

# Dates after today would be refused by default: the same page must give the same article on any day.
_DATE_SETTINGS: dict[str, Any] = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}

for _logger in ("trafilatura", "htmldate", "charset_normalizer"):
    # Their complaints about a page would go to standard error; ours is the InputError.
    logging.getLogger(_logger).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    Attributes:
        title: the headline, or None.
        text: the headline, a line feed, and one paragraph a line.
        published: ISO date from the page's metadata or the line under the headline, or None.
        outlet: the publishing host, else the site's name, else None.
    """

    title: str | None
    text: str
    published: str | None
    outlet: str | None


def declared_charset(raw: bytes) -> str | None:
    """Return the encoding that a page declares in its first 1024 bytes, as the HTML standard has it."""
    match = _CHARSET.search(raw[:1024])
    return match.group(1).decode("ascii") if match else None


def read_page(html: str, name: str, *, url: str | None = None, force: bool = False) -> Page:
    """Find the article in a page.

    Args:
        html: the page.
        name: how the user knows it, for messages.
        url: the page's address, where it was fetched.
        force: take a page of any number of tags.

    Raises:
        InputError: there is no article in it, or the page is built to break its readers.
    """
    _check_shape(html, name, force=force)
    tree = load_html(html)
    if tree is None:
        raise InputError(_no_article(name))
    metadata = extract_metadata(tree, default_url=url, date_config=dict(_DATE_SETTINGS))
    published = _published(tree, url or metadata.url)
    etree.strip_elements(tree, "noscript", with_tail=False)
    _drop_bylines(tree)
    body = _paragraphs(tree)
    if not body:
        raise InputError(_no_article(name))
    title = _squeezed(metadata.title or "")
    headline = _headline(tree, title, body)
    if _same(body[0], headline):
        body = body[1:]
    return Page(
        title=headline or None,
        text="\n".join([headline, *body] if headline else body),
        published=published,
        outlet=_host(url) or _host(metadata.url) or metadata.sitename or None,
    )


def _no_article(name: str) -> str:
    return f"{name}: no article found in this page; give the article's own page, or save its text as a .txt file"


class _Shape:
    """A parser target that builds nothing and counts: linear in time and memory, whatever the page."""

    def __init__(self) -> None:
        self.parts = 0
        self.depth = 0
        self.deepest = 0
        self.attributes = 0

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        self.parts += 1 + len(attributes)
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        self.attributes = max(self.attributes, len(attributes))

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        """Do nothing; the parser asks for it."""


def _check_shape(html: str, name: str, *, force: bool) -> None:
    shape = _Shape()
    parser = etree.HTMLParser(target=shape, encoding="utf-8")
    try:
        parser.feed(html.encode("utf-8"))
        parser.close()
    except etree.LxmlError as error:
        raise InputError(_no_article(name)) from error
    if shape.deepest > MAX_DEPTH or shape.attributes > MAX_ATTRIBUTES:
        raise InputError(f"{name}: not a sound web page (tags nested or loaded beyond measure); save its text as a .txt file")
    if shape.parts > MAX_PARTS and not force:
        raise InputError(f"{name}: a page of over {MAX_PARTS:,} tags and attributes; split it, or read it anyway with --force")


def _paragraphs(tree: lxml_html.HtmlElement) -> list[str]:
    """Return the article's paragraphs, found the precise way, else the tolerant one; none where neither finds a sentence."""
    links = {_squeezed(link.text_content()) for link in tree.iter("a")}
    for precise in (True, False):
        document = bare_extraction(
            tree, favor_precision=precise, include_comments=False, include_tables=False, with_metadata=False
        )
        # A dict only with as_dict=True; the annotation of the library allows both.
        text = "" if document is None or isinstance(document, dict) else document.text or ""
        lines = map(_squeezed, text.splitlines())
        found = [line for line in lines if line]
        # A list of headlines, each a link, is no article.
        if any(len(line.split()) >= _MIN_WORDS and line.removeprefix("- ") not in links for line in found):
            return found
    return []


def _squeezed(line: str) -> str:
    return " ".join(line.split())


def _same(line: str, headline: str) -> bool:
    return line.casefold() == headline.casefold()


def _headline(tree: lxml_html.HtmlElement, title: str, body: list[str]) -> str:
    """Return the headline: a heading that the page's title consists of but for the site's name, else the title."""
    element = tree.find(".//title")
    titles = [title, _squeezed(element.text_content()) if element is not None else ""]
    headings = [_squeezed(heading.text_content()) for heading in tree.iter("h1", "h2", "h3")]
    if not title and body[0] in headings:
        return body[0]
    fitting = [heading for heading in [body[0], *headings] if any(_is_part(heading, whole) for whole in titles)]
    return max(fitting, key=len, default=title)


def _is_part(heading: str, whole: str) -> bool:
    """Tell whether a title is the heading and, divided by a mark before or after it, something else."""
    small, large = heading.casefold(), whole.casefold()
    if not small or len(small) >= len(large):
        return False
    after = large.removeprefix(small).lstrip() if large.startswith(small) else ""
    before = large.removesuffix(small).rstrip() if large.endswith(small) else ""
    return after[:1] in set(TITLE_SEPARATORS) or before[-1:] in set(TITLE_SEPARATORS)


def _names(element: lxml_html.HtmlElement) -> set[str]:
    return set(f"{element.get('class', '')} {element.get('itemprop', '')}".lower().split())


def _bylines(tree: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    """Return the elements that carry the date and author of the page, in document order."""
    marked = [element for element in tree.iter("time", "div", "p", "span", "ul", "li", "small") if _is_byline(element)]
    return [element for element in marked if len(_squeezed(element.text_content())) <= _MAX_BYLINE]


def _is_byline(element: lxml_html.HtmlElement) -> bool:
    return element.tag == "time" or not BYLINE_NAMES.isdisjoint(_names(element))


def _drop_bylines(tree: lxml_html.HtmlElement) -> None:
    for element in _bylines(tree):
        parent = element.getparent()
        if element.tag == "time" and parent is not None and parent.tag == "p":
            # A <time> inside a paragraph is the author's own words, which the extraction would lose.
            element.drop_tag()
        elif parent is not None:
            element.drop_tree()


def _published(tree: lxml_html.HtmlElement, url: str | None) -> str | None:
    """Return the date of publication that the page states about itself.

    Only the head, the structured data and the line under the headline are asked: a date found anywhere in the running text
    would rather be the event's.
    """
    from htmldate import find_date  # noqa: PLC0415 - a part of trafilatura

    head = [element for element in tree.iter("meta", "script") if _tells_date(element)]
    found = find_date(_skeleton(head), url=url or "", **_DATE_SETTINGS)
    if found:
        return str(found)
    written = (element.get("datetime") or " ".join(element.itertext()) for element in _bylines(tree))
    return next(filter(None, map(_written_date, written)), None)


def _written_date(text: str) -> str | None:
    """Return the first date in a byline, as ISO; days come before months, as everywhere in Indonesia."""
    for match in _DATE.finditer(text):
        parts = match.groupdict()
        month = parts["month"] or parts["iso_month"] or MONTHS.get((parts["name"] or "")[:3].lower(), 0)
        try:
            return date(int(parts["year"] or parts["iso_year"]), int(month), int(parts["day"] or parts["iso_day"])).isoformat()
        except ValueError:
            continue
    return None


def _tells_date(element: lxml_html.HtmlElement) -> bool:
    if element.tag == "script":
        return str(element.get("type", "")).lower() == "application/ld+json"
    name = " ".join(str(element.get(key, "")) for key in ("name", "property", "itemprop")).lower()
    return any(word in name for word in DATE_META)


def _skeleton(elements: list[lxml_html.HtmlElement]) -> lxml_html.HtmlElement:
    page = lxml_html.document_fromstring("<html><head></head><body></body></html>")
    for element in elements:
        part = copy.deepcopy(element)
        part.tail = None
        page.find("head" if element.tag in ("meta", "script") else "body").append(part)
    return page


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
