"""How titles go on after their first word, for `kpu_nlp.linking.titles`."""

from __future__ import annotations

import re

_GAP = r"[^\S\n]"  # any white space inside a line
_END = r"(?![^\W_])"

# `Pejabat Eselon II dan III`, `Pejabat Eselon 2,3, dan 4`, `Eselon III.a`: the echelons of the civil service are I to V. One
# list has one kind of numerals: `Pejabat Eselon II, 3 staf` counts the staff.
_AND = r"(?i:dan|serta|hingga|sampai|s\.?d\.?)"
_BETWEEN = rf"(?:{_GAP}*[,/&–-]{_GAP}*(?:{_AND}{_GAP}+)?|{_GAP}+{_AND}{_GAP}+)(?:(?i:dengan){_GAP}+)?(?:(?i:eselon){_GAP}+)?"
_ROMAN, _ARABIC = (rf"(?:{numeral})(?:\.?[a-eA-E])?{_END}" for numeral in ("IV|V|I{1,3}", "[1-5]"))
RANKED = re.compile(rf"(?<![^\W_])eselon{_END}", re.IGNORECASE)
ECHELON = re.compile(rf"(?i:eselon){_GAP}+(?:{_ROMAN}(?:{_BETWEEN}{_ROMAN})*|{_ARABIC}(?:{_BETWEEN}{_ARABIC})*)")

# A title that says nothing without its unit.
HEAD = re.compile(r"(?:.*\s)?(?:kepala|ketua|koordinator)", re.IGNORECASE | re.DOTALL)

# The units inside an office; bodies of their own (`Dinas`, `Badan`, `Tim`) are no part of a title.
_UNIT = (
    rf"(?i:sekretariat|(?:sub(?:{_GAP}|-)?)?bagian|subb?ag|biro|bidang|seksi|divisi|devisi|unit"
    rf"|pokja|kelompok{_GAP}+kerja){_END}(?:{_GAP}*\((?i:pokja)\))?"
)
# With these a body's name begins: the topic of a unit ends before it.
_BODY = (
    r"(?i:kpu|kip|komisi|bawaslu|panwas[^\W_]*|badan|dinas|dprd?|dprk|dkpp|dewan|setda|setjen|sekretariat|kantor|kementerian"
    r"|pemerintah|pemkab|pemkot|pemprov|polda|polres[^\W_]*|kejari|kejati|kejaksaan|kodim|universitas|fakultas|partai|kabupaten|pmi|rsud"
    rf"|kota|provinsi|ri){_END}"
)
_TOPIC = rf"(?:(?:,{_GAP}*|{_GAP}+)(?:(?:dan|serta|&){_GAP}+)?(?!{_BODY})[A-Z][\w-]*){{1,8}}"
BARE_UNIT = re.compile(_UNIT)
UNIT = re.compile(rf"{_UNIT}(?:{_TOPIC})?")
# Between a unit and its office in one span: `Sekretariat Bawaslu Kota X`.
TO_OFFICE = re.compile(rf"{_GAP}+(?={_BODY})")
# These are offices, not units of one.
OWN_OFFICE = re.compile(rf"sekretariat{_GAP}+(?:jenderal|daerah|negara|kabinet|presiden){_END}", re.IGNORECASE)

# Between a unit and the office or the name that shows where the title ends; a mark shows it too.
AFTER_UNIT = re.compile(rf",?{_GAP}*")
MARK = re.compile(r"[,.;:)\n]|\Z")
