"""Pages of one file: a template of this package with its style and script inside, and a policy that lets nothing else in.

What comes from an article is escaped by the template engine. Beside that, the page's Content-Security-Policy lets run the
one script and use the one style whose digests it names, and forbids every request, so that markup of an article that got
past the escaping would be dead all the same.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kpu_nlp.version import VERSION

# What HTML cannot hold (NUL is dropped by parsers) or must not (the other controls) keeps its place, so that offsets stay true.
_CONTROLS = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n\r"}
# A parser turns a carriage return into a line feed, unless it is written as a reference.
_NEVER_RAW = _CONTROLS | {ord("\r"): "&#13;"}


def render_page(name: str, **context: Any) -> str:
    """Return a whole HTML page that needs no other file and makes no request.

    The template is given ``policy``, ``style``, ``script`` and ``version`` too.

    Args:
        name: the template ``NAME.html.j2``; its style is ``base.css`` and ``NAME.css``, its script ``NAME.js``.
        context: what the template shows; every string is escaped.
    """
    environment = _environment()
    style = _source("base.css") + _source(f"{name}.css")
    script = _source(f"{name}.js")
    page = environment.get_template(f"{name}.html.j2").render(
        # Files of this package, never of an article: markup as they stand.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=_policy(style, script),
        version=VERSION,
        **context,
    )
    return page.translate(_NEVER_RAW)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kpu_nlp.writing", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = _percent
    return environment


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _source(name: str) -> str:
    loader = _environment().loader
    if loader is None:
        raise TypeError("the environment has no loader")
    return loader.get_source(_environment(), name)[0].replace("\r\n", "\n")


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_digest(style)}",
            f"script-src {_digest(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
