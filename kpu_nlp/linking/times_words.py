"""Words and patterns of Indonesian dates and clock times, old spellings and press abbreviations included.

Sources: Kamus Besar Bahasa Indonesia for the names; the spellings before the reform of 1972 (`Nopember`, `Pebruari`) and the
shortened forms are those that offices still print.
"""

from __future__ import annotations

import re

MONTHS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "januari jan januwari",
            "februari feb pebruari peb febuari",
            "maret mar mrt",
            "april apr",
            "mei",
            "juni jun",
            "juli jul",
            "agustus agt agu ags agust aug",
            "september sept sep",
            "oktober okt oct october",
            "november nov nopember nop",
            "desember des dec december",
        ),
        start=1,
    )
    for word in words.split()
}

# Monday is 0, as in datetime.date.weekday().
WEEKDAYS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        ("senin senen", "selasa", "rabu rebo", "kamis kemis", "jumat", "sabtu", "minggu ahad"),
    )
    for word in words.split()
}

NUMBER_WORDS: dict[str, int] = {
    word: number
    for number, word in enumerate(
        ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"],
        start=1,
    )
} | {"dua belas": 12, "duabelas": 12, "se": 1}

ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
ORDINALS = {"pertama": 1, "kedua": 2, "ketiga": 3, "keempat": 4}
# How many months a reporting period has.
PERIODS = {"semester": 6, "triwulan": 3, "tw": 3, "caturwulan": 4}

# Jum'at is printed with every kind of apostrophe.
APOSTROPHES = re.compile("['’‘`´ʼ]")

DATE_TOKEN = re.compile(
    r"""
    (?P<countdown>\bh\s?[-–+]\s?\d+\b)
  | (?P<iso>(?<!\d)(?:19|20)\d\d-\d{1,2}-\d{1,2}(?!\d))
  | (?P<full>(?<!\d)\d{1,2}(?P<mark>[/.\-])\d{1,2}(?P=mark)(?:\d{4}|\d{2})(?!\d))
  | (?P<daymonth>(?<!\d)\d{1,2}/\d{1,2}(?!\d))
  | (?P<year>(?<!\d)(?:19|20)\d\d(?!\d))
  | (?P<day>(?<!\d)\d{1,2}(?!\d))
  | (?P<range>\bs\s?[./]\s?d\b\.?|\bsd\b\.?|\bsampai(?:\s+dengan)?\b|\bhingga\b|[-–—−])
  | (?P<word>[^\W\d_]+)
    """,
    re.VERBOSE,
)

# Days from the day of publication; the longest phrase is tried first.
RELATIVE_DAYS: dict[str, int] = {
    "kemarin lusa": -2,
    "kemarin dulu": -2,
    "kemarin": -1,
    "tadi malam": -1,
    "semalam": -1,
    "hari ini": 0,
    "pagi ini": 0,
    "siang ini": 0,
    "sore ini": 0,
    "petang ini": 0,
    "malam ini": 0,
    "malam nanti": 0,
    "nanti malam": 0,
    "nanti sore": 0,
    "tadi pagi": 0,
    "tadi siang": 0,
    "tadi sore": 0,
    "besok lusa": 2,
    "lusa": 2,
    "besok": 1,
    "esok": 1,
}
RELATIVE_DAY = re.compile(r"\b(?:" + "|".join(sorted(RELATIVE_DAYS, key=len, reverse=True)) + r")\b")

# The day after or before a day told earlier: keesokan harinya, sehari sebelumnya, dua hari kemudian.
NEXT_DAY = re.compile(r"\b(?:ke)?esok(?:an)?\s*harinya\b|\bbesoknya\b|\besoknya\b|\bbesok harinya\b|\bhari berikutnya\b")
DAYS_APART = re.compile(
    r"\b(?P<count>se|\d{1,2}\s|[a-z]+\s)hari\s+"
    r"(?P<side>sebelumnya|kemudian|sesudahnya|setelahnya|setelah itu|sebelum itu|berikutnya)\b"
)
BACKWARD_SIDES = ("sebelumnya", "sebelum itu")

# A count with a unit (lima tahun lalu, 5 bulan berikutnya) tells a distance, not a date.
COUNTED_UNIT = re.compile(
    r"\b(?:\d+|se|"
    + "|".join(NUMBER_WORDS)
    + r"|beberapa|belasan|puluhan)\s*(?:hari|pekan|minggu|bulan|tahun|jam|dekade|abad)\b"
)
RELATIVE_UNIT = re.compile(r"\b(?P<unit>bulan|tahun)\s+(?P<side>ini|lalu|kemarin|depan|mendatang)\b")

PAST_SIDES = ("lalu", "kemarin", "silam")
FUTURE_SIDES = ("depan", "besok", "mendatang", "nanti")
LATER_HINT = re.compile(r"\s*(?:yang\s+akan\s+datang|yang\s+lalu|mendatang|depan|nanti|lalu|silam)\b", re.IGNORECASE)
WEEK = re.compile(r"\b(?:pekan|minggu)\s+(?P<side>ini|lalu|kemarin|depan|mendatang)\b")

# Days that come again and again, or none in particular.
RECURRING = re.compile(r"\b(?:setiap|tiap|tiap-tiap|saban|kecuali)\s+(?:hari\s+|tanggal\s+)?$", re.IGNORECASE)
EXPECTED = re.compile(
    r"\b(?:akan|bakal|dijadwalkan|direncanakan|rencananya|paling lambat|selambat-lambatnya|menyusul|mendatang|nanti|"
    r"disusulkan)\b|\b(?:mulai|sebelum)\s+(?:hari\s+)?$",
    re.IGNORECASE,
)

ZONES = {"wib": "+07:00", "wita": "+08:00", "wit": "+09:00"}
ZONE = re.compile(r"\b(?:(?P<short>wib|wita|wit)\b|waktu\s+indonesia\s+(?P<long>barat|tengah|timur)\b)", re.IGNORECASE)
LONG_ZONES = {"barat": "wib", "tengah": "wita", "timur": "wit"}

_HOUR_WORDS = "|".join(sorted((word for word in NUMBER_WORDS if word != "se"), key=len, reverse=True))
CLOCK = re.compile(
    r"(?P<half>\bsetengah\s+)?"
    r"(?:(?<![\d.:])(?P<hour>\d{1,2})(?:\s?[.:]\s?(?P<minute>\d{2})(?:[.:]\d{2})?)?(?![\d])"
    rf"|\b(?P<word>{_HOUR_WORDS})\b)"
    r"(?:\s+(?P<side>lewat|lebih|kurang)(?:\s+(?P<quarter>seperempat|setengah)|\s+(?P<off>\d{1,2}|"
    + _HOUR_WORDS
    + r")\b(?:\s+menit)?)?)?",
    re.IGNORECASE,
)
DAYPART = re.compile(r"\b(?P<part>pagi|siang|sore|petang|malam|dini\s+hari|subuh)\b", re.IGNORECASE)
CLOCK_RANGE = re.compile(r"s\s?[./]\s?d\b\.?|\bsd\b\.?|\bsampai(?:\s+dengan)?\b|\bhingga\b|[-–—−]", re.IGNORECASE)
OPEN_END = re.compile(r"\b(?:selesai|rampung|tuntas|usai|berakhir)\b", re.IGNORECASE)
UNTIL_DONE = re.compile(
    r"[\s,]*(?:s\s?[./]\s?d\b\.?|\bsd\b\.?|sampai(?:\s+dengan)?\b|hingga\b|[-–—−])\s*(?:acara\s+)?selesai\b", re.IGNORECASE
)
CLOCK_PREFIX = re.compile(r"\b(?:pukul|jam|pkl|pk)\b\.?", re.IGNORECASE)
