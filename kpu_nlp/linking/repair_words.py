"""Where the names of offices and bodies begin inside a role, for `kpu_nlp.linking.repair`."""

from __future__ import annotations

import re

_GAP = r"[^\S\n]+"
_END = r"(?![^\W_])"


def _any(words: str) -> str:
    """Return a group of the words of a list that is written with spaces; `_` stands for a space inside a word."""
    return "(?:" + "|".join(words.split()).replace("_", _GAP) + ")"


_ACTING = rf"(?:{_any('plt plh pj pjs penjabat mantan eks bekas wakil bakal calon')}\.?{_GAP})*"

# A body is an organisation of its own, however the tagger cuts it: `Kepala` `Dinas Pendidikan`, `Dekan` `Fakultas Hukum`.
_HEADED = (
    ("kepala", "suku_dinas dinas badan kantor lembaga lapas rutan rumah balai satpol satuan_polisi kejaksaan puskesmas"),
    ("ketua sekretaris anggota", "komisi"),
    ("dekan", "fakultas"),
    ("ketua sekretaris", "program_studi prodi jurusan"),
)
WITH_BODY = tuple(
    re.compile(rf"(?P<title>(?i:{_ACTING}{_any(head)})){_GAP}(?P<body>(?i:{_any(body)}){_END}{_GAP}[A-Z0-9].*)", re.DOTALL)
    for head, body in _HEADED
)

# Heads of a region, with the place in one span: `Camat` `Pemangkat`, `Dandim` `1006/Banjar`.
_REGIONAL = (
    "bupati wali_?kota gubernur camat lurah kapolres kapolresta kapolda kapolsek dandim danrem danramil danlanal kajari kajati"
)
WITH_PLACE = re.compile(
    rf"(?P<title>(?i:{_ACTING}{_any(_REGIONAL)})){_GAP}(?P<body>(?:[A-Z]|\d)[^\W_]*(?:[\s/-][A-Z0-9][\w-]*)*)"
)
# The rank follows: no place.
NO_PLACE = re.compile(rf"(?i:dan|terpilih|bidang|nomor|periode|metro){_END}")

# The kind of place that a head of a village is head of: `Kepala Desa` `Rimba`.
HEAD = re.compile(rf"(?i:{_ACTING}(?:kepala|penjabat))")
_VILLAGES = "desa kampung dusun lingkungan distrik nagari gampong pekon jorong kelurahan lembang negeri"
VILLAGE = re.compile(rf"(?i:{_any(_VILLAGES)}){_END}(?={_GAP}[A-Z])")

# Titles that say nothing without what follows them: `Kasat Polairud`, `Atasan PPID`.
INCOMPLETE = re.compile(
    rf"(?i:{_ACTING}{_any('kasat kasi kasie kasubb?ag kabag kabid kadiv kordiv koordiv kanit karo atasan relawan')})"
)
# A party's or a body's own unit, before the body: `Ketua` `Bapilu` `DPC Partai X`; a working group is never a body of its own.
OWN_UNIT = re.compile(rf"(?i:{_any('bapilu ppid satgas')}){_END}")
WORKING_GROUP = re.compile(rf"(?i:{_any('pokja kelompok_kerja')}){_END}")
# What goes on with a title that stands in another span: `Anggota` `Divisi Hukum`; an office begins a title of its own.
_OFFICES_HELD = (
    "plt plh pj pjs penjabat mantan ketua wakil anggota komisioner sekretaris kepala kasubb?ag kabag kasi kasat direktur "
    "inspektur bupati wali_?kota gubernur camat lurah kapolres dandim calon koordinator"
)
BEGINS_TITLE = re.compile(rf"(?i:{_any(_OFFICES_HELD)}){_END}")
# A body named by its kind, which the place after it completes: `Dinas Pendidikan` `Kabupaten Rimba`.
_KINDS_OF_BODY = "suku_dinas dinas badan kantor lembaga balai fakultas komisi unit program_studi prodi"
OF_A_PLACE = re.compile(rf"(?i:{_any(_KINDS_OF_BODY)}){_END}")
# No complement of a title, but a place or an office.
_OFFICES = r"kpu kip bawaslu panwas\w* polres\w* polda kodim korem kejari kejati kejaksaan pemkab pemkot pemprov"
_AREAS = "kabupaten kota provinsi kecamatan desa kelurahan dinas badan rutan lapas setda"
OFFICE = re.compile(rf"(?i:{_any(_OFFICES)}|{_any(_AREAS)}){_END}")
