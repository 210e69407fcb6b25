"""The words between roles, organisations and names in Indonesian news, for `roles`, `posts`, `holders` and `workplaces`."""

from __future__ import annotations

import re


def _words(*alternatives: str) -> str:
    """Return a group of alternatives; a space stands for any white space."""
    return "(?:" + "|".join(alternatives).replace(" ", r"\s+") + ")"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Between a role and its organisation or place: `Ketua KPU`, `Staf pada Sekretariat`, `Koordinator di Jawa Timur`.
TO_ORGANIZATION = _compile(rf"\s*|\s+{_words('pada', 'di', 'dari', 'untuk', 'di lingkungan', 'wilayah')}\s+")

# Between two roles of one person: `Anggota KPU Bali yang juga Ketua Divisi Hukum`, `Sekretaris merangkap Bendahara`.
_BECOMES = _words(
    r"(?:kini |lalu |kemudian |sekarang )?(?:menjadi|(?:ditetapkan|diangkat|dilantik|dipercaya) (?:sebagai|menjadi))"
)
_HEADS = ("membidangi", "mengampu", "membawahi", "menangani")
_ALSO = _words("juga", "sekaligus", "merangkap", "selaku", "sebagai", "menjabat", "memegang jabatan", *_HEADS)
_MADE = _words("merupakan", "dipercaya(?:kan)? (?:menjadi|sebagai)")
SAME_HOLDER = _compile(
    rf",?\s*(?:yang\s+)?(?:(?:kini|saat ini|sekarang)\s+)?{_ALSO}(?:\s+{_ALSO})*\s+|,?\s*yang\s+(?:juga\s+)?{_MADE}\s+|\s*/\s*"
    rf"|,?\s*{_BECOMES}\s+|,\s*(?:kini|sekarang|saat ini)\s+"
)

# A division printed after the organisation is a role of the same person: `Anggota KPU RI Divisi Hukum`.
_DIVISIONS = _words("divisi", "devisi", "kadiv", "koo?rdiv", "bidang", "koordinator wilayah", "korwil")
DIVISION = _compile(rf"(?:(?:ketua|koordinator)\s+)?{_DIVISIONS}\b")
BARE_DIVISION = _compile(r"(?:divisi|devisi)\b")
MEMBER = _compile(r"(?:mantan\s+)?(?:anggota|komisioner)$")
TO_DIVISION = _compile(r"\s*,?\s*\(?|\s+(?:di|pada|dari)\s+")

# Between two roles that share the organisation after the second: `Ketua dan Anggota KPU Bali`.
SHARED = _compile(r"\s*(?:,|,?\s*dan|,?\s*serta|/|&|maupun)\s*(?:para\s+)?")

# Between a role with its organisation and the name of the person after it.
_ANNOUNCING = _words("yaitu", "yakni", "masing-masing", r"di\s?antaranya", "antara lain", "ialah", "adalah", "satu per satu")
_BEFORE_NAME = _words(
    _ANNOUNCING,
    "atas nama",
    "bernama",
    "adapun",
    r"(?:(?:yang|kini|akan) )*(?:dijabat|dipegang|dipercayakan|diemban|diisi)(?: oleh| kepada| sementara)*",
    "oleh",
    r"bapak|ibu|bpk\.?|saudara|saudari|sdr\.?|sdri\.?|pak|bu",
    "lain(?:nya)?",
    r"terpilih|terlantik|definitif|demisioner|setempat|tersebut|kita|non-?aktif",
    "yang (?:baru|lama|bertugas|hadir|dilantik|terpilih)",
    r"periode [\d\s./–-]+",
    r"nomor urut \w+",
    r"unsur \w+",
    r"hadir sebagai \w+",
    r"\(?(?:ttd|dto)\b\.?\)?",
)
BEFORE_NAME = _compile(rf"[\s,:(–—-]*(?:{_BEFORE_NAME}[\s,:(–—-]*)*")
# The same without any mark: the role can only belong to the name that follows.
CLOSE = _compile(rf"\s*(?:{_BEFORE_NAME}\s*)*")
# A place or organisation between a role and its name: `anggota KPPS dari Kelurahan X, Y`.
FROM_PLACE = _compile(r"\s+dari\s+")
# These words announce a list of names under one role.
LIST_CUE = _compile(rf"\b{_ANNOUNCING}\b|:")

# Between two names of one list.
_SIDE = r"(?:\s*\(?(?:dari\s+)?unsur\s+[^,;()]{1,40}?)?"
BETWEEN_NAMES = _compile(
    _SIDE + r"\)?\s*(?:[,;]|,?\s*(?:dan|serta|&|maupun|beserta)|[,;]\s*(?:dan|serta))\s*(?:(?:bapak|ibu)\s+)?"
)

# Between a name and the role that is told of it, where no comma leaves a doubt.
_ALL_OF = _words("keduanya", "ketiganya", "keempatnya", "kelimanya", "semuanya", "masing-masing")
_CHOSEN = (
    "bertindak",
    "bertugas",
    "dilantik",
    "diangkat",
    "ditunjuk",
    "dipercaya",
    "ditetapkan",
    "terpilih",
    "didapuk",
    "duduk",
    "tercatat",
    "terdaftar",
    "dikenal",
    "namanya",
    "memperkenalkan diri",
    "mengundurkan diri",
    "bergeser dari",
)
_SINCE = (
    "sehari-hari",
    "kini",
    "saat ini",
    "kala itu",
    "saat itu",
    "mulai",
    "pernah",
    "sempat",
    "jabatan aslinya",
    "semula",
    "sebelumnya",
)
_IS = ("merupakan", "adalah", "ialah", "menjadi", "memegang(?: jabatan)?")
_BECAME = _words(_ALSO, _ALL_OF, *_CHOSEN, *_SINCE, *_IS)
AFTER_NAME = _compile(rf"\)?\s*[,–—-]?\s*(?:\(\s*(?:{_BECAME}\s+)*|yang\s+(?:{_BECAME}\s+)+|(?:{_BECAME}\s+)+|juga\s+)")
# A role told of several names before it: each of them, or one each.
ALL_OF = _compile(rf"\b{_ALL_OF}\b")
COUNT_OF = {"keduanya": 2, "ketiganya": 3, "keempatnya": 4, "kelimanya": 5}

# With a comma, a dash or nothing between, what stands on the other side decides.
APPOSITION = _compile(r"\s*[,–—-]?\s*(?:dari\s+)?")

# An office that somebody held before is told after the one they hold: `Kepala Bagian Umum, mantan Sekretaris KPU Rimba`.
FORMER = _compile(r"(?:mantan|eks|bekas)\b")
ALSO_FORMER = _compile(r",?\s*(?:dan\s+|yang\s+)?")

# What stands between these and a comma is no apposition's name: `Menurut Damar, operator di daerah ...`, `Gantikan Damar, Ketua
# KPU: ...`.
SOURCE = _compile(r"\bmenurut\s+$")
GOES_ON = re.compile(r"\s*[,.;)–—-]|\Z|\n")

# A role that is only spoken for: `membacakan sambutan Bupati`, `mewakili Kapolres`.
_READS = r"(?:mem|di)baca\w* (?:sambutan|amanat|pidato|arahan)(?: tertulis)?"
STAND_IN = _compile(rf"\b{_words(_READS, 'di (?:rumah|kediaman)', 'mewakili')}\s+$")

# Titles that several people hold at once: a list of names after one shares it.
PLURAL = _compile(
    r"\b(?:anggota|komisioner|pejabat|staf|kasubb?ag|kabag|camat|kepala\s+(?:sub\s?)?bagian|kepala\s+desa|lurah|"
    r"pantarlih|ppdp|operator|tenaga|asisten|panelis|pelaksana|fungsional|calon|wakil\s+ketua|teradu|deputi)\b"
)

# A crowd is counted before the role: `Lantik 85 Anggota, Fulan Titip Pesan` names none of them.
CROWD = re.compile(r"(?<![\w.,-])\d{2,}\s+(?:orang\s+)?$")

# Below a letter or an announcement the role stands above the signature and the name under it.
SIGNED = _compile(r"[\s,]*\(?(?:ttd|dto)\b\.?\)?[\s.(]*")

# The end of a sentence between two spans.
SENTENCE_END = re.compile(r"\n|[.!?][”\"'’)]*(?:\s|$)|\.(?=[A-Z])")

# Between an organisation and the role of the one who acts for it: `Bawaslu yang diwakili Anggota`, `dari KPU yakni Ketua`.
ACTS_FOR = _compile(
    r"\s*,?\s*"
    + _words(
        r"(?:yang )?(?:diwakili|dipimpin|diketuai|dihadiri|dikomandoi)(?: langsung)?(?: oleh)?",
        r"dengan|yakni|yaitu|lewat|melalui|hadir|selaku \w+ hadir|(?:di\s?antaranya|antara lain|nampak hadir|tampak hadir)",
    )
    + r"\s*:?\s*(?:para\s+|jajaran\s+|seluruh\s+)?"
)
FROM_ORGANIZATION = _compile(
    rf"\b{_words('dari', 'jajaran', 'unsur', 'rombongan', 'pihak')}\s+(?:(?:jajaran|unsur|pihak)\s+)?$"
)

# Between the entries of a list of people, where the organisation carries over.
LIST_LINK = _compile(
    r"[\s,;()–—-]*(?:"
    + _words(
        "dan|serta|bersama|beserta|didampingi|juga|termasuk|para|adapun|sementara|lalu|kemudian|jajaran|oleh|sedangkan|ke(?:dua|tiga)|"
        "ke(?:dua|tiga|empat|lima)nya"
    )
    + r"[\s,;]*)*"
)

# Offices of the national commission.
NATIONAL_TITLE = _compile(
    r"(?:(?:plt|plh|pj|mantan|wakil)\.?\s+)*(?:sekretaris\s+jenderal|sekjen|deputi\b|inspektur\s+(?:utama|wilayah)|"
    r"kepala\s+(?:biro|pusat)|karo\b|kapus\b)"
)
SECRETARY_GENERAL = _compile(r"(?:(?:plt|plh|pj|mantan|wakil)\.?\s+)*(?:sekretaris\s+jenderal|sekjen)\b")
# Offices of a region: their organisation is the place.
REGIONAL_TITLE = _compile(
    r"(?:(?:plt|plh|pj|pjs|penjabat|mantan|bakal|calon|wakil)\.?\s+)*(?:bupati|wali\s?kota|walikota|gubernur|sekda\b|sekretaris\s+daerah|"
    r"wabup\b|wawali\b|wagub\b|kapolres\w*|wakapolres\w*|kapolda|dandim|danrem|kajari|kajati|camat|lurah|kapolsek|danramil)"
)

OF_MEMBER = _compile(r"(?:(?:plt|plh)\.?\s+)?(?:(?:wakil\s+)?ketua|anggota|komisioner)$")
# Offices inside the commission whose holder has another post that prints the organisation: `Ketua Divisi Hukum`.
OF_COMMISSIONER = _compile(
    r"(?:(?:plt|plh|mantan|wakil)\.?\s+)*(?:(?:ketua|koordinator|anggota)\s+)?(?:div|devisi|kadiv|koo?rdiv)"
)

# Callings outside the commission: without a printed body theirs is not known.
OUTSIDE = _compile(
    r"\b(?:nakhoda|nahkoda|syahbandar|notaris|pastor|pendeta|penyiar|pengacara|advokat|lo|liaison|petugas penghubung|guru|dosen"
    r"|dokter|bidan|wartawan|jurnalis|imam|pengusaha|petani|nelayan|pelukis|budayawan|kepala\s+(?:suku|desa|kampung|dusun|sekolah)"
    r"|(?:wakil\s+)?menteri|menko|mendagri|wamendagri|jaksa\s+agung|kapolri|panglima\s+tni|kuasa\s+hukum)\b"
)
# A new office is not held where the one before it was: `dari Kasubbag Umum KPU Rimba menjadi Sekretaris`.
MOVED = _compile(r"\b(?:menjadi|kini|sekarang)\b")
# The next sentence sets one office beside another of the same body: `Sedangkan Anggota Divisi Data, Fulan, ...`.
BESIDE = _compile(r"[.!?”\"]\s+(?:sedangkan|sementara(?:\s+itu)?,?|adapun|lalu|begitu\s+pula|demikian\s+pula)\s+$")
# An office that is told of whom the sentence before is about: `Sekretaris KPU Rimba itu`, `Sebagai Anggota KPU, ia ...`.
THAT_ONE = _compile(r"\s+(?:itu|ini|tersebut)(?![^\W_])")
AS_ONE = _compile(r"(?:\A|[.!?”\"\n]\s*)(?:sebagai|selaku)\s+$")
WHO = _compile(r"\s*,?\s*(?:ia|dia|beliau)(?![^\W_])")
# Functions of a day, no offices.
OF_A_DAY = _compile(
    r"(?:inspektur(?:\s+upacara)?|pemimpin\s+upacara|pembina(?:\s+(?:apel|upacara))?|narasumber|pemateri|moderator|fasilitator|saksi|peserta"
    r"|rohaniwan|pembawa\s+acara|mc)"
)
MADE_FOR_A_DAY = _compile(r"\b(?:menjadi|bertindak|selaku|sebagai|oleh)\s+$")

# Titles that tell what kind of body they belong to, and how the names of such bodies begin.
KINDRED = tuple(
    (_compile(title), _compile(body))
    for title, body in (
        (r"\b(?:kepala\s+sekolah|kesiswaan|osis|kepsek|guru)\b", r"(?:sm[apk]|ma|mts|sd|smp|sma|smk)[sn]?\b|madrasah|sekolah"),
        (
            r"\b(?:presiden\s+mahasiswa|rektor|dekan|dosen|akademisi|peneliti|guru\s+besar|warek)\b",
            r"universitas|institut|fakultas|politeknik|stai|iain|uin|sekolah\s+tinggi|fisip|.*\buniversity",
        ),
        (r"\b(?:penyiar|presenter|announcer)\b", r"rri|tvri|radio|tv|studio\s+radio"),
        (
            r"\b(?:kasi(?:e)?|kepala\s+seksi)\s+(?:datun|intel\w*|pidum|pidsus|perdata|pidana|tindak)|\bjaksa\b|\bkajari\b",
            r"kejari|kejaksaan|kejati",
        ),
        (r"\bbinadik\b|\bkalapas\b|\bkasi\s+.*\bgiatja\b", r"lapas|lembaga\s+pemasyarakatan|rutan"),
        (r"\bpenanganan\s+pelanggaran\b|\bkordiv\b|\bpencegahan\b", r"bawaslu|panwas\w*|badan\s+pengawas"),
        (r"\bsekwan\b", r"dprd|dprk|dewan"),
        (r"\b(?:pengasuh|pimpinan\s+pondok)\b", r"pondok|ponpes|pesantren|panti"),
        (r"\b(?:panitera|hakim)\b", r"pengadilan|mahkamah|pn\b|pa\b|mk\b"),
        (r"\bmajelis\b", r"dkpp|dewan\s+kehormatan|tim\s+pemeriksa|tpd"),
        (r"\b(?:auditor|inspektur)\b", r"inspektorat\b|bpkp?\b"),
        (r"\bkabag\s*ops|\bkasat\b|\bpasi\b|\bpasops\b", r"polres\w*|polda|kodim|lanal|korem"),
    )
)
# Many offices have inspectors of their own: what the sentence says of them comes before the bodies of their kind.
INSPECTING = _compile(r"\b(?:auditor|inspektur)\b")
SECRETARIAT_GENERAL = _compile(r"(?:.*\s)?sekretariat\s+jenderal\s+kpu\b.*|setjen\s+kpu\b.*")

# Abbreviated titles and what they stand for, as whole words of a title.
TITLE_FORMS = {
    "sekjen": "sekretaris jenderal",
    "kasubag": "kepala sub bagian",
    "kasubbag": "kepala sub bagian",
    "subbagian": "sub bagian",
    "subbag": "sub bagian",
    "kabag": "kepala bagian",
    "kabiro": "kepala biro",
    "karo": "kepala biro",
    "kadis": "kepala dinas",
    "kadin": "kepala dinas",
    "kasi": "kepala seksi",
    "kades": "kepala desa",
    "kadiv": "ketua divisi",
    "kordiv": "koordinator divisi",
    "koordiv": "koordinator divisi",
    "korwil": "koordinator wilayah",
    "komisioner": "anggota",
    "sekda": "sekretaris daerah",
    "sekkab": "sekretaris daerah",
    "wabup": "wakil bupati",
    "wagub": "wakil gubernur",
    "wawali": "wakil wali kota",
    "wakajati": "wakil kepala kejati",
    "walikota": "wali kota",
    "kapolres": "kepala polres",
    "kapolresta": "kepala polresta",
    "kapolda": "kepala polda",
    "kapolsek": "kepala polsek",
    "dandim": "komandan kodim",
    "danrem": "komandan korem",
    "danramil": "komandan koramil",
    "danlanal": "komandan lanal",
    "kajari": "kepala kejari",
    "kajati": "kepala kejati",
    "waka": "wakil kepala",
    "warek": "wakil rektor",
}
# Left out when two titles are compared: `Plt. Sekretaris` answers to `Sekretaris`.
ACTING = frozenset({"plt", "plh", "pj", "pjs", "penjabat", "para"})
