"""Two models on the same articles, and the verdict."""

import pytest

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.labels import LABEL_NAMES, THEME_NAMES
from kpu_nlp.training.bootstrap import f1_difference_interval, f1_interval
from kpu_nlp.training.compare import compare_models
from kpu_nlp.training.evaluate import span_counts
from kpu_nlp.training.scores import Count, score_articles
from kpu_nlp.training.verdict import judge

BODY = "[Rina|PERSON] dan [Budi|PERSON] dari [KPU|ORG] [membuka akses|INCLUSION]."


class Finds:
    """Stands for an opened model that finds of the annotated spans those that a function picks."""

    def __init__(self, name, picks, labels=LABEL_NAMES, themes=THEME_NAMES):
        self.title = f"{name} 1.0.0"
        self.manifest = type("Manifest", (), {"labels": labels, "themes": themes})
        self._picks = picks

    def counts(self, articles, labels, themes):
        found = [[span for span in article.spans if self._picks(index, span)] for index, article in enumerate(articles)]
        return [span_counts(score_articles([a], [spans], labels, themes)) for a, spans in zip(articles, found, strict=True)]


def articles(count, body=BODY):
    return [parse_inline(f"---\nid: x-{i}\n---\n{body}\n") for i in range(count)]


KNOWN = (*LABEL_NAMES, "INCLUSION")
THEMES = {**THEME_NAMES, "INCLUSION": "inklusi"}
ALL = Finds("all", lambda *_: True, KNOWN, THEMES)
OLD = Finds("old", lambda _, span: span.label in LABEL_NAMES)
NO_ORG = Finds("no-org", lambda _, span: span.label == "PERSON")
NOTHING = Finds("nothing", lambda *_: False, KNOWN, THEMES)


def verdict(before, after, **sets):
    return judge(compare_models(before, after, sets))


def test_a_model_that_finds_more_is_better():
    result = verdict(NO_ORG, OLD, dev=articles(9))
    assert (result.word, result.rejected) == ("better", False)
    assert result.reasons[0].startswith(
        "better on the dev articles of the corpus: entities +20.00 points F1 (+20.00 to +20.00)"
    )


def test_a_model_that_finds_less_on_the_old_articles_is_rejected():
    result = verdict(OLD, NO_ORG, dev=articles(9), **{"held-out": articles(9)})
    assert (result.word, result.rejected) == ("worse", True)
    assert any(
        reason.startswith("worse on the dev articles of the corpus: entities -20.00 points") for reason in result.reasons
    )
    assert "single labels that may be worse on the dev articles of the corpus: ORG" in result.reasons


def test_a_model_that_is_worse_on_the_new_articles_alone_is_not_rejected():
    new = articles(9, "[Rina|PERSON] dan [KPU|ORG].")
    result = verdict(OLD, NO_ORG, dev=articles(9, "[Rina|PERSON] hadir."), **{"held-out": new})
    assert (result.word, result.rejected) == ("worse", False)


def test_the_same_model_is_no_worse():
    result = verdict(OLD, OLD, dev=articles(9))
    assert (result.word, result.rejected) == ("no worse", False)
    assert result.reasons == (
        "no difference beyond chance on the dev articles of the corpus: "
        "entities +0.00 points F1 (+0.00 to +0.00), themes +0.00 points F1 (+0.00 to +0.00)",
    )


def test_one_article_of_many_is_chance():
    after = Finds("after", lambda index, span: index != 0 or span.label != "ORG")
    assert verdict(OLD, after, dev=articles(9)).word == "no worse"


def test_the_test_articles_decide_nothing():
    assert verdict(OLD, NOTHING, test=articles(9)).word == "no worse"


def test_too_few_articles_tell_nothing_and_say_so():
    result = verdict(OLD, NOTHING, dev=articles(4))
    assert (result.word, result.rejected) == ("no worse", False)
    assert result.reasons == (
        "the dev articles of the corpus: 4 articles are too few to tell a difference from chance, which takes 5",
    )


def test_a_new_label_is_found_by_the_new_model_alone():
    comparison = compare_models(OLD, ALL, {"held-out": articles(9)})
    row = comparison.sets[0].rows["INCLUSION"]
    assert (row.before, row.after.f1, row.difference, row.interval) == (None, 1.0, 1.0, (1.0, 1.0))
    assert judge(comparison).reasons == ("better on the new articles held out: themes +100.00 points F1 (+100.00 to +100.00)",)


def test_a_new_label_that_the_old_articles_do_not_annotate_is_not_held_against_the_new_model():
    plain = articles(9, "[Rina|PERSON] membuka akses.")
    after = Finds("after", lambda *_: True, KNOWN, THEMES)
    (part,) = compare_models(OLD, after, {"dev": plain}).sets
    assert "INCLUSION" not in part.rows


def test_labels_that_a_set_does_not_annotate_can_be_left_out():
    (part,) = compare_models(OLD, OLD, {"held-out": articles(9)}, {"held-out": {"PERSON"}}).sets
    assert list(part.rows) == ["PERSON", "entities", "themes", "themes_overlap"]
    assert part.rows["entities"].after.gold == 18


def test_a_set_without_articles_is_left_out():
    assert [part.name for part in compare_models(OLD, OLD, {"dev": articles(1), "test": []}).sets] == ["dev"]


def test_the_paired_interval_is_narrower_than_the_two_apart():
    hard = [Count(i % 7, 9, i % 7, 9) for i in range(40)]
    easier = [Count(count.found_right + 1, 9, count.gold_right + 1, 9) for count in hard]
    low, high = f1_difference_interval(hard, easier)
    assert low == high == pytest.approx(1 / 9, abs=1e-4)
    assert f1_interval(hard)[1] > f1_interval(easier)[0]


def test_the_interval_of_a_difference_holds_its_middle():
    before = [Count(0, 1, 0, 1)] * 50 + [Count(1, 1, 1, 1)] * 50
    after = [Count(1, 1, 1, 1)] * 20 + before[20:]
    low, high = f1_difference_interval(before, after)
    # The share of articles that changed: 0.2 with a standard error of 0.04.
    assert abs(low - (0.2 - 1.96 * 0.04)) < 0.02
    assert abs(high - (0.2 + 1.96 * 0.04)) < 0.02
    assert f1_difference_interval(after, before) == (-high, -low)


def test_pairs_must_be_pairs():
    assert f1_difference_interval([], []) == (0.0, 0.0)
    with pytest.raises(ValueError, match="2 and 1 articles"):
        f1_difference_interval([Count()] * 2, [Count()])
