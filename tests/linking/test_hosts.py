from __future__ import annotations

import pytest

from kpu_nlp.annotation.inline import parse_body
from kpu_nlp.linking.hosts import find_host
from kpu_nlp.linking.organizations import Organizations


@pytest.mark.parametrize(
    ("marked", "host"),
    [
        # the office named most, in halls and meetings too
        ("[KPU RI|ORG] melantik [KPU Kabupaten Telaga|ORG]. [KPU Telaga|ORG] siap", "KPU Kabupaten Telaga"),
        (
            "[KPU Provinsi Rimba|ORG] dan [KPU Kota Telaga|ORG] di [Aula KPU Kota Telaga|FAC], [KPU Provinsi Rimba|ORG], "
            "[Pelantikan Anggota KPU Kota Telaga Periode 2020|EVENT]",
            "KPU Kota Telaga",
        ),
        ("rapat di [Aula KPU Kabupaten Telaga|FAC], kata [Damar|PERSON]", "KPU Kabupaten Telaga"),
        ("[KPU RI|ORG] rapat", "KPU RI"),
        ("[KPU|ORG] rapat dengan [KPU Kabupaten/Kota|ORG]", "KPU"),
        ("[Bawaslu Telaga|ORG] rapat", None),
        ("", None),
        # the outlet decides
        ("Telaga, kab-telaga.kpu.go.id - [KPU Kabupaten Telaga|ORG], [KPU Rimba|ORG], [KPU Rimba|ORG]", "KPU Kabupaten Telaga"),
        (
            "Telaga, teltim.kpu.go.id - [KPU Provinsi Telaga Timur|ORG], [KPU Rimba|ORG], [KPU Rimba|ORG]",
            "KPU Provinsi Telaga Timur",
        ),
        ("Jakarta, kpu.go.id - [KPU|ORG] melantik [KPU Kabupaten Rimba|ORG] dan [KPU Kabupaten Telaga|ORG]", "KPU"),
        ("Telaga, kpu-telaga.go.id - [KPU Kabupaten Telaga|ORG], [KPU Rimba|ORG], [KPU Rimba|ORG]", "KPU Kabupaten Telaga"),
    ],
)
def test_the_office_whose_article_it_is(marked: str, host: str | None) -> None:
    text, spans = parse_body(marked)
    found = find_host(text, spans, Organizations(text, spans))
    assert (found.name if found else None) == host
