"""Who may ask: only a page that this server gave to someone who knows the token."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kpu_nlp.review.listening import ADDRESS

MAX_BODY = 64_000_000  # bytes; an article of 50,000 words with all its spans takes one million

# The page runs its own scripts and styles and asks its own server, and nothing else: markup of an article that became part of
# the page would be dead.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Lets a request through to the application only where everything about it is right.

    - ``Host`` is the server's own address: a name that was made to lead here (DNS rebinding) is refused.
    - ``Origin``, where the browser sends one, and it does with every change, is the server's own. Nothing is said of CORS, so
      that pages of other origins cannot read an answer either.
    - The path begins with the token, which is compared in constant time.
    - A change is JSON and not larger than `MAX_BODY`.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        """Guard an application that is served on `ADDRESS` and ``port``; below ``/TOKEN`` it sees paths of its own."""
        self._app = app
        self._token = token.encode()
        self._hosts = {f"{ADDRESS}:{port}"} | ({ADDRESS} if port == 80 else set())  # 80 is left out by browsers
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            # Nothing here speaks WebSocket; a connection that is not accepted is closed by the server.
            if scope["type"] == "websocket":
                await send({"type": "websocket.close"})
                return
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        _, _, rest = scope["path"].removeprefix("/").partition("/")
        below = {**scope, "path": f"/{rest}"}
        await self._app(below, _limited(receive), send_with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        changing = scope["method"] not in ("GET", "HEAD")
        if not self._from_here(headers, changing=changing):
            return PlainTextResponse("only the page of this review is answered\n", status_code=403)
        token, slash, _ = scope["path"].removeprefix("/").partition("/")
        if not slash or not secrets.compare_digest(token.encode(), self._token):
            return PlainTextResponse("not found; open the address that kpu-nlp review printed\n", status_code=404)
        if changing and headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return PlainTextResponse("a change is JSON\n", status_code=415)
        return None

    def _from_here(self, headers: Headers, *, changing: bool) -> bool:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        return (
            len(hosts) == 1
            and hosts[0] in self._hosts
            and all(origin in self._origins for origin in origins)
            and (bool(origins) or not changing)
            and headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        )


class TooLargeError(Exception):
    """A request is larger than `MAX_BODY`."""


def _limited(receive: Receive) -> Receive:
    left = MAX_BODY

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLargeError
        return message

    return limited
