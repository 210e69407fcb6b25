"""Scores leave out what the articles cannot score."""

from kpu_nlp.annotation.inline import parse_inline
from kpu_nlp.labels import LABEL_NAMES
from kpu_nlp.pipeline import load
from kpu_nlp.schema import Theme
from kpu_nlp.training import evaluate
from kpu_nlp.training.scores import scored_labels


def article(body):
    return parse_inline(f"---\nid: x\n---\n{body}\n")


def test_labels_of_the_guidelines_are_always_scored_and_others_where_they_are_annotated():
    known = (*LABEL_NAMES, "INCLUSION")
    assert scored_labels(known, [article("[Rina|PERSON] hadir.")]) == LABEL_NAMES
    assert scored_labels(known, [article("Rina hadir."), article("[akses|INCLUSION]")]) == known
    assert scored_labels(("PERSON",), [article("[akses|INCLUSION]")]) == ("PERSON",)


def test_a_theme_that_the_articles_do_not_know_costs_no_fact(monkeypatch, dev_articles, shipped_model):
    chosen = [next(article for article in dev_articles if article.facts.themes)]
    nlp = load(shipped_model, device="cpu", threads=1)
    plain = evaluate.evaluate_articles(chosen, nlp, split="dev")
    pipe = evaluate.pipe_articles
    theme = Theme(theme="inclusion", label="inklusi", count=1, salience=0.1, directives=())

    def with_a_theme_more(articles, *, nlp):
        for extraction in pipe(articles, nlp=nlp):
            yield extraction.model_copy(update={"themes": (*extraction.themes, theme)})

    monkeypatch.setattr(evaluate, "pipe_articles", with_a_theme_more)
    assert plain.fact_rows()["themes_facts"].gold > 0
    assert evaluate.evaluate_articles(chosen, nlp, split="dev").fact_rows() == plain.fact_rows()
