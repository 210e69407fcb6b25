from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from kpu_nlp.schema import (
    Article,
    Directive,
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
from kpu_nlp.writing.readable import readable_span, readable_time
from kpu_nlp.writing.table import render_table

MENTION = Mention(start=0, end=1, text="x")
MODEL = ModelInfo(name="kpu-ner", version="1.0")


def article(**changes: object) -> Article:
    facts: dict[str, object] = {"id": "contoh", "sha256": "0" * 64, "text": "Judul"} | changes
    return Article.model_validate(facts)


def rendered(extraction: Extraction, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    render_table(extraction, console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def squeezed(output: str) -> str:
    return " ".join(output.split())


@pytest.fixture
def full() -> Extraction:
    return Extraction(
        article=article(
            title="KPU Gelar Rapat [bold]Penting[/bold]", dateline="Malang", outlet="jatim.kpu.go.id", published="2022-07-22"
        ),
        event=Event(name="Rapat Kerja", start="2022-07-22T21:00+07:00", open_end=True, mode="hybrid", venue=0),
        officials=(
            Official(
                id="o1",
                name="Ratna Dewi",
                titles=("Dr.", "S.H."),
                roles=(
                    Role(title="Ketua", organization="KPU Jatim", text="Ketua KPU Jatim"),
                    Role(title="Bupati", text="Bupati"),
                ),
                spoke=True,
                confidence=0.9,
                mentions=(MENTION,),
            ),
            Official(id="o2", name="Budi", confidence=0.9, mentions=(MENTION,)),
        ),
        venues=(
            Venue(
                name="Hotel Melati",
                address="Jalan Mawar 7",
                place="Malang",
                region=Region(code="35.73", name="Kota Malang", province="Jawa Timur"),
                confidence=0.9,
                mentions=(MENTION,),
            ),
            Venue(name="Zoom Meeting", confidence=0.9, mentions=(MENTION,)),
        ),
        times=(
            Time(text="Jumat (22/7)", start="2022-07-22", kind="date", span=MENTION),
            Time(text="kemarin", kind="date", span=MENTION),
        ),
        themes=(
            Theme(
                theme="commitment",
                label="komitmen",
                count=2,
                salience=0.667,
                directives=(Directive(start=0, end=1, text="Jaga integritas.", speaker="o1", spans=(MENTION,)),),
            ),
        ),
        quotes=(
            Quote(start=0, end=1, text="Ini [red]penting[/red]", speaker="o1", cue="ujar"),
            Quote(start=0, end=1, text="Entah", speaker=None),
        ),
        organizations=(Named(name="KPU RI", mentions=(MENTION, MENTION)),),
        elections=(Named(name="Pemilu 2024", mentions=(MENTION,)),),
        model=MODEL,
        warnings=("ambiguous region: Malang",),
    )


@pytest.mark.parametrize(
    "expected",
    [
        "KPU Gelar Rapat [bold]Penting[/bold]",
        "Malang, jatim.kpu.go.id, 2022-07-22",
        "name Rapat Kerja",
        "time 22 July 2022, 21:00 WIB until finished",
        "venue Hotel Melati, Jalan Mawar 7, Malang (35.73 Kota Malang, Jawa Timur)",
        "held hybrid",
        "place Zoom Meeting",
        "Ratna Dewi (Dr., S.H.) Ketua, KPU Jatim; Bupati spoke",
        "Budi -",
        "commitment (komitmen): 2 spans, 67%",
        "Ratna Dewi Jaga integritas.",
        "Ratna Dewi “Ini [red]penting[/red]”",
        "speaker unknown “Entah”",
        "Jumat (22/7) 22 July 2022",
        "kemarin date unknown",
        "organizations KPU RI (2)",
        "elections Pemilu 2024",
        "Warnings ambiguous region: Malang",
    ],
)
def test_what_is_shown(full: Extraction, expected: str) -> None:
    assert expected in squeezed(rendered(full, width=160))


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_console(full: Extraction, width: int) -> None:
    assert max(len(line) for line in rendered(full, width).splitlines()) <= width


def test_long_words_are_folded_not_cut() -> None:
    name = "x" * 300
    assert rendered(Extraction(article=article(title="Judul"), event=Event(name=name), model=MODEL)).count("x") == len(name)


def test_an_empty_extraction() -> None:
    assert squeezed(rendered(Extraction(article=article(), model=MODEL))) == "contoh Event name not found Officials (0)"


def test_control_characters_do_not_reach_the_terminal() -> None:
    output = rendered(Extraction(article=article(title="Rapat\x1b[31m\x07\nKPU\ud800"), model=MODEL))
    assert "Rapat�[31m� KPU�" in output


@given(st.text(max_size=40), st.integers(-2, 3))
def test_any_text(text: str, venue: int) -> None:
    extraction = Extraction(
        article=article(title=text),
        event=Event(name=text, start=text, end=text, venue=venue),
        venues=(Venue(confidence=1, mentions=()),),
        quotes=(Quote(start=0, end=1, text=text, speaker=text),),
        model=MODEL,
        warnings=(text,),
    )
    assert rendered(extraction).encode("utf-8")


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2022-07-22", "22 July 2022"),
        ("2022-07-02T09:00+08:00", "2 July 2022, 09:00 WITA"),
        ("21:00+07:00", "21:00 WIB"),
        ("21:00+09:00", "21:00 WIT"),
        ("2022-07-22T09:00", "22 July 2022, 09:00"),
        ("2022-07-22T09:00+00:00", "22 July 2022, 09:00 +00:00"),
        ("2022-13-01", "2022-13-01"),
        ("besok", "besok"),
        ("", ""),
    ],
)
def test_readable_time(stamp: str, expected: str) -> None:
    assert readable_time(stamp) == expected


@pytest.mark.parametrize(
    ("start", "end", "open_end", "expected"),
    [
        ("2022-07-22", None, False, "22 July 2022"),
        ("2022-07-22", "2022-07-24", False, "22 July 2022 until 24 July 2022"),
        ("2022-07-22T09:00+07:00", "2022-07-22T12:00+07:00", False, "22 July 2022, 09:00 WIB until 12:00 WIB"),
        ("2022-07-22T09:00+07:00", None, True, "22 July 2022, 09:00 WIB until finished"),
        ("09:00+07:00", "12:00+07:00", False, "09:00 WIB until 12:00 WIB"),
        (None, "2022-07-24", False, "until 24 July 2022"),
        (None, None, True, "until finished"),
        (None, None, False, None),
    ],
)
def test_readable_span(start: str | None, end: str | None, open_end: bool, expected: str | None) -> None:
    assert readable_span(start, end, open_end=open_end) == expected
