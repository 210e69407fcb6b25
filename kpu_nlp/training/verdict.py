"""What a comparison of an old model with its retrained successor comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpu_nlp.training.card import HELD_OUT
from kpu_nlp.training.compare import MIN_ARTICLES, Comparison, SetComparison

DEV = "dev"
TEST = "test"

SET_NAMES = {
    "train": "the training articles of the corpus",
    DEV: "the dev articles of the corpus",
    HELD_OUT: "the new articles held out",
    TEST: "the test articles",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison comes to.

    Attributes:
        word: ``better``, ``no worse`` or ``worse``.
        rejected: the new model is worse on the old dev articles by more than the interval, so that it must not take a name.
        reasons: on what, a sentence each.
    """

    word: Literal["better", "no worse", "worse"]
    rejected: bool
    reasons: tuple[str, ...]


def judge(comparison: Comparison) -> Verdict:
    """Return the verdict of a comparison; the test articles, where there are any, have no say."""
    sets = [part for part in comparison.sets if part.name in (DEV, HELD_OUT)]
    reasons = [reason for part in sets for reason in _reasons(part)]
    worse = [part.name for part in sets if part.worse]
    better = [part.name for part in sets if part.better]
    return Verdict(
        word="worse" if worse else "better" if better else "no worse",
        rejected=DEV in worse,
        reasons=tuple(reasons),
    )


def _reasons(part: SetComparison) -> list[str]:
    where = SET_NAMES[part.name]
    if not part.tells:
        few = "1 article is" if part.articles == 1 else f"{part.articles} articles are"
        return [f"{where}: {few} too few to tell a difference from chance, which takes {MIN_ARTICLES}"]
    reasons = [f"better on {where}: {_row(part, name)}" for name in part.better]
    reasons += [f"worse on {where}: {_row(part, name)}" for name in part.worse]
    if not reasons:
        reasons = [f"no difference beyond chance on {where}: {', '.join(_row(part, name) for name in _deciding(part))}"]
    if part.worse_labels:
        reasons.append(f"single labels that may be worse on {where}: {', '.join(part.worse_labels)}")
    return reasons


def _deciding(part: SetComparison) -> list[str]:
    return [name for name in ("entities", "themes") if name in part.rows]


def _row(part: SetComparison, name: str) -> str:
    row = part.rows[name]
    low, high = row.interval
    return f"{name} {100 * row.difference:+.2f} points F1 ({100 * low:+.2f} to {100 * high:+.2f})"
