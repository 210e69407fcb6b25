"""Which date of an article is the day of what it reports, by weighing where and how each date stands.

The weights are judgement, checked on the training part of the corpus: a date in the first paragraphs, with its weekday, beside
the event, the venue or the hour, shortly before publication, speaks for it; a deadline, an election day, the date of a decree
or one inside a quotation speaks against it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpu_nlp.linking.events_words import GATHERING, WITHIN
from kpu_nlp.linking.layout import Layout
from kpu_nlp.spans import Span, labelled

# Dates after the first forty are no report's lead, however long the article.
_MOST = 40
# A dateline is a place and perhaps the site's name.
_DATELINE = 40
# A date that scores no better is a deadline or another day altogether.
_HOPELESS = -1.5
# A gathering lasts days; what runs longer is a stage of the election.
_LONGEST = 10

_OTHER_DAY = re.compile(
    r"\b(?:kecuali|paling lambat|selambat-lambatnya|hingga|sampai(?: dengan)?|sejak|sebelum|setelah|usai|per|tertanggal|"
    r"terhitung|batas(?: akhir)?|ditetapkan|diundangkan|dijadwalkan|direncanakan|akan[^,.]{0,40}|mendatang|berlaku|diterima|"
    r"dikirim|sebelumnya|semula|kemudian|menjelang|jelang|hari pemungutan suara[^,.]{0,25}|pencoblosan[^,.]{0,25}|"
    r"berita acara[^,.]{0,60}|nomor\s+\S+(?:\s+tahun\s+\d{4})?)\s*"
    r"(?:(?:pada|hari|tanggal|bulan|jatuh)\s*)*[(,]?\s*$",
    re.IGNORECASE,
)
_HELD = re.compile(
    r"\b(?:digelar|dilaksanakan|diselenggarakan|berlangsung|dihelat|diadakan|menggelar|melaksanakan|menyelenggarakan|mengadakan|"
    r"mengikuti|menghadiri|melantik|dimulai|bertempat|dibuka|membuka)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"\)?,?\s*(?:pagi|siang|sore|malam)?,?\s*(?:(?:(?:pukul|jam|pkl\.?)\s*)?\d{1,2}[.:]\d{2}\s*(?:wib|wita|wit)?)?\s*(?:hingga|sampai(?:\s+dengan)?|s\s?[./]\s?d\.?|[-–—])\s*(?:hari\s+|tanggal\s+)*\(?",
    re.IGNORECASE,
)
_CONNECTOR = re.compile(r"(?:hingga|sampai(?:\s+dengan)?|s\s?[./]\s?d\.?)\s+(?=\S)", re.IGNORECASE)
_CLOSES = re.compile(
    rf"\b(?:di\s?tutup|menutup|merampungkan|berakhir|penutupan|penutup)\b{WITHIN}*$|\bhari\s+(?:terakhir|kedua|ketiga)\b{WITHIN}{{0,60}}$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\b(?:di\s?buka|sejak|di\s?mulai|mulai|berlangsung)\b", re.IGNORECASE)
_LASTS = re.compile(
    rf"\b(?:{GATHERING})\b[^.;]{{0,40}}\b(?:berlangsung|digelar|dilaksanakan|diselenggarakan|selama|memakan\s+waktu)\b",
    re.IGNORECASE,
)
_LASTS_UNTIL = re.compile(
    rf"\b(?:{GATHERING})\b(?:\s+yang)?(?:(?!\b(?:dilanjutkan|disambung|sama|pendaftaran|materi|yang)\b)(?:[^.;]|\.\d)){{0,110}}"
    r"\b(?:sampai(?:\s+dengan)?|hingga|di\s?tutup|berakhir|selesai)\s+(?:(?:pada|hari|tanggal)\s+)*\(?$|"
    r"\b(?:yang\s+(?:di(?:jadwal|rencana)kan\s+)?berlangsung|\w+\s+hari)\s+(?:\w+\s+)?(?:sampai(?:\s+dengan)?|hingga)\s+(?:(?:pada|hari|tanggal)\s+)*\(?$|"
    rf"\b(?:{GATHERING})\s+dilanjutkan\s+(?:(?:pada|hari|tanggal)\s+)*\(?$|"
    rf"\b(?:dibuka|dimulai)\b{WITHIN}{{0,70}}\bdan\s+(?:di\s?tutup|berakhir|selesai)\s+(?:(?:pada|hari|tanggal)\s+)*\(?$|"
    r"\blalu\s+ditutup\s+(?:(?:pada|hari|tanggal)\s+)*\(?$",
    re.IGNORECASE,
)
# "Acara disambung Bimtek sampai 9 Maret": the next gathering lasts until then.
_FOLLOWED = re.compile(r"\b(?:dilanjutkan|disambung|disusul|langsung\s+digelar)\s+(?!(?:sampai|hingga)\b)\w", re.IGNORECASE)
# What joins an election or a decree to its date; the length keeps the match short.
_LEADS_TO = re.compile(r"[\s(,]{0,4}(?:(?:yang|akan|jatuh|digelar|berlangsung|pada|hari|tanggal)\s){0,6}\s?\(?", re.IGNORECASE)
# "KPU pada tanggal 20 April ...": a short subject, no dateline.
_ON = re.compile(r"\bpada\s", re.IGNORECASE)
_REPORTED = re.compile(r"\b(?:disampaikan|kata|ujar|ucap|tutur|jelas|ungkap|menyebut|mengatakan|menyatakan)\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"\b(?:senin|selasa|rabu|kamis|jum.?at|sabtu|minggu|ahad)\b", re.IGNORECASE)


def _by_publication(day: date, last: date, published: date | None) -> float:
    """Return how well a day fits a report published on ``published``: news is written within days."""
    if published is None:
        return 0.0
    age = (published - day).days
    if age >= 0 >= (last - published).days - 3:
        return 3.0 if (published - min(last, published)).days <= 3 else 1.5 if age <= 10 else -1.0 if age <= 40 else -3.0
    return -1.0 if age >= -14 else -2.5


class _Company:
    """Which sentences hold a span of a label."""

    def __init__(self, layout: Layout, spans: Sequence[Span]) -> None:
        self._sentences = {
            label: sorted({layout.sentence(span.start) for span in labelled(spans, label)})
            for label in ("EVENT", "FAC", "TIME")
        }
        self._fixed = sorted(span.end for span in labelled(spans, "ELECTION", "LAW"))

    def has(self, label: str, sentence: int) -> bool:
        found = self._sentences[label]
        place = bisect_left(found, sentence)
        return place < len(found) and found[place] == sentence

    def follows_fixed(self, layout: Layout, span: Span) -> bool:
        """Tell whether an election or a decree stands directly before the date, which is then theirs."""
        place = bisect_right(self._fixed, span.start) - 1
        if place < 0:
            return False
        return _LEADS_TO.fullmatch(layout.text, self._fixed[place], span.start) is not None


@dataclass(frozen=True, slots=True)
class Reported:
    """The day or days that an article reports: the DATE span that tells them, first and last day."""

    span: Span
    first: date
    last: date


def reported_days(
    layout: Layout, spans: Sequence[Span], days: Sequence[tuple[Span, date, date]], published: date | None
) -> Reported | None:
    """Return the day or days that the article reports, or None where no date can be it.

    Args:
        layout: the article's layout.
        spans: all spans of the article.
        days: DATE spans with first and last day, in text order.
        published: the day of publication, or None.
    """
    company = _Company(layout, spans)
    # Where the tagger took "hingga" into the date, it still tells that the date is the last day.
    days = [(_without_connector(layout, span), first, last) for span, first, last in days[:_MOST]]
    best: tuple[float, int] | None = None
    for index, (span, first, last) in enumerate(days):
        several = 0 < (last - first).days <= _LONGEST
        score = _weigh(layout, company, span, several=several) + _by_publication(first, last, published)
        if best is None or score > best[0]:
            best = (score, index)
    if best is None or best[0] <= _HOPELESS:
        return None
    return _widened(layout, company, days, best[1])


def _without_connector(layout: Layout, span: Span) -> Span:
    connector = _CONNECTOR.match(layout.text, span.start, span.end)
    return span if connector is None else replace(span, start=connector.end())


def _widened(layout: Layout, company: _Company, days: Sequence[tuple[Span, date, date]], index: int) -> Reported:
    """Return the reported day with the other end of its range, where neighbouring dates tell it."""
    span, first, last = days[index]
    single = Reported(span, first, last)
    if last != first:
        return single
    if index + 1 < len(days) and _JOINED.fullmatch(layout.text, span.end, days[index + 1][0].start):
        following = days[index + 1][2]
        return Reported(span, first, following) if following > first else single
    closing = _CLOSES.search(layout.before(span.start, 220)) is not None
    sentence = layout.sentence(span.start)
    for other, begin, end in days:
        apart = layout.sentence(other.start) - sentence
        before = layout.told_before(other.start, 150)
        if begin < end and begin <= first <= end and (end - begin).days <= _LONGEST:
            if apart == 0 or company.has("EVENT", sentence + apart) or (apart == 1 and _LASTS.search(before)):
                return Reported(span, begin, end)
        elif begin == end and closing and abs(apart) <= 1 and 0 < (first - begin).days <= _LONGEST:
            if _OPENS.search(layout.before(other.start, 40)):
                return Reported(span, begin, first)
        elif begin == end and not closing and 0 < (end - first).days <= _LONGEST:
            # "Rapat ditutup Jumat (6/12). Rapat yang dibuka Rabu (4/12) ...": told from its end.
            opened, closed = layout.before(span.start, 40), layout.before(other.start, 220)
            from_end = apart == -1 and company.has("EVENT", sentence - 1) and _OPENS.search(opened) and _CLOSES.search(closed)
            if from_end or (apart >= 0 and _ends_with(before)):
                return Reported(span, first, end)
    return single


def _ends_with(told: str) -> bool:
    """Tell whether the words before a date say that the gathering lasts until then."""
    return _LASTS_UNTIL.search(told) is not None and _FOLLOWED.search(told) is None


def _weigh(layout: Layout, company: _Company, span: Span, *, several: bool) -> float:
    sentence = layout.sentence(span.start)
    paragraph = layout.paragraph(span.start)
    before = layout.before(span.start, 70)
    weekday = _WEEKDAY.search(span.of(layout.text)) is not None
    event = company.has("EVENT", sentence)
    score = -0.4 * min(paragraph, 12) - 0.3 * min(sentence, 16)
    score += 2.0 * weekday + 1.5 * event
    score += 1.0 * company.has("FAC", sentence) + 1.0 * company.has("TIME", sentence)
    score += 0.5 * (_HELD.search(before) is not None)
    # The days of a gathering, told without weekdays.
    score += 1.0 * (event and not weekday and several)
    score -= 3.0 * (_OTHER_DAY.search(before) is not None)
    # "Pemilu 2024, Senin (17/10), tim mendatangi ...": behind a comma it may be the report's own.
    apart = "," in layout.text[max(0, span.start - 3) : span.start]
    score -= (2.0 if apart and weekday else 3.0) * company.follows_fixed(layout, span)
    score -= 3.0 * layout.quoted(span.start)
    if _in_dateline(layout, span):
        # The day of writing, unless no other date will do.
        score -= 0.0 if weekday else 1.5
    elif before.rstrip().endswith("(") and layout.text[span.end : span.end + 1] == ")":
        # "(Senin, 12/2)" behind what it dates: an aside.
        score -= 1.0
    if not event and _REPORTED.search(layout.around(span.start)):
        score -= 0.5
    return score


def _in_dateline(layout: Layout, span: Span) -> bool:
    """Tell whether a date stands between the place and the first word of the report: ``Jakarta, 5 Maret 2024 - ...``."""
    opening = layout.into_paragraph(span.start)
    if layout.paragraph(span.start) > 1 or opening > _DATELINE:
        return False
    return _ON.search(layout.text, span.start - opening, span.start) is None
