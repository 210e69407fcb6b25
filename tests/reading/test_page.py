from __future__ import annotations

import logging
import socket
import time

import pytest

from kpu_nlp.errors import InputError
from kpu_nlp.reading.page import MAX_ATTRIBUTES, MAX_DEPTH, MAX_PARTS, declared_charset, read_page

LEAD = "Arunika - Ketua KPU Kota Arunika, Sutarno Wibawa, membuka rapat koordinasi logistik di Hotel Cempaka, Selasa (14/3)."
QUOTE = '"Kita harus solid," kata Sutarno.'
PARAGRAPHS = f"<p>{LEAD.replace('Sutarno', '<b>Sutarno</b>', 1)}</p><p>{QUOTE}</p>"
MENU = '<nav><ul><li><a href="/">Beranda</a></li><li><a href="/profil">Profil</a></li></ul></nav>'
ASIDE = '<aside><h3>Terkait</h3><ul><li><a href="/a">KPU Kota Arunika Melantik Panitia Kecamatan Baru</a></li></ul></aside>'
COMMENTS = '<div id="comments"><p>Semoga kegiatan ini sukses dan lancar selalu ya Bapak dan Ibu sekalian.</p></div>'


def page(head: str = "<title>Rakor Logistik Digelar</title>", article: str = PARAGRAPHS) -> str:
    return (
        f'<!DOCTYPE html><html lang="id"><head>{head}</head><body>{MENU}'
        f"<article><h1>Rakor Logistik Digelar</h1>{article}</article>"
        f"{COMMENTS}{ASIDE}<footer>Hak cipta 2026</footer></body></html>"
    )


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        pytest.param(page(), [LEAD, QUOTE], id="paragraphs"),
        pytest.param(page(article=f"{LEAD}<br><br>{QUOTE}"), [LEAD, QUOTE], id="line breaks"),
        pytest.param(page(article=f"<div>{LEAD}</div><div>{QUOTE}</div>"), [LEAD, QUOTE], id="divisions"),
        pytest.param(page(article=f"<p>{LEAD}</p><p>  \n </p><p>{QUOTE}\n</p>"), [LEAD, QUOTE], id="blank paragraphs"),
        pytest.param(
            page(article=f'<div class="entry-meta">14 Maret 2023 | Admin</div>{PARAGRAPHS}'), [LEAD, QUOTE], id="byline"
        ),
        pytest.param(
            page(article=f"<p>{LEAD}</p><h2>Hasil</h2><blockquote>{QUOTE}</blockquote>"),
            [LEAD, "Hasil", QUOTE],
            id="subheading",
        ),
        pytest.param(page(article=f"{PARAGRAPHS}<table><tr><td>No</td><td>Nama</td></tr></table>"), [LEAD, QUOTE], id="table"),
        pytest.param(
            page(article=f"<p>{LEAD.replace('&', '&amp;')}</p><p>Tahun&nbsp;2023 &amp; 2024.</p>"),
            [LEAD, "Tahun 2023 & 2024."],
            id="entities",
        ),
        pytest.param(
            page(article=f"<p>{LEAD}</p><p>Acara <time>Selasa</time> lalu.</p>"),
            [LEAD, "Acara Selasa lalu."],
            id="time in a sentence",
        ),
    ],
)
def test_the_text_is_the_title_and_a_paragraph_a_line(html: str, lines: list[str]) -> None:
    assert read_page(html, "x").text.split("\n") == ["Rakor Logistik Digelar", *lines]


@pytest.mark.parametrize(
    "head",
    [
        "<title>Rakor Logistik Digelar</title>",
        "<title>Rakor Logistik Digelar - KPU Kota Arunika</title>",
        "<title>KPU Kota Arunika | Rakor Logistik Digelar</title>",
        '<title>KPU</title><meta property="og:title" content="Rakor Logistik Digelar – KPU Kota Arunika">',
        "",
    ],
)
@pytest.mark.parametrize("heading", ["h1", "h3"])
def test_the_title_is_the_headline_without_the_site(head: str, heading: str) -> None:
    found = read_page(page(head).replace("h1>", f"{heading}>"), "x")
    assert found.title == "Rakor Logistik Digelar"
    assert found.text == f"Rakor Logistik Digelar\n{LEAD}\n{QUOTE}"


@pytest.mark.parametrize(
    ("head", "byline", "published"),
    [
        ('<meta property="article:published_time" content="2023-03-14T10:00:00+07:00">', "", "2023-03-14"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2023-03-14T10:00:00+07:00", '
            '"dateModified": "2024-01-01"}</script>',
            "",
            "2023-03-14",
        ),
        ("", '<time datetime="2023-03-14T10:00">kemarin</time>', "2023-03-14"),
        ("", '<div class="tanggal">Selasa, 14 Maret 2023</div>', "2023-03-14"),
        ("", '<span class="post-date">14 Agt 2023 08:30 WIB</span>', "2023-08-14"),
        ("", '<ul class="post-meta"><li>Admin</li><li>4/3/2023</li></ul>', "2023-03-04"),
        ("", '<div class="date">31 Februari 2023</div>', None),
        ("", '<div class="date">Selasa, 14 xyz 2023</div>', None),
        ('<meta name="description" content="Pemungutan suara 2024-02-14 10:00:00">', "", None),
        ("", "<p>Pemungutan suara berlangsung 14 Februari 2024, tepatnya 2024-02-14 10:00:00.</p>", None),
    ],
)
def test_the_date_is_the_one_that_the_page_states_about_itself(head: str, byline: str, published: str | None) -> None:
    assert read_page(page(f"<title>Rakor Logistik Digelar</title>{head}", byline + PARAGRAPHS), "x").published == published


@pytest.mark.parametrize(
    ("head", "url", "outlet"),
    [
        ("", "https://www.arunika.kpu.go.id/berita/1", "arunika.kpu.go.id"),
        ('<link rel="canonical" href="https://arunika.kpu.go.id/berita/1">', None, "arunika.kpu.go.id"),
        ('<link rel="canonical" href="https://lain.example/1">', "https://arunika.kpu.go.id/1", "arunika.kpu.go.id"),
        ('<meta property="og:site_name" content="KPU Kota Arunika">', None, "KPU Kota Arunika"),
        ('<link rel="canonical" href="http://[rusak/">', None, None),
        ("", None, None),
    ],
)
def test_the_outlet_is_the_host_else_the_site(head: str, url: str | None, outlet: str | None) -> None:
    assert read_page(page(f"<title>Rakor Logistik Digelar</title>{head}"), "x", url=url).outlet == outlet


LINKS = "".join(
    f'<li><a href="/{number}">KPU Kota Arunika Menggelar Rapat Koordinasi Logistik Bersama Bawaslu {number}</a></li>'
    for number in range(30)
)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("", id="empty"),
        pytest.param("<html></html>", id="nothing"),
        pytest.param("<!-- -->", id="comment"),
        pytest.param("<html><head><title>Beranda</title></head><body>" + MENU * 10 + "</body></html>", id="menu"),
        pytest.param(f"<html><head><title>Berita</title></head><body><ul>{LINKS}</ul></body></html>", id="list of headlines"),
        pytest.param(
            '<html><head><title>App</title></head><body><div id="root"></div>'
            "<noscript>You need to enable JavaScript to run this app.</noscript></body></html>",
            id="needs scripts",
        ),
        pytest.param(
            "<html><head><title>Masuk</title></head><body><form><label>Nama</label><input><button>Masuk</button></form></body></html>",
            id="form",
        ),
    ],
)
def test_a_page_without_an_article_is_refused(html: str) -> None:
    with pytest.raises(InputError, match=r"^x\.html: no article found"):
        read_page(html, "x.html")


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<html><body>" + "<div>" * 10_000 + PARAGRAPHS + "</div>" * 10_000, id="nested 10,000 deep"),
        pytest.param("<html><body>" + "<b>" * 1_000_000 + PARAGRAPHS, id="a million open tags"),
        pytest.param("<html><body>" + "<div>" * (MAX_DEPTH + 1) + PARAGRAPHS, id="nested a little too deep"),
        pytest.param(f"<html><body><p {' '.join(f'a{n}=1' for n in range(300_000))}>{PARAGRAPHS}", id="attributes"),
        pytest.param(
            f"<html><body><p {' '.join(f'a{n}=1' for n in range(MAX_ATTRIBUTES + 1))}>{PARAGRAPHS}", id="a few too many"
        ),
        pytest.param("<html><body>" + f"<p>{LEAD}" * MAX_PARTS, id="elements"),
    ],
)
def test_a_page_built_to_break_readers_is_refused_fast(html: str) -> None:
    start = time.monotonic()
    with pytest.raises(InputError, match=r"^x\.html: (not a sound web page|a page of over 50,000 tags)"):
        read_page(html, "x.html")
    assert time.monotonic() - start < 20


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "html",
    [
        pytest.param(
            f'<!DOCTYPE html [<!ENTITY a0 "{"A" * 1000}">{BOMB}]><html><body>{PARAGRAPHS}<p>&a11;</p>', id="entity bomb"
        ),
        pytest.param(
            f'<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/hostname">]><html><body>{PARAGRAPHS}<p>&f;</p>',
            id="external entity",
        ),
        pytest.param(f"<html><body>{PARAGRAPHS}" + "<!--" * 500_000, id="open comments"),
        pytest.param(f"<html><body>{PARAGRAPHS}" + "<" * 2_000_000, id="angles"),
        pytest.param("<html><body>" + "<div>" * (MAX_DEPTH - 10) + PARAGRAPHS, id="deep, yet sound"),
        pytest.param(
            f'<html><head><script type="application/ld+json">{"[" * 500_000}</script></head><body>{PARAGRAPHS}', id="deep JSON"
        ),
        pytest.param(
            f'<html><head><script type="application/ld+json">{{"datePublished": 7}}</script></head><body>{PARAGRAPHS}',
            id="odd JSON",
        ),
    ],
)
def test_a_strange_page_is_read(html: str) -> None:
    assert LEAD in read_page(html, "x.html").text


def test_force_reads_a_page_of_many_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpu_nlp.reading.page.MAX_PARTS", 5)
    with pytest.raises(InputError, match="--force"):
        read_page(page(), "x")
    assert LEAD in read_page(page(), "x", force=True).text


def test_nothing_is_fetched_and_the_result_is_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    html = page(
        '<title>Rakor</title><base href="http://arunika.example/"><link rel="stylesheet" href="http://arunika.example/a.css">',
        f'<img src="http://arunika.example/a.png">{PARAGRAPHS}<iframe src="http://arunika.example/"></iframe>',
    )
    html = html.replace("<!DOCTYPE html>", '<!DOCTYPE html SYSTEM "http://arunika.example/a.dtd">')
    first = read_page(html, "x")
    assert all(read_page(html, "x") == first for _ in range(5))


def test_a_date_in_the_future_is_kept() -> None:
    """What is read must not depend on the day of reading."""
    head = '<title>Rakor</title><meta property="article:published_time" content="2090-03-14T10:00:00+07:00">'
    assert read_page(page(head), "x").published == "2090-03-14"


def test_libraries_do_not_talk(capsys: pytest.CaptureFixture[str]) -> None:
    assert logging.getLogger("trafilatura").handlers
    with pytest.raises(InputError):
        read_page("<html></html>", "x")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        (b'<meta charset="windows-1252">', "windows-1252"),
        (b"<META http-equiv=Content-Type content='text/html; charset=iso-8859-1'>", "iso-8859-1"),
        (b"<meta name=viewport><meta charset=utf-8 >", "utf-8"),
        (b"<p>charset=utf-8</p>", None),
        (b" " * 1024 + b'<meta charset="utf-8">', None),
    ],
)
def test_the_declared_charset_is_found(raw: bytes, charset: str | None) -> None:
    assert declared_charset(raw) == charset
