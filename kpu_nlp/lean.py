"""Keep out of a process that runs on the CPU what it has no use for: torch, and parts of spaCy."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType


class _Hidden(importlib.abc.MetaPathFinder):
    """Says of torch that it is not there."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == "torch":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


@contextmanager
def without_torch() -> Iterator[None]:
    """Hide torch from imports inside the block, unless it is loaded already.

    thinc, which spaCy is built on, imports torch by itself where it finds it: two seconds and 200 MB that extraction
    on a CPU has no use for. Of spaCy too only what extraction needs is imported (see `_lean_spacy`). Only a process that is
    wholly ours may do this: a command's, or a worker's of a bulk job. The library never does: a program that imports kpu_nlp
    may want all of them.
    """
    if "torch" in sys.modules:
        yield
        return
    finder = _Hidden()
    sys.meta_path.insert(0, finder)
    try:
        with _lean_spacy():
            yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def _lean_spacy() -> Iterator[None]:
    """Let spaCy, unless it is loaded already, be imported without its command line and its own Indonesian tokenizer.

    Its ``__init__`` imports the command line, and with it three clients for HTTP, for the one function ``spacy.info``. The
    exceptions of the tokenizer are thousands, and our pipeline has another tokenizer.
    """
    if "spacy" in sys.modules:
        yield
        return
    replaced = {
        "spacy.cli": _module("spacy.cli", __path__=[]),
        "spacy.cli.info": _module("spacy.cli.info", info=_spacy_info),
        "spacy.lang.id.tokenizer_exceptions": _module("spacy.lang.id.tokenizer_exceptions", TOKENIZER_EXCEPTIONS={}),
    }
    sys.modules.update(replaced)
    try:
        yield
        if "spacy" in sys.modules:
            importlib.import_module("spacy.lang.id")  # now, since a pipeline is made after the block
    finally:
        for name in replaced:
            del sys.modules[name]


def _module(name: str, **content: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(content)
    return module


def _spacy_info(*arguments: object, **settings: object) -> object:
    """Be ``spacy.info``, and import it only now."""
    info = importlib.import_module("spacy.cli.info").info
    return info(*arguments, **settings)
