from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.schema import Article, Directive, Entity, Event, Extraction, Mention, ModelInfo, Named, Official, Role, Theme
from kpu_nlp.writing.json_lines import json_schema, to_json

KEYS = [
    "schema_version",
    "article",
    "event",
    "officials",
    "venues",
    "times",
    "themes",
    "quotes",
    "organizations",
    "places",
    "elections",
    "regulations",
    "entities",
    "model",
    "warnings",
]


def extraction(text: str = "Ketua “KPU” Arunika\u2028é") -> Extraction:
    mention = Mention(start=0, end=5, text=text[:5])
    return Extraction(
        article=Article(id="a", sha256="0" * 64, text=text),
        event=Event(name="Rakor"),
        officials=(
            Official(id="o1", name="Sutarno", roles=(Role(title="Ketua", text="Ketua"),), confidence=0.5, mentions=(mention,)),
        ),
        themes=(
            Theme(
                theme="coordination",
                label="koordinasi",
                count=1,
                salience=1,
                directives=(Directive(start=0, end=5, text="Ketua", spans=(mention,)),),
            ),
        ),
        organizations=(Named(name="KPU", mentions=()),),
        entities=(Entity(start=0, end=5, text="Ketua", label="ROLE", score=0.1 + 0.2),),
        model=ModelInfo(name="kpu-ner", version="1"),
    )


@pytest.mark.parametrize("indent", [False, True])
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_json_comes_back_the_same(indent: bool, text: str) -> None:
    written = to_json(extraction(text), indent=indent)
    assert Extraction.model_validate_json(written) == extraction(text)
    assert json.loads(written)["article"]["text"] == text
    if not indent:
        assert len(written.splitlines()) == 1


def test_keys_stand_in_the_contract_s_order_and_none_is_missing() -> None:
    written = json.loads(to_json(extraction(), indent=False))
    assert list(written) == KEYS
    assert list(written["article"]) == ["id", "source", "sha256", "title", "outlet", "dateline", "published", "text"]
    assert written["officials"][0]["roles"] == [{"title": "Ketua", "organization": None, "text": "Ketua"}]
    assert (written["venues"], written["event"]["start"]) == ([], None)


def test_letters_stay_as_they_are() -> None:
    written = to_json(extraction(), indent=True)
    assert "“KPU”" in written
    assert written.startswith('{\n  "schema_version": "1.0",\n  "article": {\n')
    assert not written.endswith("\n")


def test_the_schema_requires_every_key() -> None:
    schema = json.loads(json_schema())
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["required"] == KEYS
    assert schema["$defs"]["Official"]["required"] == ["id", "name", "titles", "roles", "spoke", "confidence", "mentions"]
    assert schema["$defs"]["Theme"]["properties"]["theme"]["type"] == "string"
