"""The page of an article, read back as a browser would: its text, marks, cards, and what ties them together."""

from __future__ import annotations

import base64
import colorsys
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from kpu_nlp.pipeline import extract_article, load
from kpu_nlp.reading import read_article
from kpu_nlp.schema import (
    Article,
    Directive,
    Entity,
    Event,
    Extraction,
    Mention,
    ModelInfo,
    Named,
    Official,
    Quote,
    Region,
    Role,
    Theme,
    Time,
    Venue,
)
from kpu_nlp.writing.page import render_article
from kpu_nlp.writing.page_facts import LOW_CONFIDENCE
from kpu_nlp.writing.page_marks import TONES

SAMPLES = Path(__file__).parents[2] / "corpus" / "samples"
STYLES = Path(__file__).parents[2] / "kpu_nlp" / "writing" / "templates"
HOSTILE = "<script>alert(1)</script><img src=x onerror='alert(2)'>\"><b>{{ 7*7 }}{% raw %}&amp;</style></title>"


@dataclass
class Marked:
    """What all parts of a mark hold together."""

    start: int
    end: int
    parts: list[Any] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        return next((part.get(name) for part in self.parts if part.get(name) is not None), None)


class Page:
    """A page as lxml reads it."""

    def __init__(self, source: str) -> None:
        self.tree = html.document_fromstring(source, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
        (self.story,) = self.tree.find_class("text")
        self.text = "".join(self.story.itertext())
        self.marks: dict[str, Marked] = {}
        self._walk(self.story, 0)
        self.facts = {fact.get("id"): fact for fact in self.tree.find_class("fact")}

    def _walk(self, element: Any, position: int) -> int:
        start = position
        position += len(element.text or "")
        for child in element:
            position = self._walk(child, position) + len(child.tail or "")
        if (name := element.get("data-mark")) is not None:
            mark = self.marks.setdefault(name, Marked(start, position))
            assert start <= mark.end, "the parts of a mark follow one another"
            mark.end = position
            mark.parts.append(element)
        return position

    def mentions(self, fact: str) -> set[tuple[int, int]]:
        return {(self.marks[name].start, self.marks[name].end) for name in self.facts[fact].get("data-marks").split()}

    def cards(self, kind: str) -> list[str]:
        return [name for name in self.facts if re.fullmatch(rf"{kind}-[\d-]+", name)]

    def words(self, fact: str) -> str:
        return " ".join(" ".join(self.facts[fact].itertext()).split())


def spans(mentions: Sequence[Mention]) -> set[tuple[int, int]]:
    return {(mention.start, mention.end) for mention in mentions}


@pytest.fixture(scope="module")
def extractions(shipped_model: Path, lines: list[str]) -> list[Extraction]:
    """The sample articles and those of the other writers' tests, extracted by the shipped model."""
    nlp = load(shipped_model, device="cpu", threads=1)
    samples = [extract_article(read_article(str(path)), nlp=nlp) for path in sorted(SAMPLES.iterdir())]
    return [*samples, *(Extraction.model_validate_json(line) for line in lines)]


@pytest.fixture(scope="module")
def pairs(extractions: list[Extraction]) -> list[tuple[Extraction, Page]]:
    return [(extraction, Page(render_article(extraction))) for extraction in extractions]


def made(text: str = "Judul\nRina hadir.\n", **changes: Any) -> Extraction:
    article = Article(id="contoh", sha256="0" * 64, title=text.partition("\n")[0], text=text)
    return Extraction(**{"article": article, "model": ModelInfo(name="kpu-ner", version="1")} | changes)


def test_all_characters_together_are_the_article(pairs: list[tuple[Extraction, Page]]) -> None:
    assert len(pairs) > 8
    for extraction, page in pairs:
        assert page.text == extraction.article.text


def test_every_span_is_a_mark_with_its_label_and_nothing_else_has_one(pairs: list[tuple[Extraction, Page]]) -> None:
    for extraction, page in pairs:
        marked = Counter((mark.start, mark.end, mark.get("data-label")) for mark in page.marks.values())
        expected = Counter((entity.start, entity.end, entity.label) for entity in extraction.entities)
        assert {key: number for key, number in marked.items() if key[2]} == expected
        unlabelled = {key[:2] for key in marked if key[2] is None}
        directives = [directive for theme in extraction.themes for directive in theme.directives]
        assert unlabelled == spans(extraction.quotes) | spans(directives)


def test_marks_and_cards_name_each_other(pairs: list[tuple[Extraction, Page]]) -> None:
    for _, page in pairs:
        there = {(name, fact) for name, mark in page.marks.items() for fact in (mark.get("data-facts") or "").split()}
        back = {(name, fact) for fact, card in page.facts.items() for name in card.get("data-marks").split()}
        assert there == back
        assert there


def test_cards_stand_on_the_mentions_of_the_contract(pairs: list[tuple[Extraction, Page]]) -> None:
    for extraction, page in pairs:
        for kind, facts in {
            "official": [spans(official.mentions) for official in extraction.officials],
            "venue": [spans(venue.mentions) for venue in extraction.venues],
            "time": [spans([one.span]) for one in extraction.times],
            "quote": [spans([quote]) for quote in extraction.quotes],
            "theme": [spans([one, *one.spans]) for theme in extraction.themes for one in theme.directives],
            "organization": [spans(name.mentions) for name in extraction.organizations],
            "place": [spans(name.mentions) for name in extraction.places],
            "election": [spans(name.mentions) for name in extraction.elections],
            "regulation": [spans(name.mentions) for name in extraction.regulations],
        }.items():
            assert [page.mentions(card) for card in page.cards(kind)] == facts, kind


def test_an_event_stands_on_its_name_its_time_and_its_venue(pairs: list[tuple[Extraction, Page]]) -> None:
    extraction, page = next(pair for pair in pairs if pair[0].article.id == "konsolidasi-kaltim")
    event = extraction.event
    assert event is not None
    assert event.name is not None
    assert event.venue is not None
    lit = {extraction.article.text[start:end] for start, end in page.mentions("event-1")}
    assert {event.name, "Kamis, 19 September 2024"} <= lit
    assert {mention.text for mention in extraction.venues[event.venue].mentions} <= lit
    words = page.words("event-1")
    assert event.name in words
    assert "19 September 2024, 19:30 WITA until finished" in words
    assert page.facts["event-1"].xpath(".//a/@href") == [f"#venue-{event.venue + 1}"]
    assert "Ballroom Hotel Mahakam Permai" in words


def test_cards_tell_what_is_known(pairs: list[tuple[Extraction, Page]]) -> None:
    extraction, page = next(pair for pair in pairs if pair[0].article.id == "konsolidasi-kaltim")
    for number, official in enumerate(extraction.officials, start=1):
        words = page.words(f"official-{number}")
        assert words.startswith(official.name)
        assert all(role.title in words and (role.organization or "") in words for role in official.roles)
        assert ("spoke" in words) == official.spoke
        assert f"confidence {official.confidence:.0%}" in words
    names = {official.id: (official.name, f"#official-{number}") for number, official in enumerate(extraction.officials, 1)}
    quoted = [(quote, page.facts[f"quote-{number}"]) for number, quote in enumerate(extraction.quotes, start=1)]
    assert quoted
    for quote, card in quoted:
        if quote.speaker is not None:
            (link,) = card.iter("a")
            assert (link.text_content(), link.get("href")) == names[quote.speaker]
        assert quote.text in card.text_content()
    for number, theme in enumerate(extraction.themes, start=1):
        assert f"Directives: {theme.theme} ({theme.label})" in page.tree.get_element_by_id(f"theme-{number}").text_content()
        assert len(page.cards(f"theme-{number}")) == len(theme.directives)
    region = extraction.venues[0].region
    assert region is not None
    assert f"{region.code} {region.name}, {region.province}" in page.words("venue-1")


def test_a_quotation_in_the_text_carries_its_speaker(pairs: list[tuple[Extraction, Page]]) -> None:
    for extraction, page in pairs:
        names = {official.id: official.name for official in extraction.officials}
        said = {(mark.start, mark.end): mark.get("data-speaker") for mark in page.marks.values()}
        for quote in extraction.quotes:
            assert said[quote.start, quote.end] == (names[quote.speaker] if quote.speaker else None)


def test_the_legend_counts_the_marks(pairs: list[tuple[Extraction, Page]]) -> None:
    for extraction, page in pairs:
        counted = {key.get("data-key"): key.text_content() for key in page.tree.find_class("key")}
        assert counted == {
            label: f"{label} {number}" for label, number in Counter(one.label for one in extraction.entities).items()
        }


def test_what_the_model_is_unsure_of_is_marked(pairs: list[tuple[Extraction, Page]]) -> None:
    unsure = 0
    for extraction, page in pairs:
        low = {(mark.start, mark.end) for mark in page.marks.values() if "low" in mark.parts[0].get("class").split()}
        assert low == {(one.start, one.end) for one in extraction.entities if one.score < LOW_CONFIDENCE}
        unsure += len(low)
        for number, official in enumerate(extraction.officials, start=1):
            assert ("low confidence" in page.words(f"official-{number}")) == (official.confidence < LOW_CONFIDENCE)
    assert unsure


def test_everything_can_be_reached_and_named(pairs: list[tuple[Extraction, Page]]) -> None:
    for extraction, page in pairs:
        for mark in page.marks.values():
            first, *others = mark.parts
            assert (first.get("tabindex"), first.get("role")) == ("0", "group")
            label = mark.get("data-label")
            expected = (
                f"{label}: "
                if label
                else ("quotation, said by ", "quotation", *(f"{one.theme} directive" for one in extraction.themes))
            )
            assert first.get("aria-label").startswith(expected)
            assert all(part.get("tabindex") is None for part in others)
        for card in page.facts.values():
            assert card.get("tabindex") == "0"
            assert page.tree.get_element_by_id(card.get("aria-labelledby")).tag == "h3"
        identifiers = page.tree.xpath("//@id")
        assert len(identifiers) == len(set(identifiers))
        levels = [int(heading.tag[1]) for heading in page.tree.xpath("//h1|//h2|//h3")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        assert len(page.tree.xpath("//main")) == len(page.tree.xpath("//header")) == 1
        assert page.tree.get("lang") == "en"
        assert page.story.get("lang") == "id"
        assert page.story.xpath("h2/text()|h2//*/text()"), extraction.article.title


def test_a_page_asks_for_nothing_and_runs_only_its_own_script(pairs: list[tuple[Extraction, Page]]) -> None:
    for extraction, page in pairs:
        source = render_article(extraction)
        policy = page.tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        for tag in ("style", "script"):
            (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", source, flags=re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
        assert set(page.tree.xpath("//@href")) <= {f"#{name}" for name in page.tree.xpath("//@id")}
        assert page.tree.xpath("//@src|//@style|//@*[starts-with(name(), 'on')]|//link|//iframe|//form|//object") == []
        assert "url(" not in source
        assert "@import" not in source


def hostile(words: str) -> Extraction:
    """Return an extraction in which everything that can hold a string holds these words."""
    text = f"{words}\n{words} “{words}”\n"
    whole = Mention(start=0, end=len(words), text=words)
    later = {"start": len(words) + 1, "end": 2 * len(words) + 1, "text": words}
    return Extraction(
        article=Article(
            id=words, source=words, sha256="0" * 64, title=words, outlet=words, dateline=words, published=words, text=text
        ),
        event=Event(name=words, start=words, end=words, mode="onsite", venue=0),
        officials=(
            Official(
                id=words,
                name=words,
                titles=(words,),
                roles=(Role(title=words, organization=words, text=words),),
                spoke=True,
                confidence=0.2,
                mentions=(whole,),
            ),
        ),
        venues=(
            Venue(
                name=words,
                address=f"{words}!",
                place=f"{words}?",
                region=Region(code=words, name=words, province=f"{words}."),
                confidence=1,
                mentions=(whole,),
            ),
        ),
        times=(Time(text=words, start=words, kind="date", span=whole),),
        themes=(
            Theme(
                theme=words.lower(),
                label=words,
                count=1,
                salience=1,
                directives=(Directive(**later, speaker=words, spans=(Mention(**later),)),),
            ),
        ),
        quotes=(Quote(**later, speaker="tiada", cue=words), Quote(**later, speaker=words)),
        organizations=(Named(name=words, mentions=(whole,)),),
        places=(Named(name=words, mentions=()),),
        entities=(
            Entity(**whole.model_dump(), label=words, score=0.1),
            Entity(**later, label=words.upper(), score=1),
            Entity(**later, label="PERSON", score=1),
        ),
        model=ModelInfo(name=words, version=words),
        warnings=(words,),
    )


def test_markup_and_script_of_an_article_are_text() -> None:
    plain, attacked = Page(render_article(hostile("kata"))), Page(render_article(hostile(HOSTILE)))
    assert attacked.text == hostile(HOSTILE).article.text
    assert Counter(element.tag for element in attacked.tree.iter()) == Counter(element.tag for element in plain.tree.iter())
    assert len(attacked.tree.xpath("//script")) == 1
    assert attacked.tree.xpath("//img|//b|//@onerror|//@src") == []
    assert "alert" not in attacked.tree.xpath("//script")[0].text
    assert attacked.tree.xpath("//title")[0].text == HOSTILE
    assert attacked.tree.xpath("//h1")[0].text_content() == HOSTILE
    for name, card in attacked.facts.items():
        assert HOSTILE in card.text_content(), name


@pytest.mark.parametrize(
    "text",
    [
        "Judul\r\nRina hadir.\r\n",
        "Judul\rRina hadir.\r",
        "\n\n  Judul\n\n\n\tRina hadir.",
        "Judul\nRina  hadir. 🗳 é e\u0301 \u2028\u00a0\u200b\x85\n \n",
        "\ufeffJudul\nRina",
        "Judul\nRina \u202etxet\u202c hadir\n",
        "x",
    ],
    ids=["windows", "old mac", "blank lines", "letters", "mark", "right to left", "letter"],
)
def test_every_character_keeps_its_place(text: str) -> None:
    assert Page(render_article(made(text))).text == text
    start = text.find("Rina")
    if start >= 0:
        entity = Entity(start=start, end=start + 4, text="Rina", label="PERSON", score=1)
        (mark,) = Page(render_article(made(text, entities=(entity,)))).marks.values()
        assert (mark.start, mark.end) == (start, start + 4)


def test_a_control_character_takes_one_place() -> None:
    assert Page(render_article(made("Judul\nRi\0na\x0c\x1b[1m\n"))).text == "Judul\nRi\N{REPLACEMENT CHARACTER}na" + (
        "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[1m\n"
    )


def test_an_extraction_without_facts_is_a_page() -> None:
    page = Page(render_article(made(warnings=("no entities found",))))
    assert (page.text, page.marks, page.facts) == ("Judul\nRina hadir.\n", {}, {})
    assert "no entities found" in page.tree.get_element_by_id("facts").text_content()


def test_a_title_that_is_no_line_of_the_text_is_shown_above_it() -> None:
    article = Article(id="a", sha256="0" * 64, title="Judul", text="Rina hadir.\n")
    page = Page(render_article(made(article=article)))
    assert page.text == "Rina hadir.\n"
    assert [heading.text_content() for heading in page.tree.find_class("headline")] == ["Judul"]


def test_a_theme_and_a_name_inside_it_are_both_seen() -> None:
    text = "Judul\nPerkuat sinergi dengan Bawaslu Kota Batu, segera.\n"

    def one(kind: Any, words: str, **more: Any) -> Any:
        return kind(start=text.index(words), end=text.index(words) + len(words), text=words, **more)

    page = Page(
        render_article(
            made(
                text,
                entities=(
                    one(Entity, "sinergi dengan Bawaslu", label="COORDINATION", score=1),
                    one(Entity, "Bawaslu Kota Batu", label="ORG", score=1),
                ),
            )
        )
    )
    marks = {mark.get("data-label"): mark for mark in page.marks.values()}
    assert {label: text[mark.start : mark.end] for label, mark in marks.items()} == {
        "COORDINATION": "sinergi dengan Bawaslu",
        "ORG": "Bawaslu Kota Batu",
    }
    assert [part.text_content() for part in marks["ORG"].parts] == ["Bawaslu", " Kota Batu"]
    assert "theme" in marks["COORDINATION"].parts[0].get("class").split()
    assert marks["ORG"].parts[0].getparent() is marks["COORDINATION"].parts[0]


def test_labels_that_this_package_does_not_know_have_a_colour_and_a_theme_its_line() -> None:
    text = "Judul\nanggaran dan integritas\n"
    entities = tuple(
        Entity(start=text.index(word), end=text.index(word) + len(word), text=word, label=label, score=1)
        for word, label in (("anggaran", "MONEY"), ("integritas", "INTEGRITY"))
    )
    themes = (Theme(theme="integrity", label="integritas", count=1, salience=1, directives=()),)
    page = Page(render_article(made(text, entities=entities, themes=themes)))
    classes = {mark.get("data-label"): mark.parts[0].get("class").split() for mark in page.marks.values()}
    assert {"entity", "theme"} == {classes["MONEY"][1], classes["INTEGRITY"][1]}
    assert classes["INTEGRITY"][1] == "theme"
    assert classes["MONEY"][2] != classes["INTEGRITY"][2]
    assert all(re.fullmatch(r"t\d+", found[2]) and int(found[2][1:]) < TONES for found in classes.values())


def test_speakers_and_venues_that_are_not_there_are_not_linked() -> None:
    text = "Judul\n“Baik”\n"
    quote = {"start": 7, "end": 11, "text": "Baik"}
    twice = [Official(id="o1", name=name, confidence=1, mentions=()) for name in ("Rina", "Heru")]
    page = Page(
        render_article(
            made(
                text,
                event=Event(venue=3),
                officials=tuple(twice),
                quotes=(Quote(**quote, speaker="o9"), Quote(**quote), Quote(**quote, speaker="o1")),
            )
        )
    )
    assert [page.words(f"quote-{number}").split(" ·")[0] for number in (1, 2, 3)] == [
        "“Baik” speaker o9 1 mention",
        "“Baik” speaker unknown 1 mention",
        "“Baik” speaker Rina 1 mention",
    ]
    assert page.tree.xpath("//article[starts-with(@id, 'quote')]//a/@href") == ["#official-1"]
    assert "venue not found" in page.words("event-1")


def repeated(extraction: Extraction, words: int) -> Extraction:
    """Return the extraction of an article that says the same again and again until it has so many words."""
    article = extraction.article
    times = words // len(article.text.split()) + 1

    def moved(value: Any, by: int, number: int) -> Any:
        if isinstance(value, dict):
            shift = {"start", "end"} if isinstance(value.get("start"), int) else set()
            return {
                key: part + by
                if key in shift
                else (f"{part}-{number}" if key in ("id", "speaker") and part else moved(part, by, number))
                for key, part in value.items()
            }
        return [moved(part, by, number) for part in value] if isinstance(value, list) else value

    plain = json.loads(extraction.model_dump_json())
    for key in ("officials", "venues", "times", "quotes", "organizations", "entities"):
        plain[key] = [one for number in range(times) for one in moved(plain[key], number * len(article.text), number)]
    for theme in plain["themes"]:
        theme["directives"] = [
            one for number in range(times) for one in moved(theme["directives"], number * len(article.text), number)
        ]
    plain["article"]["text"] = article.text * times
    return Extraction.model_validate(plain)


def test_fifty_thousand_words_are_a_page_too(extractions: list[Extraction]) -> None:
    long = repeated(next(one for one in extractions if one.article.id == "konsolidasi-kaltim"), 50_000)
    assert len(long.article.text.split()) >= 50_000
    started = time.perf_counter()
    source = render_article(long)
    seconds = time.perf_counter() - started
    # Two seconds on a machine that does nothing else; one whose time grew with the square of the length would take minutes.
    assert seconds < 60
    assert len(source.encode()) < 10_000_000
    page = Page(source)
    same = page.text == long.article.text
    assert same  # not compared in the assertion: explaining a difference of so long texts would take hours
    labelled = [mark for mark in page.marks.values() if mark.get("data-label")]
    assert len(labelled) == len(long.entities)


# Contrast


def luminance(red: float, green: float, blue: float) -> float:
    """Return the relative luminance of a colour (WCAG 2.2); channels 0 to 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def of_hex(colour: str) -> float:
    return luminance(*(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)))


def of_hsl(hue: float, saturation: float, lightness: float) -> float:
    return luminance(*colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100))


def schemes() -> Iterator[tuple[dict[str, float], tuple[float, float], tuple[float, float]]]:
    """Give, for light and dark: the luminance of each named colour, and saturation and lightness of tints and edges."""
    base, style = ((STYLES / name).read_text(encoding="utf-8") for name in ("base.css", "article.css"))
    light: dict[str, float] = {}
    for block in re.findall(r":root \{(.*?)\}", base, flags=re.DOTALL):
        light = light | {name: of_hex(colour) for name, colour in re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)}
        number = 0 if "font:" in block else 1
        tint, edge = (re.findall(rf"--{name}: hsl\(var\(--h\) (\d+)% (\d+)%\)", style)[number] for name in ("tint", "edge"))
        yield light, (float(tint[0]), float(tint[1])), (float(edge[0]), float(edge[1]))


def test_text_has_contrast_in_light_and_dark() -> None:
    found = list(schemes())
    assert len(found) == 2
    hues = re.findall(r"\.t(\d+) \{ --h: (\d+) \}", (STYLES / "article.css").read_text(encoding="utf-8"))
    assert [int(number) for number, _ in hues] == list(range(TONES))
    assert len({hue for _, hue in hues}) == TONES
    for colours, tint, edge in found:
        for text in ("ink", "soft", "accent", "alarm"):
            for ground in ("page", "card"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        for text in ("lit-ink", "alarm", "soft"):
            assert contrast(colours[text], colours["lit"]) >= 4.5, text
        for _, hue in hues:
            ground = of_hsl(float(hue), *tint)
            assert contrast(colours["ink"], ground) >= 4.5, hue
            assert contrast(colours["alarm"], ground) >= 4.5, hue
            # A line that is no text needs 3:1 (WCAG 1.4.11).
            assert contrast(of_hsl(float(hue), *edge), colours["page"]) >= 3, hue
        assert contrast(colours["accent"], colours["page"]) >= 3
        assert contrast(colours["kin"], colours["page"]) >= 3
