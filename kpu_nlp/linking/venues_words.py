"""Words and patterns for `venues`."""

from __future__ import annotations

# A meeting platform or a channel: a place without a region.
ONLINE_WORDS = frozenset(
    [
        "zoom",
        "meet",
        "webex",
        "youtube",
        "facebook",
        "instagram",
        "tiktok",
        "twitter",
        "teams",
        "skype",
        "whatsapp",
        "telegram",
        "daring",
        "online",
        "virtual",
        "livestreaming",
        "streaming",
        "kanal",
        "akun",
        "spotify",
        "cloudx",
        "jitsi",
        "webinar",
        "website",
        "laman",
        "digital",
    ]
)

# Heads of parts of a building: one that stands directly before a building is in it.
ROOM_WORDS = frozenset(
    [
        "aula",
        "ruang",
        "ruangan",
        "ballroom",
        "hall",
        "auditorium",
        "lantai",
        "lobi",
        "lobby",
        "balairung",
        "operation",
        "meeting",
        "halaman",
        "pelataran",
        "teras",
        "studio",
        "kamar",
        "serambi",
        "lapangan",
        "grand",
        "convention",
    ]
)
BUILDING_WORDS = frozenset(
    [
        "hotel",
        "gedung",
        "kantor",
        "kampus",
        "universitas",
        "gor",
        "mal",
        "mall",
        "plaza",
        "wisma",
        "pendopo",
        "pendapa",
        "balai",
        "masjid",
        "gereja",
        "sekolah",
        "sman",
        "smkn",
        "sma",
        "smk",
        "smp",
        "sd",
        "lapas",
        "rutan",
        "polres",
        "mapolres",
        "rsud",
        "graha",
        "resort",
        "rumah",
        "grha",
        "istana",
    ]
)

# Last words of a name that its office or owner completes.
OPEN_NAME_WORDS = frozenset(
    ["rapat", "pertemuan", "sidang", "gudang", "sekretariat", "center", "media", "pleno", "depan", "utama"]
)
# Capitalised words that begin something else where a full stop or comma is missing.
NO_NAME_WORDS = frozenset(
    [
        "jalan",
        "jl",
        "jln",
        "pukul",
        "pkl",
        "jam",
        "hari",
        "tanggal",
        "pada",
        "dalam",
        "acara",
        "kegiatan",
        "rapat",
        "ketua",
        "anggota",
        "sekretaris",
        "bapak",
        "ibu",
        "hadir",
        "turut",
        "kpu",
        "komisi",
        "bawaslu",
        "wib",
        "wita",
        "wit",
        "di",
        "yang",
        "dan",
        "dengan",
        "untuk",
        "oleh",
        "serta",
    ]
)

# What can stand between the parts of one place.
NAME_TO_ADDRESS = r"\s?(?:,\s*|\s|\s?\(\s*|,?\s+(?:di|yang beralamat di|beralamat di|yang terletak di|terletak di)\s+)"
TO_PLACE = r"\s?(?:,\s*|\s|,?\s+di\s+|\s?\(\s*)"
# A verb of coming or a preposition before a village that is itself the place.
TO_VILLAGE = r"\b(?:di|ke|mendatangi|mengunjungi|menyambangi|didatangi\s+(?:ialah|adalah|yaitu|yakni))\s+$"
ROOM_TO_BUILDING = r"(?:,?\s|,?\s+di\s+)"
LIST_AFTER = r"\)?,?\s*(?:dan|serta|hingga|sampai)\b"
LIST_COMMA = r"\)?,\s*"

# A second place name that only widens the first: ``Desa Jaya, Kecamatan Maju``.
WIDER_WORDS = frozenset(
    ["kecamatan", "kec", "distrik", "kapanewon", "kemantren", "kabupaten", "kab", "kota", "provinsi", "prov"]
)

# Institutions that bear the name of a place or a person elsewhere: a university with a city in its name can stand in another.
NAMED_AFTER_WORDS = frozenset(
    ["universitas", "institut", "stie", "stikes", "politeknik", "akademi", "yayasan", "ponpes", "pesantren"]
)
