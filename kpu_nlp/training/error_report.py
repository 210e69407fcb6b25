"""Every miss and false alarm of a model in its sentence, on one page that a person can work through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from kpu_nlp.annotation.inline import AnnotatedArticle
from kpu_nlp.linking.sentences import split_sentences
from kpu_nlp.spans import Span

KINDS = ("wrong label", "boundary", "missed", "spurious")
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } td, th { padding: .1rem .8rem .1rem 0; text-align: right }
th:first-child { text-align: left }
section { border-top: 1px solid #8888; padding-top: 1rem; margin-top: 2rem }
p { margin: .6rem 0 } small { opacity: .7 }
mark { border-radius: .2rem; padding: 0 .15rem; color: inherit }
mark.gold { background: #2e9e4440 } mark.found { background: #d0333340 } mark.both { background: #c9930040 }
"""


@dataclass(frozen=True, slots=True)
class SpanError:
    """One error: the annotated span (None where the model invented one) and the model's (None where it missed it)."""

    article: str
    kind: str
    gold: Span | None
    found: Span | None

    @property
    def label(self) -> str:
        """The annotated label, or the model's where none is annotated."""
        span = self.gold or self.found
        return span.label if span else ""


def find_errors(article: AnnotatedArticle, found: Sequence[Span]) -> list[SpanError]:
    """Return the errors of a model in one article.

    A span that overlaps an annotated one of the same label is a boundary error, one that overlaps only another label's a wrong
    label; what then has no partner is missed or spurious. Every span is in one error at most.
    """
    right = {(span.start, span.end, span.label) for span in article.spans} & {(s.start, s.end, s.label) for s in found}
    gold_left = [span for span in article.spans if (span.start, span.end, span.label) not in right]
    found_left = [span for span in found if (span.start, span.end, span.label) not in right]
    errors: list[SpanError] = []
    for kind in ("boundary", "wrong label"):
        for gold in gold_left.copy():
            partner = next(
                (s for s in found_left if _overlaps(gold, s) and (s.label == gold.label) == (kind == "boundary")), None
            )
            if partner is not None:
                gold_left.remove(gold)
                found_left.remove(partner)
                errors.append(SpanError(article.facts.id, kind, gold, partner))
    errors += [SpanError(article.facts.id, "missed", span, None) for span in gold_left]
    errors += [SpanError(article.facts.id, "spurious", None, span) for span in found_left]
    return errors


def _overlaps(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def render_errors(pairs: Iterable[tuple[AnnotatedArticle, Sequence[Span]]], title: str) -> str:
    """Return the page: counts by kind and label, then the errors by label and kind, the most frequent first.

    Args:
        pairs: the annotated articles, and the spans that the model finds in each.
        title: says which model and which articles.
    """
    articles: dict[str, AnnotatedArticle] = {}
    errors: list[SpanError] = []
    for article, found in pairs:
        articles[article.facts.id] = article
        errors += find_errors(article, found)
    sentences = {name: split_sentences(article.text) for name, article in articles.items()}
    groups = Counter((error.label, error.kind) for error in errors)
    body = [f"<h1>{escape(title)}</h1>", f"<p>{len(errors)} errors. ", _LEGEND, _counts(groups)]
    for (label, kind), count in sorted(groups.items(), key=lambda item: (-item[1], item[0])):
        body.append(f"<section><h2>{escape(label)}, {kind} ({count})</h2>")
        body += [
            _sentence(error, articles[error.article].text, sentences[error.article])
            for error in errors
            if (error.label, error.kind) == (label, kind)
        ]
        body.append("</section>")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    page = "\n".join(body)
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>{page}</body></html>\n'


_LEGEND = (
    'Marked as <mark class="gold">annotated</mark>, <mark class="found">found by the model</mark>, '
    '<mark class="both">both</mark>.</p>'
)


def _counts(groups: Counter[tuple[str, str]]) -> str:
    totals: Counter[str] = Counter()
    for (label, _), count in groups.items():
        totals[label] += count
    rows = "".join(
        f"<tr><th>{escape(label)}</th>{''.join(f'<td>{groups[label, kind]}</td>' for kind in KINDS)}<td>{total}</td></tr>"
        for label, total in totals.most_common()
    )
    head = "".join(f"<th>{name}</th>" for name in ("label", *KINDS, "all"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _sentence(error: SpanError, text: str, sentences: Sequence[tuple[int, int]]) -> str:
    spans = [span for span in (error.gold, error.found) if span is not None]
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    # A span of the model may run over a sentence's end.
    start = max((first for first, _ in sentences if first <= start), default=start)
    end = min((last for _, last in sentences if last >= end), default=end)
    labels = " → ".join(escape(span.label) if span else "-" for span in (error.gold, error.found))
    return f"<p>{_marked(text, start, end, error)}<br><small>{escape(error.article)}, {labels}</small></p>"


def _marked(text: str, start: int, end: int, error: SpanError) -> str:
    edges = sorted({start, end, *(edge for span in (error.gold, error.found) if span for edge in (span.start, span.end))})
    pieces = []
    for first, last in pairwise(edges):
        held = [
            name for name, span in (("gold", error.gold), ("found", error.found)) if span and span.start <= first < span.end
        ]
        piece = escape(text[first:last])
        pieces.append(f'<mark class="{held[0] if len(held) == 1 else "both"}">{piece}</mark>' if held else piece)
    return "".join(pieces)
