"""The kind of a gathering, told by its name; the JSON contract has the name alone."""

from __future__ import annotations

import re
from functools import cache

OTHER_KIND = "other"

# Each kind with the words that begin its name; the longer of two that begin alike stands first. Of the 541 names of
# gatherings that are annotated in the training articles, 38 (7 %) fall into none.
_KINDS: tuple[tuple[str, str], ...] = (
    ("coordination meeting (rapat koordinasi)", r"rapat koordinasi|rakor(?:nas|da)?|koordinasi"),
    ("plenary meeting (rapat pleno)", r"rapat pleno|pleno|rekapitulasi"),
    ("working meeting (rapat kerja)", r"rapat kerja|raker(?:nas|da)?"),
    ("evaluation (evaluasi)", r"rapat evaluasi|evaluasi|monitoring|supervisi"),
    ("consolidation (konsolidasi)", r"rapat konsolidasi|konsolidasi"),
    ("other meeting (rapat)", r"rapat|rapim|entry meeting|pertemuan"),
    (
        "training (bimbingan teknis)",
        r"bimbingan teknis|bimtek|training|pelatihan|pembekalan|orientasi|workshop|lokakarya|pembinaan|kursus|"
        r"penguatan kapasitas|uji mampu",
    ),
    ("simulation (simulasi)", r"simulasi"),
    ("inauguration (pelantikan)", r"pelantikan|pengambilan sumpah|sidang pengucapan|serah terima|pisah sambut"),
    ("outreach (sosialisasi)", r"(?:gowes )?sosialisasi|penyuluhan|pendidikan|kpu goes|kelas|kuliah|nonton bareng|halaqah"),
    ("discussion (diskusi)", r"focus group|fgd|diskusi|seminar|webinar|dialog|talk\s?show|forum|uji publik"),
    ("debate (debat)", r"debat"),
    ("assembly (apel, upacara)", r"apel|upacara"),
    ("hearing (sidang)", r"sidang|pembacaan putusan|klarifikasi"),
    ("visit (kunjungan, audiensi)", r"kunjungan|audiensi|election visit|studi banding"),
    ("signing (penandatanganan)", r"penandatanganan"),
    ("launch (peluncuran)", r"peluncuran|launching|pencanangan|deklarasi|kirab|pawai|pelepasan|pembukaan"),
    ("voting and counting (pemungutan)", r"pemungutan|penghitungan"),
)

EVENT_KINDS: tuple[str, ...] = (*(kind for kind, _ in _KINDS), OTHER_KIND)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(rf"(?P<k{number}>\b(?:{words})\b)" for number, (_, words) in enumerate(_KINDS)))


def event_kind(name: str) -> str:
    """Return one of `EVENT_KINDS`: that of the first word in the name that tells one, else ``other``."""
    found = _pattern().search(" ".join(name.casefold().split()))
    return OTHER_KIND if found is None or found.lastgroup is None else _KINDS[int(found.lastgroup[1:])][0]
