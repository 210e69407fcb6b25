"""Long names, kinds and classes of Indonesian public bodies, for `kpu_nlp.linking.organizations`."""

from __future__ import annotations

import re

# Long names whose abbreviation is common knowledge; an article's own `Long Name (ABC)` adds to these. The longest stands first.
LONG_NAMES = {
    "komisi pemilihan umum": "kpu",
    "komisi independen pemilihan": "kip",
    "badan pengawas pemilihan umum": "bawaslu",
    "badan pengawas pemilu": "bawaslu",
    "panitia pengawas pemilihan umum": "panwaslu",
    "panitia pengawas pemilu": "panwaslu",
    "panitia pemilihan kecamatan": "ppk",
    "panitia pemungutan suara": "pps",
    "kelompok penyelenggara pemungutan suara": "kpps",
    "dewan kehormatan penyelenggara pemilihan umum": "dkpp",
    "dewan kehormatan penyelenggara pemilu": "dkpp",
    "dewan perwakilan rakyat daerah": "dprd",
    "dewan perwakilan rakyat": "dpr",
    "kepolisian resort kota": "polresta",
    "kepolisian resor kota": "polresta",
    "kepolisian resort": "polres",
    "kepolisian resor": "polres",
    "kepolisian daerah": "polda",
    "kepolisian sektor": "polsek",
    "komando distrik militer": "kodim",
    "komando resor militer": "korem",
    "komando rayon militer": "koramil",
    "pangkalan angkatan laut": "lanal",
    "kejaksaan negeri": "kejari",
    "kejaksaan tinggi": "kejati",
    "pengadilan negeri": "pn",
}

# What kind of area an office covers; left out of the comparison, unless two forms contradict each other.
KINDS = {
    "kabupaten": "kabupaten",
    "kab": "kabupaten",
    "kota": "kota",
    "provinsi": "provinsi",
    "propinsi": "provinsi",
    "prov": "provinsi",
    "kecamatan": "kecamatan",
    "kec": "kecamatan",
    "distrik": "kecamatan",
    "desa": "desa",
    "kelurahan": "kelurahan",
    "kel": "kelurahan",
}

# Before the last word of a name that only looks like a kind: Lima Puluh Kota is a regency.
NAMED_KINDS = frozenset({"puluh", "limapuluh", "50"})

# Written in full or not, these say nothing about which office it is.
SILENT = frozenset({"administrasi", "daerah", "istimewa", "khusus", "dki", "di"})

# The first word of an area's name that its contraction may leave out, though the name without it can be another area.
LEFT_OUT = frozenset({"kepulauan"})

# A class of offices, not one office: `KPU Kabupaten/Kota`, `KPU se-Jawa Timur`, `KPU Provinsi`.
CLASS_FORM = re.compile(r"\bse[- ]|/kota\b|/kab|\bdan\s+(?:kabupaten|kota|ppk|pps)\b|\bmaupun\b", re.IGNORECASE)

# Units that many bodies have: `Komisi A` of one council is the `Komisi A DPRD Kabupaten Ngawi` that the article names.
UNITS = frozenset({"komisi", "fraksi"})

# The commission's own heads: the office that publishes the article is one of them.
COMMISSION = frozenset({"kpu", "kip"})

NATIONAL = frozenset({"ri", "pusat"})
NATIONAL_LONG = re.compile(r"\brepublik\s+indonesia\b", re.IGNORECASE)

# Bodies of which every village or polling station has its own.
LOCAL_BODIES = frozenset({"ppk", "pps", "kpps", "panwascam", "pantarlih", "ppdp", "ppln", "kppsln"})

# The site that publishes the article: `kab-ngawi.kpu.go.id`, `kpu-bangka.go.id`, `kpud-diyprov.go.id`, `kpu.go.id`.
OUTLET = re.compile(
    r"(?<![\w.@-])(?:www\.)?(?P<site>[\w-]+\.kpu|kpud?(?:-[\w-]+)?)\.go\.id\b",
    re.IGNORECASE,
)
SITE_KIND = re.compile(r"\.kpu$|^kpud?-?|^(?:kab|kota|prov|ppid|jdih)-|-?(?:kab|kota|prov)$")

# An office inside the name of a hall or a meeting.
EMBEDDED_OFFICE = re.compile(
    r"\b(?:KPU|KIP|Komisi Pemilihan Umum)(?:\s+\(KPU\))?\s+(?:(?:Kabupaten|Kota|Provinsi)\s+)?"
    r"(?!Kabupaten|Kota|Provinsi|RI\b|Se-|No(?:mor|\.)|Tahun)[A-Z][\w'-]+(?:\s+(?!Periode|Tahun|Masa)[A-Z][\w'-]+){0,3}"
)
