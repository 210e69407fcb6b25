"""The gate: the shipped model is on the development articles as good as it was when it was shipped.

``quality_floors.json`` holds the dev scores less half a point for micro figures and two points for single labels and facts.
``python tests/update_floors.py`` raises the floors after a better model; it lowers none without ``--lower``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kpu_nlp.training.evaluate import Evaluation, evaluate

FLOORS: dict[str, float] = json.loads(Path(__file__).with_name("quality_floors.json").read_text(encoding="utf-8"))["dev"]


@pytest.fixture(scope="module")
def dev(shipped_model: Path) -> Evaluation:
    return evaluate(split="dev", model=shipped_model, device="cpu")


@pytest.mark.parametrize("name", FLOORS)
def test_f1_is_above_its_floor(dev: Evaluation, name: str) -> None:
    assert (dev.rows() | dev.fact_rows())[name].f1 >= FLOORS[name]


def test_every_figure_has_a_floor(dev: Evaluation) -> None:
    assert set(FLOORS) == set(dev.rows() | dev.fact_rows())
    assert all(0 < floor < 1 for floor in FLOORS.values())
    assert min(FLOORS["entities"], FLOORS["themes_overlap"]) > 0.5


def test_the_manifest_tells_the_same_scores(dev: Evaluation, shipped_model: Path) -> None:
    told = json.loads((shipped_model / "manifest.json").read_text(encoding="utf-8"))["scores"]["dev"]
    for name, row in dev.as_json()["scores"].items():
        assert told[name]["gold"] == row["gold"]
        # Another processor may round eight bits another way.
        assert told[name]["f1"] == pytest.approx(row["f1"], abs=0.02)
