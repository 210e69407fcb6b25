"""Words that tell which gathering an article reports, when it begins and ends, and how people meet."""

from __future__ import annotations

import re

# A verb of holding or attending, in the sentence before a name, a date or a place.
HELD = re.compile(
    r"\b(?:digelar|dilaksanakan|diselenggarakan|berlangsung|dihelat|diadakan|menggelar|gelar|melaksanakan|menyelenggarakan|"
    r"mengadakan|menghelat|mengikuti|ikuti|menghadiri|hadiri|hadir|melantik|dimulai|bertempat|dibuka|membuka|dalam|pada|acara|kegiatan)\b",
    re.IGNORECASE,
)
# What stands directly before a gathering of another day.
OTHER_GATHERING = re.compile(
    r"\b(?:akan|sebelumnya|setelah|sesudah|usai|seusai|menjelang|jelang|persiapan|untuk|berikutnya|dilanjutkan|disambung|disusul|"
    r"didahului|dijadwalkan|rencana|hasil|sejak|mendatang|giliran|serta|bahan|adapun|tindak lanjut)\b[^,.]{0,25}$",
    re.IGNORECASE,
)
AT = re.compile(
    r"\b(?:di|bertempat|mengunjungi|mendatangi|menyambangi|memadati|berlokasi|tempat\s?:|dikendalikan dari|"
    r"(?:berkunjung|kunjungan|bertandang|hadir|datang|turun)\s+ke)\s+$",
    re.IGNORECASE,
)
FROM_ELSEWHERE = re.compile(
    r"\b(?:(?<!dikendalikan )dari|(?<!berkunjung )(?<!kunjungan )(?<!bertandang )(?<!hadir )(?<!datang )(?<!turun )ke|"
    r"menuju|melalui|lewat|oleh|kanal|siaran|di (?:depan|luar|sekitar|dekat)|milik|"
    r"menginap di|disimpan di|disiarkan di|ditayangkan di|dipantau di)\s+$",
    re.IGNORECASE,
)
SERVICE = re.compile(
    r"\b(?:helpdesk|pendaftar|layanan|pelayanan|posko|loket|berkas|dokumen|ditempel|ditayangkan|"
    r"dapat (?:datang|mendatangi|menghubungi|ditanyakan))\b",
    re.IGNORECASE,
)
BEGINS = re.compile(
    r"\b(?:dimulai|mulai|dibuka|membuka|berlangsung|pembukaan|diawali|sejak|digelar|dilaksanakan|dari|tepat|sekitar)\b",
    re.IGNORECASE,
)
POSTPONED = re.compile(
    r"\b(?:semula|sedianya|seharusnya|semestinya|direncanakan)\b(?:(?!molor|mundur|baru|akhirnya)[^,;]){0,40}$",
    re.IGNORECASE,
)
# Behind a name: the gathering was not held, or not then.
CALLED_OFF = re.compile(r"[^.;\n]{0,60}\b(?<!sempat )(?:batal|dibatalkan|ditunda|ditangguhkan|urung)\b", re.IGNORECASE)
ENDS = re.compile(
    r"(?<!molor )(?<!mundur )(?<!tertunda )\b(?:ditutup|berakhir|selesai|rampung|usai|diakhiri|tuntas|bubar|menutup|penutupan|"
    r"hingga|sampai(?: dengan)?|paling lambat|sebelum)\b"
    r"[^.]{0,25}$",
    re.IGNORECASE,
)
# Nouns that take up the gathering again in the sentences behind the lead.
GATHERING = (
    r"acara|agenda|kegiatan|rapat|rapim|raker|rakor|rakernas|rakornas|bimtek|bimbingan\s+teknis|sidang|debat|dialog|pleno|apel|upacara|"
    r"sosialisasi|pelatihan|simulasi|pertemuan|seminar|diskusi|audiensi|workshop|lokakarya|siaran|pemungutan\s+suara|tps|talkshow|"
    r"penyuluhan|pelantikan|kunjungan|forum|pemeriksaan|penghitungan|rekapitulasi|orientasi|pembekalan|konsolidasi|evaluasi|kirab|pawai|"
    r"webinar|fgd|launching|peluncuran|penandatanganan|kursus|kelas|pembinaan"
)
# Annotators leave it outside a name.
BARE_WORD = re.compile(r"^(?i:acara|kegiatan)\s+(?=[A-Z]\w+\s)")
# Characters of one statement: a full stop only inside a clock time.
WITHIN = r"(?:[^.;]|\.\d)"
OPENED = re.compile(
    rf"\b(?:{GATHERING})\b{WITHIN}{{0,40}}?\b(?:dimulai|mulai|dibuka|berlangsung|digelar|dilaksanakan|diselenggarakan|diawali)\b"
    rf"{WITHIN}{{0,25}}$",
    re.IGNORECASE,
)
# A counting closes by itself, before or after the gathering around it.
_CLOSING_ITSELF = rf"(?!penghitungan\b)(?:{GATHERING})"
CLOSED = re.compile(
    rf"\b{_CLOSING_ITSELF}\b{WITHIN}{{0,110}}?\b(?:di\s?tutup|berakhir|selesai|rampung|usai|diakhiri|tuntas|bubar|diketok)\b{WITHIN}{{0,40}}$",
    re.IGNORECASE,
)
# "KPU menutup Rapat Pleno pada Selasa (5/3) dini hari pukul ...": the gathering behind the verb.
CLOSING = re.compile(rf"\b(?:menutup|merampungkan)\s+{_CLOSING_ITSELF}\b{WITHIN}{{0,60}}$", re.IGNORECASE)
# Hours of every day, or of what comes before the opening.
NOT_THE_OPENING = re.compile(
    r"\b(?:setiap|tiap|saban|registrasi|pendaftaran|daftar ulang|jam kerja|hari kerja)\b[^,.;]{0,25}$", re.IGNORECASE
)

# The other side of a meeting: "sedangkan majelis bersidang di ... mulai pukul 12.00 WIB".
MEANWHILE = re.compile(r"\b(?:sedangkan|sementara)\b[^.]{0,110}$", re.IGNORECASE)

ONLINE_PLACE = re.compile(
    r"\b(?:zoom|google\s*meet|gmeet|microsoft\s+teams|ms\s+teams|webex|cloud\s*meeting|daring|virtual|online|video\s?conference|"
    r"vicon|telekonferensi|tele\s?conference|aplikasi|youtube|facebook|instagram|live\s+streaming|tiktok|kanal|akun)\b",
    re.IGNORECASE,
)
# A room is where people sit, whatever it is named after: "Ruang Video Conference".
ROOM = re.compile(r"(?:ruang|ruangan|aula|studio|gedung|kantor|lantai)\b", re.IGNORECASE)
# Platforms where people meet, not only watch.
MEETING_PLATFORM = re.compile(
    r"\b(?:zoom|google\s*meet|gmeet|microsoft\s+teams|ms\s+teams|webex|cloud\s*meeting|video\s?conference|vicon|daring|virtual)\b",
    re.IGNORECASE,
)
_ONSITE = r"(?:luring|langsung|tatap\s+muka|offline)"
_ONLINE = r"(?:daring|virtual|online)"
_AND = r"\s+(?:dan|maupun|serta)\s+(?:secara\s+)?"
HYBRID = re.compile(rf"\b(?:hybrid|hibrida|hibrid|{_ONSITE}{_AND}{_ONLINE}|{_ONLINE}{_AND}{_ONSITE})\b", re.IGNORECASE)
ONLINE_WAY = re.compile(r"\bsecara\s+(?:daring|virtual|online|dalam jaringan)\b", re.IGNORECASE)
