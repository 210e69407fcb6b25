"""The review over HTTP: a page, its files, and a few addresses that give and take JSON."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kpu_nlp.errors import KpuNlpError
from kpu_nlp.messages import first_problem
from kpu_nlp.review.guard import Guard, TooLargeError
from kpu_nlp.review.session import Session, StaleVersionError, UnknownArticleError
from kpu_nlp.review.wire import (
    AcceptRequest,
    LinkRequest,
    SaveRequest,
    document_json,
    facts_from_form,
    facts_to_form,
    listed_json,
    session_json,
    spans_from_units,
)

_Body = TypeVar("_Body", bound=BaseModel)
Answer = Callable[[Request], Any]

PAGE = "review.html"
# All that is ever served as a file: by name, so that no path from outside is opened.
_ASSETS = {
    PAGE: ("kpu_nlp.review", f"static/{PAGE}", "text/html"),
    "base.css": ("kpu_nlp.writing", "templates/base.css", "text/css"),
    "review.css": ("kpu_nlp.review", "static/review.css", "text/css"),
    "text-annotator.js": ("kpu_nlp.review", "static/vendor/text-annotator.umd.js", "text/javascript"),
} | {
    name: ("kpu_nlp.review", f"static/{name}", "text/javascript")
    for name in ("review.js", "api.js", "edges.js", "facts.js", "lists.js", "text.js")
}


def make_app(session: Session, *, token: str, port: int) -> Guard:
    """Return the application of a review.

    Args:
        session: the review.
        token: what the path of every request begins with.
        port: the port of 127.0.0.1 that it is served on.
    """

    async def page(_request: Request) -> Response:
        return _asset(PAGE)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        return _asset(name) if name in _ASSETS else PlainTextResponse("not found\n", status_code=404)

    def start(_request: Request, _body: None) -> Any:
        return session_json(session)

    def listed(_request: Request, _body: None) -> Any:
        return listed_json(session.listed())

    def show(request: Request, _body: None) -> Any:
        return document_json(session.open(_id(request)))

    def save(request: Request, body: SaveRequest) -> Any:
        article_id = _id(request)
        spans = spans_from_units(session.text(article_id), body.spans)
        return document_json(session.save(article_id, body.version, spans, facts_from_form(article_id, body.facts)))

    def accept(request: Request, body: AcceptRequest) -> Any:
        return document_json(session.accept(_id(request), body.version, accepted=body.accepted))

    def link(request: Request, body: LinkRequest) -> Any:
        article_id = _id(request)
        return facts_to_form(session.link(article_id, spans_from_units(session.text(article_id), body.spans))).model_dump()

    routes = [
        Route("/", page),
        Route("/static/{name}", asset),
        Route("/session", _answering(start, None)),
        Route("/articles", _answering(listed, None)),
        Route("/articles/{id}", _answering(show, None)),
        Route("/articles/{id}", _answering(save, SaveRequest), methods=["PUT"]),
        Route("/articles/{id}/accept", _answering(accept, AcceptRequest), methods=["POST"]),
        Route("/articles/{id}/link", _answering(link, LinkRequest), methods=["POST"]),
    ]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False  # it would lead to an address without the token
    return Guard(app, token=token, port=port)


def _id(request: Request) -> str:
    article_id: str = request.path_params["id"]
    return article_id


def _answering(answer: Callable[[Request, Any], Any], kind: type[BaseModel] | None) -> Answer:
    """Return an endpoint that reads a body of a kind, and tells what goes wrong in one line.

    Args:
        answer: gives what is sent as JSON; runs in a thread, since it reads and writes files.
        kind: what the body must be, or None where there is none.
    """

    async def endpoint(request: Request) -> Response:
        try:
            body = kind.model_validate_json(await request.body()) if kind is not None else None
            return JSONResponse(await run_in_threadpool(answer, request, body))
        except StaleVersionError as error:
            return JSONResponse({"problem": str(error), "document": document_json(error.document)}, status_code=409)
        except (TooLargeError, ValidationError, KpuNlpError, OSError) as error:
            return _problem(*_told(error))

    return endpoint


def _told(error: Exception) -> tuple[str, int]:
    """Return what to say of an error, and the status of the answer."""
    if isinstance(error, TooLargeError):
        return "more than one article can be", 413
    if isinstance(error, ValidationError):
        return first_problem(error, whole="the request"), 422
    if isinstance(error, OSError):
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        return f"the folder cannot be used: {error.strerror or error}", 507 if full else 500
    return str(error), 404 if isinstance(error, UnknownArticleError) else 422


def _problem(problem: str, status: int) -> JSONResponse:
    return JSONResponse({"problem": " ".join(problem.split())}, status_code=status)


def _asset(name: str) -> Response:
    content, media_type = _read_asset(name)
    return Response(content, media_type=media_type)


@cache
def _read_asset(name: str) -> tuple[bytes, str]:
    package, path, media_type = _ASSETS[name]
    return files(package).joinpath(path).read_bytes(), media_type
