"""Whether an article that names no gathering reports one all the same: a visit, a signing, a check, people who met.

A date and an office stand in every announcement, explanation and table of figures. Only a word of meeting, beside the day or
the place, tells that somebody was there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from re import Match

from kpu_nlp.linking.gatherings_words import LATER, MEETING, NOT_YET
from kpu_nlp.linking.layout import Layout
from kpu_nlp.spans import Span


def tells_of_a_gathering(layout: Layout, spans: Sequence[Span], anchors: Iterable[int]) -> bool:
    """Tell whether the article says that people met, visited, checked or signed.

    Args:
        layout: the article's layout.
        spans: its spans, sorted; what stands inside one is a name ("Divisi Sosialisasi", "Ruang Rapat").
        anchors: offsets of the reported day and of the venue.

    Returns:
        Whether a word of meeting stands in the headline, or in the sentence of an anchor or one beside it in its paragraph.
    """
    begins = [span.start for span in spans]
    for start, stop in {(0, layout.title_end), *map(layout.neighbourhood, anchors)}:
        for match in MEETING.finditer(layout.text, start, stop):
            inside = bisect_right(begins, match.start()) - 1
            named = inside >= 0 and match.start() < spans[inside].end
            if not named and _happened(layout, match):
                return True
    return False


def _happened(layout: Layout, match: Match[str]) -> bool:
    if layout.quoted(match.start()) or LATER.match(layout.after(match.end(), 60)):
        return False
    return NOT_YET.search(layout.before(match.start(), 40)) is None
