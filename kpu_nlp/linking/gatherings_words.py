"""Words of meeting, visit, check and signing, and what takes their happening back."""

from __future__ import annotations

import re

MEETING = re.compile(
    r"\b(?:"
    # people meet
    r"bertemu|(?:temui|menemui)(?!\s+(?:(?:para|awak|sejumlah)\s+)?(?:wartawan|media|pers|jurnalis))|pertemuan|rapat|raker|rakor|audiensi|beraudiensi|apel|upacara|rombongan|kunjungan|berkunjung|kunjungi|"
    r"mengunjungi|dikunjungi|bertandang|sambangi|menyambangi|disambangi|datangi|mendatangi|bersilaturahmi|silaturahmi|sowan|"
    r"melayat|menjenguk|dihadiri|menghadiri|hadiri|dipimpin|memimpin|bertempat|berkumpul|dikumpulkan|(?:kumpulkan|mengumpulkan)(?!\s+(?:data|berkas|dokumen|bukti|dukungan|ktp|dana|suara|formulir|informasi|keterangan))|bareng|"
    r"duduk\s+(?:semeja|bersama)|menyambut|disambut|menjamu|pemanggilan|dipanggil|sidang|bersidang|mediasi|musyawarah|dialog|"
    r"berdialog|diskusi|berdiskusi|seminar|ceramah|debat|deklarasi|(?:konferensi|jumpa)\s+pers|doa\s+bersama|(?:ber)?buka\s+puasa|syukuran|"
    r"senam|kerja\s+bakti|donor\s+darah|ziarah|gladi|lomba|pisah\s+sambut|sumpah\s+jabatan|pengambilan\s+sumpah|"
    r"melantik|dilantik|pelantikan|simulasi|"
    r"pembekalan|orientasi|lokakarya|workshop|webinar|fgd|pleno|peluncuran|meluncurkan|diluncurkan|launching|"
    r"kirab|pawai|jalan\s+sehat|pelatihan|bimtek|bimbingan\s+teknis|sosialisasi|penyuluhan|pengundian|(?<!berita )acara|"
    r"kegiatan\s+(?:ini|itu|tersebut|yang)|(?:gelar|menggelar)(?!\s+(?:pemungutan|pemilihan|pemilu|pilkada|psu))|"
    r"(?:ikuti|mengikuti)(?!\s+(?:aturan|ketentuan|petunjuk|pemeriksaan|tes|ujian|seleksi|wawancara))|"
    r"(?:datang|tiba|hadir)\s+(?:langsung\s+)?(?:di|ke)|turun\s+langsung|dipadati|memadati|berlangsung\s+di|"
    # somebody looks at something
    r"tinjau|meninjau|ditinjau|peninjauan|pantau|memantau|dipantau|memeriksa|mengecek|inspeksi|sidak|menyisir|verifikasi\s+faktual|"
    r"pemantauan|diperiksa|dicek|pengecekan|monitoring|memonitor|supervisi|"
    # something changes hands, leaves or is destroyed before witnesses
    r"menyerahkan|diserahkan|serah\s+terima|penyerahan|serahkan|bagikan|membagikan|diantar\s+(?:langsung\s+)?oleh|"
    r"menandatangani|ditandatangani|penandatanganan|tanda\s+tangan|melepas|dilepas|pelepasan|diberangkatkan|keberangkatan|berangkat|bertolak|lepas\s+sauh|"
    r"memusnahkan|dimusnahkan|pemusnahan|dibakar|pembakaran|disaksikan|menyaksikan|"
    r"(?<!yang )(?<!cara )(?<!syarat )(?<!pelamar )(?<!orang )(?<!warga )mendaftar|daftar\s+ke|"
    r"(?:dibuka|diresmikan)\s+(?:secara\s+)?(?:resmi|untuk\s+umum|oleh)|meresmikan|peresmian"
    r")\b",
    re.IGNORECASE,
)
# What is only planned, asked for or possible.
NOT_YET = re.compile(
    r"\b(?:akan|bakal(?!\s+(?:calon|paslon|pasangan))|hendak|dapat|bisa|boleh|"
    r"dijadwalkan|rencana(?:nya)?|berencana|harus|perlu|wajib|supaya|agar|untuk|jika|bila|apabila|"
    r"sebelum|tidak|belum|tanpa|cukup|silakan|dipersilakan|ingin|hasil)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
# "Sidang perdana dijadwalkan ...": the same, told behind the word.
LATER = re.compile(r"(?:\s+\w+){0,4}\s+(?:akan|dijadwalkan|direncanakan|ditunda|batal|dibatalkan)\b", re.IGNORECASE)
