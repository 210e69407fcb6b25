"""The moving average of weights: what it holds, and that it survives an interruption."""

import pytest
import torch

from kpu_nlp.training.average import WeightAverage


def linear(value):
    model = torch.nn.Linear(2, 1)
    return set_weights(model, value)


def set_weights(model, value):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(value)
    return model


def weight(model):
    return model.weight[0, 0].item()


def test_the_average_of_two_steps():
    model = linear(1.0)
    average = WeightAverage(model, 0.5)
    average.update()
    set_weights(model, 4.0)
    average.update()
    with average.applied():
        assert weight(model) == pytest.approx((0.25 * 1 + 0.5 * 4) / 0.75)
    assert weight(model) == 4.0


def test_the_weights_come_back_after_an_error():
    model = linear(1.0)
    average = WeightAverage(model, 0.9)
    average.update()
    set_weights(model, 2.0)
    with pytest.raises(ZeroDivisionError), average.applied():
        _ = 1 / 0
    assert weight(model) == 2.0


def test_a_saved_average_goes_on(tmp_path):
    model = linear(1.0)
    whole, first = WeightAverage(model, 0.5), WeightAverage(model, 0.5)
    whole.update()
    first.update()
    first.save(tmp_path / "average.safetensors")
    second = WeightAverage(model, 0.5)
    second.load(tmp_path / "average.safetensors")
    set_weights(model, 3.0)
    whole.update()
    second.update()
    with whole.applied():
        expected = weight(model)
    with second.applied():
        assert weight(model) == expected


def test_without_decay_there_is_no_average(tmp_path):
    model = linear(1.0)
    average = WeightAverage(model, 0.0)
    average.update()
    average.save(tmp_path / "average.safetensors")
    with average.applied():
        assert weight(model) == 1.0
    assert not list(tmp_path.iterdir())
