"""The Ray that a job runs on: a cluster that is there already, or an instance on this machine that ends with the job."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from kpu_nlp.bulk.scratch import scratch_folder
from kpu_nlp.errors import JobError, MissingExtraError
from kpu_nlp.messages import shown

# Seconds until something that does not answer counts as not there, and something that does not answer as Ray does.
_KNOCK, _GREETING = 10, 60

# Joins a cluster and leaves it again. Where something answers that is not Ray, Ray tries for a quarter of an hour and talks all
# the while, and then ends the process.
_GREET = """
import logging, sys, ray
try:
    ray.init(address=sys.argv[1], log_to_driver=False, logging_level=logging.CRITICAL)
except Exception as error:
    print(error)
    sys.exit(1)
"""

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # or Ray warns of what it will do in a later version
}
_LOCAL = {
    # The instance listens on the loopback interface alone. Ray does so by itself on macOS and Windows.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # The actors are the job itself. Ray gives them the lowest priority but four, and a busy machine none of its time.
    "RAY_worker_niceness": "0",
    # Where memory runs out, the system ends the process that takes it, and one record fails; Ray would end the actor.
    "RAY_memory_monitor_refresh_ms": "0",
}

# What passes through Ray's memory are the chunks under way, a few MB; by default it would claim a third of the machine's.
_OBJECTS = 256 << 20  # bytes

_MAX_REASON = 200

_LONGEST_FOLDER = 30  # characters: a socket's path must stay below a hundred, and Ray adds about seventy


def check_ray() -> None:
    """Check that Ray can be used.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        found = importlib.util.find_spec("ray") is not None
    except ValueError:  # it is in sys.modules as None
        found = False
    if not found:
        raise MissingExtraError.of("the engine 'ray'", "Ray Data", "ray")


class RayCluster:
    """A connection to Ray, made when it is first needed, and closed at the end of a ``with`` block.

    A program that has called ``ray.init`` itself keeps its own connection: that is used, and left as it is.
    """

    def __init__(self, address: str | None, *, workers: int | None) -> None:
        """Take what to connect to.

        Args:
            address: ``HOST:PORT`` or ``auto`` of a cluster; None for an instance on this machine.
            workers: how many the job wants.

        Raises:
            MissingExtraError: Ray is not installed.
        """
        check_ray()
        self._address, self._workers = address, workers
        self._connected = False
        self._ends = ExitStack()

    def __enter__(self) -> RayCluster:
        return self

    def __exit__(self, *_: object) -> None:
        with self._ends:
            if self._connected:
                import ray  # noqa: PLC0415 - an extra, and slow to import

                with _kept_signals():
                    ray.shutdown()

    @property
    def is_remote(self) -> bool:
        """Tell whether the user has named a cluster."""
        return self._address is not None

    def connect(self) -> None:
        """Connect, or start the instance, unless that is done already.

        Raises:
            JobError: the cluster cannot be reached.
        """
        if self._connected:
            return
        with _environment({**_QUIET, **({} if self.is_remote else _LOCAL)}), _kept_signals():
            import ray  # noqa: PLC0415
            import ray.data  # noqa: PLC0415

            if ray.is_initialized():
                return
            logging.getLogger("ray.data").setLevel(logging.CRITICAL + 1)  # the job itself tells what there is to tell
            self._connected = True  # from here on there is something to shut down
            if self._address is None:
                self._start()
            else:
                _join(self._address)

    def cpus(self) -> int:
        """Return the number of CPUs of all nodes."""
        return max(1, int(self._resources().get("CPU", 1)))

    def gpus(self) -> int:
        """Return the number of GPUs of all nodes."""
        return int(self._resources().get("GPU", 0))

    def _resources(self) -> dict[str, float]:
        import ray  # noqa: PLC0415

        self.connect()
        resources: dict[str, float] = ray.cluster_resources()
        return resources

    def _start(self) -> None:
        import ray  # noqa: PLC0415

        short = os.name == "posix" and len(tempfile.gettempdir()) <= _LONGEST_FOLDER
        folder = self._ends.enter_context(scratch_folder()) if short else None
        try:
            ray.init(
                address="local",
                num_cpus=self._workers,
                include_dashboard=False,
                object_store_memory=_OBJECTS,
                _temp_dir=None if folder is None else str(folder),
                **_silent(),
            )
        except Exception as error:  # Ray raises what it likes here
            raise JobError(f"Ray cannot be started on this machine ({_line(error)})") from error


def _join(address: str) -> None:
    import ray  # noqa: PLC0415

    if address.startswith("ray://"):
        raise JobError(
            f"{shown(address)}: addresses of the Ray Client are not supported; "
            "run the command on a machine of the cluster, with --ray-address auto"
        )
    if address != "auto":
        _knock(address)
    _greet(address)
    try:
        ray.init(address=address, **_silent())
    except Exception as error:  # Ray raises what it likes here
        raise _unreachable(address, _line(error)) from error


def _knock(address: str) -> None:
    """Check that something answers at ``HOST:PORT``."""
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isascii() and port.isdecimal()):
        raise JobError(f"{shown(address)}: no address of a Ray cluster; write HOST:PORT, or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise _unreachable(address, shown(getattr(error, "strerror", None) or str(error))) from error


def _greet(address: str) -> None:
    """Check in a process of its own that the cluster can be joined."""
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _GREET, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_GREETING,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _unreachable(address, f"no answer of Ray's in {_GREETING} s") from error
    if done.returncode:
        raise _unreachable(address, _line(done.stdout.decode("utf-8", "replace")) or "Ray gave up")


def _unreachable(address: str, reason: str) -> JobError:
    hint = "is a cluster running on this machine?" if address == "auto" else "is it the address of a running cluster?"
    return JobError(f"Ray at {shown(address)} cannot be reached ({reason}); {hint}")


def _silent() -> dict[str, Any]:
    return {"log_to_driver": False, "configure_logging": True, "logging_level": logging.CRITICAL}


def _line(told: object) -> str:
    """Return the first line of what Ray tells, without its last full stop."""
    lines = str(told).strip().splitlines()
    return shown(lines[0]).removesuffix(".")[:_MAX_REASON] if lines else ""


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Set what the user has not set inside the block; the processes that Ray starts in it take it over."""
    new = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            os.environ.pop(name, None)


@contextmanager
def _kept_signals() -> Iterator[None]:
    """Keep the handlers of signals as they are: Ray puts its own in place of that of SIGTERM, which exits at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
