"""Bootstrap intervals of F1 over articles."""

from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.training.bootstrap import f1_interval
from kpu_nlp.training.scores import Count

counts = st.builds(
    lambda right, spurious, missed: Count(right, right + spurious, right, right + missed),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
)


@given(st.lists(counts, min_size=1, max_size=12))
def test_an_interval_lies_between_the_worst_and_the_best_article(parts):
    low, high = f1_interval(parts, resamples=200)
    assert min(part.f1 for part in parts) - 1e-4 <= low <= high <= max(part.f1 for part in parts) + 1e-4


def test_an_interval_holds_the_middle_of_the_resamples():
    parts = [Count(1, 1, 1, 1)] * 80 + [Count(0, 1, 0, 1)] * 20
    low, high = f1_interval(parts)
    # The share of right answers among 100: 0.8 with a standard error of 0.04.
    assert abs(low - (0.8 - 1.96 * 0.04)) < 0.02
    assert abs(high - (0.8 + 1.96 * 0.04)) < 0.02
    assert f1_interval(parts) == (low, high)


def test_without_articles_there_is_nothing():
    assert f1_interval([]) == (0.0, 0.0)
