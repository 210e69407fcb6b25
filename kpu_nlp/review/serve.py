"""Serving a review on this machine: the address with its token, and the server around the application."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Callable

import uvicorn

from kpu_nlp.review.app import make_app
from kpu_nlp.review.listening import ADDRESS
from kpu_nlp.review.session import Session

_TOKEN_BYTES = 32
# After Ctrl-C a request that is under way is finished, a connection that is idle is not waited for.
_GRACE_SECONDS = 3


def serve(session: Session, listening: socket.socket, *, ready: Callable[[str], None]) -> None:
    """Serve a review until the process is interrupted.

    Args:
        session: the review.
        listening: where, see `kpu_nlp.review.listening.listen`.
        ready: called with the page's address once the server answers.
    """
    port = listening.getsockname()[1]
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    config = uvicorn.Config(
        make_app(session, token=token, port=port),
        lifespan="off",
        ws="none",
        access_log=False,  # every line of it would tell the token
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    ready(f"http://{ADDRESS}:{port}/{token}/")
    # Once everything is closed, uvicorn sends itself the signal again that ended it.
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
