from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.errors import InputError
from kpu_nlp.reading.decoding import decode

LINE = "“Kita solid” – kata Ujang é"


@pytest.mark.parametrize(
    ("raw", "charset", "expected"),
    [
        pytest.param(LINE.encode(), None, LINE, id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + LINE.encode(), None, LINE, id="utf-8 mark"),
        pytest.param(codecs.BOM_UTF16_LE + LINE.encode("utf-16-le"), None, LINE, id="utf-16-le mark"),
        pytest.param(codecs.BOM_UTF16_BE + LINE.encode("utf-16-be"), None, LINE, id="utf-16-be mark"),
        pytest.param(LINE.encode("cp1252"), None, LINE, id="windows-1252"),
        pytest.param(LINE.encode("cp1252"), "iso-8859-1", LINE, id="latin-1 means windows-1252"),
        pytest.param(LINE.encode(), "no-such-charset", LINE, id="unknown charset"),
        pytest.param(LINE.encode(), "base64", LINE, id="a codec that is no encoding"),
        pytest.param("Ž".encode("iso-8859-2"), "iso-8859-2", "Ž", id="declared"),
        pytest.param(b"Cipt\xc3", "utf-16", "CiptÃ", id="utf-16 without a mark is a false claim"),
        pytest.param(codecs.BOM_UTF8 + "é".encode(), "iso-8859-2", "é", id="the mark goes before the declaration"),
        pytest.param(LINE.encode(), "iso-8859-1", LINE, id="utf-8 that claims latin-1"),
        pytest.param(b"a\r\nb\rc\n\x0c", None, "a\r\nb\rc\n\x0c", id="line ends stay"),
        pytest.param(b"", None, "", id="empty"),
    ],
)
def test_decodes(raw: bytes, charset: str | None, expected: str) -> None:
    assert decode(raw, "x", charset=charset) == expected


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param(b"Ketua KPU\x00 Arunika", "binary", id="NUL"),
        pytest.param(b"\x01\x02\x03\x04 teks", "binary", id="control characters"),
        pytest.param(LINE.encode("utf-32"), "binary", id="utf-32"),
        pytest.param(LINE.encode("utf-16-le"), "binary", id="utf-16 without a mark"),
        pytest.param(b"%PDF-1.7 ...", "PDF", id="PDF"),
        pytest.param(b"PK\x03\x04...", "Word", id="Word"),
        pytest.param(b"\x89PNG....", "picture", id="picture"),
        pytest.param(b"kata \x81 lain", "neither UTF-8 nor Windows-1252", id="undefined in Windows-1252"),
        pytest.param(codecs.BOM_UTF8 + b"\xff", "broken UTF-8 at byte 0", id="broken after a mark"),
        pytest.param(codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "broken UTF-16-LE", id="lone surrogate"),
    ],
)
def test_refuses(raw: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        decode(raw, "berita.txt")
    assert str(caught.value).startswith("berita.txt: ")


@given(
    st.binary(),
    st.none()
    | st.sampled_from(["utf-8", "latin-1", "iso-8859-6", "utf-16", "idna", "punycode", "unicode_escape", "utf-7", "x\0"]),
)
def test_bytes_give_text_or_an_input_error(raw: bytes, charset: str | None) -> None:
    try:
        text = decode(raw, "x", charset=charset)
    except InputError:
        return
    assert "\0" not in text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_utf_8_comes_back_unchanged(text: str) -> None:
    if not text.startswith("\ufeff"):
        assert decode(text.encode(), "x") == text
