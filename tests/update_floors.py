#!/usr/bin/env python3
"""Pin the floors of the dev gate: scores less half a point for micro figures, two points for single labels and facts.

    python tests/update_floors.py [--model DIR] [--lower]

No floor is lowered unless --lower says so.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kpu_nlp.training.evaluate import SUMMARIES, Evaluation, evaluate

FLOORS = Path(__file__).with_name("quality_floors.json")
MICRO_MARGIN = 0.005
SINGLE_MARGIN = 0.02


def measured(result: Evaluation) -> dict[str, float]:
    """Return the figures that are pinned: every row and fact of an evaluation, 0 to 1."""
    return {name: count.f1 for name, count in (result.rows() | result.fact_rows()).items()}


def floors_of(result: Evaluation) -> dict[str, float]:
    """Return the floor that belongs to each figure."""
    margins = {name: MICRO_MARGIN if name in SUMMARIES else SINGLE_MARGIN for name in measured(result)}
    return {name: round(max(0.0, value - margins[name]), 4) for name, value in measured(result).items()}


def main() -> None:
    """Rewrite the floors."""
    parser = argparse.ArgumentParser(description="Pin the floors of the dev gate to a model's scores.")
    parser.add_argument("--model", type=Path, help="a model folder; the shipped one by default")
    parser.add_argument("--lower", action="store_true", help="lower floors too")
    arguments = parser.parse_args()
    old: dict[str, float] = json.loads(FLOORS.read_text(encoding="utf-8"))["dev"]
    new = floors_of(evaluate(split="dev", model=arguments.model, device="cpu"))
    lowered = {name: floor for name, floor in old.items() if new.get(name, 0.0) < floor}
    if lowered and not arguments.lower:
        new |= lowered
        sys.stderr.write(f"kept, for lack of --lower: {', '.join(sorted(lowered))}\n")
    FLOORS.write_text(json.dumps({"dev": new}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
