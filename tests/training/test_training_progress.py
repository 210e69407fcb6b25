"""What a training shows of its progress, on a terminal and elsewhere."""

import io
import re

import pytest
import torch

from kpu_nlp.training import progress
from kpu_nlp.training.estimate import estimate, measure_step
from kpu_nlp.training.progress import show_training
from kpu_nlp.training.windows import Collator


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_lines_come_every_half_minute_with_loss_and_what_is_left(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with show_training(stream) as told:
        told.expected(754.0, steps=480, per_step=1.53)
        for done in range(1, 61):
            now[0] += 1
            told.step(done, 480, None if done < 20 else 0.25)
        told.scored({"entities": 0.9, "themes": 0.5, "f1": 0.87654})
    assert stream.getvalue().splitlines() == [
        "about 13 min: 480 steps of 1.5 s, then export, scores and comparison",
        "step 30 of 480, loss 0.2500, 8 min left",
        "step 60 of 480, loss 0.2500, 7 min left",
        "dev F1: entities 0.9000, themes 0.5000, f1 0.8765",
    ]


def test_a_run_that_goes_on_counts_only_its_own_steps(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with show_training(stream) as told:
        told.step(401, 480, None)
        now[0] += 60
        told.step(421, 480, None)
    assert stream.getvalue() == "step 421 of 480, 3 min left\n"


def test_a_terminal_gets_a_bar_that_goes_away():
    stream = Terminal()
    with show_training(stream) as told:
        told.expected(65.0, steps=4, per_step=0.1)
        told.step(1, 4, None)
        told.step(2, 4, 1.25)
        told.scored({"entities": 0.5, "themes": 0.25, "f1": 0.375})
        told.step(3, 4, 1.0)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue())
    assert "about 1 min: 4 steps of 0.1 s, then export, scores and comparison" in shown
    assert "dev F1: entities 0.5000, themes 0.2500, f1 0.3750" in shown
    assert "3/4 loss 1.000 F1 0.375" in shown
    assert stream.getvalue().rstrip().endswith("\x1b[2K"), "the bar is wiped out at the end"


@pytest.mark.parametrize("rows", [1, 4, 40])
def test_measuring_changes_neither_the_model_nor_the_random_numbers(small_base, rows):
    from transformers import AutoModelForTokenClassification

    model = AutoModelForTokenClassification.from_pretrained(small_base)
    before = {name: value.clone() for name, value in model.named_parameters()}
    row = {"input_ids": [0, *range(5, 40), 2], "labels": [-100, *[1] * 35, -100]}
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    seconds = measure_step(model, [row] * rows, Collator(1), batch_size=4, device="cpu", bf16=False)
    assert seconds > 0
    assert (torch.rand(4) == expected).all()
    assert all((value == before[name]).all() and value.grad is None for name, value in model.named_parameters())


def test_an_estimate_grows_with_steps_and_rows():
    few = estimate(2.0, steps=100, rows_scored=0, rows_compared=0, batch_size=8)
    assert (few.per_step, few.total) == (2.0, 230.0)
    assert estimate(2.0, steps=100, rows_scored=80, rows_compared=0, batch_size=8).total == pytest.approx(236.0)
