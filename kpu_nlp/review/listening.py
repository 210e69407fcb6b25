"""The socket of a review: on this machine alone, and taken before anything slow begins."""

from __future__ import annotations

import errno
import os
import socket

from kpu_nlp.errors import InputError

ADDRESS = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1.

    Args:
        port: the port; 0 for any that is free.

    Raises:
        InputError: the port is in use, or may not be used.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it lets two programs share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen()
    except OSError as error:
        listening.close()
        reason = "in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise InputError(f"port {port}: {reason}; name another with --port, or leave it out") from error
    return listening
