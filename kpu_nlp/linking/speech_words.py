"""Words with which Indonesian news tells who says what."""

from __future__ import annotations

import re

# Verbs of saying as they stand after a quotation, without any affix: `kata Ketua`, `jelas dia`, `pungkasnya`.
_BARE = """
    ajak aku bantah batin beber bela bisik buka bunyi canda celetuk cerita cetus contoh dalih dawuh doa gurau harap
    himbau imbau imbuh ingat jamin janji jawab jelas kata keluh kelakar kenang kilah kisah klaim komentar kritik lanjut
    lapor lontar nasihat nasehat nilai papar pekik pesan pinta protes puji pungkas rayu rinci sahut sambung sambut
    sanggah sapa saran seloroh seru sergah sesal simpul sindir singgung syukur tambah tandas tangkas tanggap tantang
    tanya tegas tegur tekan terang teriak timpal tukas tulis tuntut tutup tutur ucap ujar ulang ulas ungkap urai usul
"""
BARE_VERBS = frozenset(_BARE.split())

# Verbs of saying in the active voice; the one who speaks stands before them.
_ACTIVE = """
    berargumen bercerita bercanda berdalih berharap berikrar berjanji berkata berkelakar berkilah berkisah berkomentar
    berkomitmen bermohon berpandangan berpendapat berpesan berseru bersikukuh bersyukur bertanya bertekad bertestimoni
    bertutur berujar melanjutkan melapor melaporkan melarang melontarkan memaparkan memastikan membantah membeberkan
    membenarkan memberitahukan memerintahkan memerinci meminta mempersilakan mempersilahkan memperingatkan memperkirakan
    mempertanyakan memprediksi memohon memuji memprotes memandang mempersoalkan menandaskan menamsilkan menanyakan
    menasihati menargetkan menawarkan mencatat menceritakan mencontohkan mendalilkan mendesak mendoakan mendorong
    menegaskan menegur menekankan menerangkan mengabarkan mengajak mengakui mengaku mengamini mengharapkan
    menganalogikan menganggap menganjurkan mengapresiasi mengatakan mengeluh mengeluhkan mengemukakan mengenang
    menggambarkan menggarisbawahi menghendaki menghimbau mengibaratkan mengimbau mengimbuhkan mengingatkan menginginkan
    menginformasikan menginstruksikan mengisahkan mengklaim mengklarifikasi mengkonfirmasi mengonfirmasi mengkritik
    mengkritisi menguatkan mengucapkan mengulas mengumpamakan mengumumkan mengungkap mengungkapkan menguraikan mengurai
    mengusulkan mengutarakan menilai menimpali menitip menitipkan menjabarkan menjamin menjanjikan menjawab menjelaskan
    mensyaratkan menuntut menuturkan menyambung menyampaikan menyanggah menyanggupi menyarankan menyatakan menyayangkan
    menyebut menyebutkan menyepakati menyerukan menyesalkan menyimpulkan menyinggung menyodorkan menyela menyoroti
    mewanti-wanti mewajibkan merekomendasikan merinci minta mohon menambahkan menambahakan menanggapi meluruskan
    memaklumi memotivasi menyetujui menolak menggariskan
"""
ACTIVE_VERBS = frozenset(_ACTIVE.split())

# The same in the passive voice; the one who speaks follows, with or without `oleh`.
_PASSIVE = """
    diakui dibeberkan dibenarkan diceritakan dicontohkan dianjurkan diharapkan diimbau diingatkan diinformasikan
    dijabarkan dijamin dijawab dijelaskan dikatakan dikeluhkan dikemukakan dilaporkan dinyatakan dipaparkan diperinci
    dirinci disampaikan disarankan disebut disebutkan disinggung disoroti ditambahkan ditandaskan ditanggapi ditanyakan
    ditegaskan ditekankan diterangkan dituturkan diucapkan diulas diumumkan diungkap diungkapkan diuraikan diusulkan
    diutarakan dikuatkan ditimpali diamini disanggupi
"""
PASSIVE_VERBS = frozenset(_PASSIVE.split())

# Headlines drop the prefix: `Sekjen KPU Tekankan Pentingnya Konsolidasi`.
_HEADLINE = """
    ajak akui apresiasi beberkan berharap berpesan dorong himbau harapkan imbau ingatkan ingin instruksikan jelaskan
    kata katakan laporkan minta nilai paparkan pastikan pesan perintahkan sampaikan sarankan sebut sebutkan
    serukan singgung soroti tandaskan tanyakan targetkan tegaskan tegur tekankan terangkan titip titipkan tuntut umumkan
    ungkap ungkapkan uraikan usulkan wanti-wanti
"""
HEADLINE_VERBS = frozenset(_HEADLINE.split())

# Prepositions and bare verbs of saying before the speaker: `Menurut Ketua KPU`, `kata Nanik`.
_SOURCE = "menurut kata ujar tutur ucap ungkap imbuh papar terang tegas jelas tandas lanjut sambung tambah pungkas jawab pinta"
SOURCES = frozenset(_SOURCE.split())

# Before an actor: the actor is no subject.
OBLIQUE = re.compile(
    r"\b(?:kepada|bersama|beserta|didampingi|dengan|dari|untuk|terhadap|tentang|mengenai|hadapan|selain|mewakili|menggantikan"
    r"|disaksikan|dihadiri|diikuti|mendampingi|antara|nama|seperti|pertanyaan|usulan|usul|pernyataan|keluhan|permintaan|penjelasan|arahan"
    r"|sambutan|kehadiran|kedatangan|rumah|kediaman|ruang|melantik|menemui|mengunjungi|undangan|menjawab|menanggapi|mendengar|menyambut"
    r"|disambut|diterima|ditemani|bagi|dipandu|dimoderatori|lewat|melalui|calon|menggandeng|mengundang|menghadirkan)"
    r"(?:\s+(?:oleh|para|langsung|juga|turut|seluruh|salah satu|dengan|staf|anggota|dua|tiga|komisioner"
    r"|pegawai|rekannya))*\s*\Z",
    re.IGNORECASE,
)
# At the beginning of a sentence: what it opens ends with the first comma (`Mewakili Bupati, Asisten ...`).
OPENER = re.compile(
    r"(?:Mewakili|Menjawab|Menanggapi|Menggantikan|Atas nama|Di hadapan|Bersama|Didampingi|Kepada|Selain|Menyambut"
    r"|Mendampingi|Menurut|(?:Membacakan|Menyampaikan) (?:sambutan|amanat)(?: tertulis)?)"
    r"(?:\s+(?:pertanyaan|usulan|usul|keluhan|permintaan|pernyataan))?\s+(?:Bapak|Ibu|Pak|Bu|para)?\s*\Z"
)
# Before an actor who has said something that the sentence only mentions: `Menjawab pertanyaan Fulan, ...`.
ASKED = re.compile(
    r"\b(?:pertanyaan|keluhan|usulan|usul|permintaan|masukan|kritik|kritikan|tanggapan|curhatan)\s*\Z", re.IGNORECASE
)
# Somebody without a name, and a clause about others than the actor before it.
UNNAMED = re.compile(
    r"(?<![^\W_])(?:seorang|salah seorang|salah satu)\s+(?!(?:dari|cara|syarat|tahapan|contoh|bentuk|upaya)\b)[a-z]",
    re.IGNORECASE,
)
OTHERS = re.compile(r".*[^\W_].*?(?<![^\W_])yang(?!\s+(?:sama|berbeda|lain|terpisah)\s)(?:\s+[^\W_]+){0,2}\s+\Z", re.DOTALL)
THAT = re.compile(r"\s+(?:itu|ini|tersebut|tadi)(?![^\W_])", re.IGNORECASE)
RELATIVE = re.compile(r"(?<![^\W_])yang(?![^\W_])")

ADDRESS = re.compile(r"\b(?:bapak|ibu|pak|bu|saudara|saudari|kang|bung|yth\.?)\s*\Z", re.IGNORECASE)
COORDINATED = re.compile(r"\s*(?:,|;|/|&|,?\s*(?:dan|serta|beserta|maupun|bersama))\s*(?:bapak|ibu|para)?\s*", re.IGNORECASE)

# Between the parts of one actor: `Ketua` `KPU Jatim`, `Choirul`; `Aswadi` selaku `Kordiv`; `Kate` (`peneliti tamu`).
LINKED = re.compile(
    r"[ \t\xa0,()/–-]{0,4}|,?\s(?:selaku|sebagai|sekaligus|yang juga|yang menjabat|yang menjabat sebagai|yang kini"
    r"|yang kini juga|dari|yang merupakan|merangkap)\s"
)

# Naming words: what stands in quotation marks after them is a title, a slogan or a word, not speech.
NAMING = re.compile(
    r"\b(?:ber|me|mengusung |mengangkat |dengan )?(?:tema|bertema|tajuk|judul|slogan|semboyan|moto|motto|tagline|jargon|maskot"
    r"|istilah|sebutan|julukan|nama|label|tulisan|bertuliskan|tertulis|sandi|lagu|film|buku|novel|rubrik|program|bunyi|yel-yel"
    r"|hashtag|tagar|kategori|predikat|frasa|disebut)(?:nya)?(?: [^\W\d_]+){0,2}\s*[:,]?\s*\Z",
    re.IGNORECASE,
)


# Verbs of saying in two words.
_PHRASES = (
    r"menyambut baik|berterima kasih|(?:membacakan|membantah) dalil|memberi(?:kan)? (?:[^\W_]+ )?(?:masukan|catatan|tanggapan"
    r"|kritik|saran|usul|pengumuman|contoh|pesan|nasihat|instruksi|penekanan)"
)


def _alternatives(words: frozenset[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


# The cue directly after a closing mark: `kata`, `jelasnya`, `ajaknya`, `menurut`, `demikian disampaikan`.
CUE_AFTER = re.compile(
    r"[ \t\xa0,.\-–—]{0,4}(?:(?:demikian|begitu|seperti|sebagaimana|itulah)\s+(?:[a-z]+\s+yang\s+)?)?(?P<cue>(?:"
    + _alternatives(BARE_VERBS)
    + r")(?P<pronoun>nya)?|"
    + _alternatives(PASSIVE_VERBS)
    # With a capital these begin the next sentence: `... pagi?" Menjawab itu, Ketua ...`.
    + r"|(?-i:"
    + _alternatives(ACTIVE_VERBS | frozenset(("menurut",)))
    + r"))(?![^\W_]|-)",
    re.IGNORECASE,
)
# Any other verb, where the speaker's name follows at once: `dawuh Kiai Fulan`.
ANY_CUE = re.compile(
    r"[ \t\xa0,]{0,3}(?P<cue>(?!(?:di|ke|dari|oleh|dan|saat|untuk|kepada|dengan|dalam|pada|bersama|yang"
    r"|bahwa|para|serta|usai|atas)\b)[a-z]{3,})(?![^\W_])"
)

# Where a quotation lacks its closing mark, the cue still shows its end: `..., katanya.`, `..., kata Junaidi.`
CUE_INSIDE = re.compile(
    r"(?<=[,.?!])\s+(?=(?:(?:"
    + _alternatives(BARE_VERBS)
    + r")nya(?![^\W_])|(?:kata|ujar|tutur|ucap|ungkap|tegas|jelas|imbuh|papar|lanjut"
    r"|pesan|terang|tandas|pungkas|tambah|pinta)\s+(?:[A-Z]|dia\b|ia\b)))"
)

# The verbs that can stand before a quotation: `X mengatakan, "..."`, `Ia berpesan: "..."`.
LEADING_VERBS = ACTIVE_VERBS | PASSIVE_VERBS | BARE_VERBS

# Bare verbs that carry -nya inside a sentence of reported speech: `Sekretariat, lanjutnya, harus ...`.
_OWN = """
    beber cerita harap imbau imbuh jelas kata lanjut menurut papar pesan pinta pungkas sambung sebut tambah tandas tegas
    terang tutur ucap ujar ungkap urai
"""
_SAYING_NOUNS = (
    "pesan|harapan|ajakan|imbauan|himbauan|penegasan|pernyataan|penjelasan|permintaan|perumpamaan|kata|ujar|tutur|ungkap"
)

# Every word of saying inside a sentence, by where its speaker stands.
SAYING = re.compile(
    r"(?<![^\W_])(?<!-)(?:(?P<active>(?:"
    + _alternatives(ACTIVE_VERBS)
    + r"|"
    + _PHRASES
    + r")(?!\s+(?:doa|tausiah|tausiyah|khotbah)|(?<=mencatat)\s+[^\W_]+\s+(?:itu|tersebut))"
    + r")|(?P<own>(?:"
    + _alternatives(frozenset(_OWN.split()) | PASSIVE_VERBS)
    + r")nya|(?:ia|dia|beliau)\s+(?:"
    + _alternatives(frozenset(verb for verb in HEADLINE_VERBS if verb.endswith("kan")))
    + r"))|(?P<passive>"
    + _alternatives(PASSIVE_VERBS)
    + r"|(?:datang|muncul|berasal) dari|(?:demikian|begitu|begitulah|itulah)\s+(?:"
    + _SAYING_NOUNS
    + r"))|(?P<source>"
    + _alternatives(SOURCES)
    + r"))(?![^\W_]|-)",
    re.IGNORECASE,
)
HEADLINE_VERB = re.compile(r"(?<![^\W_])(?:" + _alternatives(HEADLINE_VERBS) + r")(?![^\W_])", re.IGNORECASE)

# A pronoun as the subject, and what means the person of the sentences before: `kata dia`, `ujarnya lagi`, `pria itu`.
PRONOUN_SUBJECT = re.compile(r"(?<![^\W_])(?:ia|dia|beliau|pihaknya)(?![^\W_])", re.IGNORECASE)
BACK_REFERENCE = re.compile(
    r"\s*(?:(?:pula|lagi|juga|kembali|kemudian|lalu|singkat|tegas|lantang)\s*)?(?:(?:ia|dia|beliau)(?![^\W_])|[.,;:!?\n)]|\Z"
    r"|(?:[^\W_]+\s+){0,5}(?:itu|ini|tersebut|tadi)(?![^\W_]))",
    re.IGNORECASE,
)

# Between a verb of saying and the speaker after it.
_FILLER = (
    r"oleh|langsung|pula|juga|kembali|lagi|salah|satu|seorang|sang|para|bapak|ibu|pak|bu|saudara|saudari|kang|bung|mas|mbak"
)
GAP_TO_AGENT = re.compile(
    r"(?:[\s,:]+(?:" + _FILLER + r"))*[\s,:]*|[^.;:\n]{0,60}\soleh(?:[\s,]+(?:" + _FILLER + r"))*\s+", re.IGNORECASE
)
GAP_TO_SPEAKER = re.compile(
    r"(?:[\s,]+(?!(?:saat|ketika|kepada|usai|seusai|sambil|seraya|sembari|disambut|dalam|pada|di|yang|sebelum|setelah|untuk"
    r"|tentang|soal|dengan|bersama|menutup|mengakhiri|menjawab|merujuk|seperti|itu|tersebut|dari)(?![^\W_]))[^\W_][\w'-]*){0,6}[\s,]+",
    re.IGNORECASE,
)

# Before the subject of a further clause with its own speaker.
CLAUSE_START = re.compile(
    r"(?:[,;]|(?<![^\W_])(?:sedangkan|sementara|sementara itu|adapun|lalu|kemudian|dan|namun|tetapi|tapi|lantas))\s*\Z",
    re.IGNORECASE,
)
# Words that may open a sentence whose subject is left out: `Selain itu, meminta pula ...`.
ELLIPSIS = re.compile(
    r"(?:\s*(?:selain itu|selanjutnya|kemudian|lalu|juga|pun|terakhir|di akhir [\w ]{1,30}|pada kesempatan [\w ]{1,20}|tak lupa"
    r"|tidak lupa|dalam [\w ]{1,20}nya|lebih lanjut|seraya|sambil|dan|bahkan|karena itu|untuk itu"
    r"|oleh karena itu|sekaligus)[\s,]*)+",
    re.IGNORECASE,
)

# A subject with one of these is told to do something rather than seen doing it.
MODAL = re.compile(
    r"(?<![^\W_])(?:harus|mesti|wajib|perlu|agar|supaya|hendaknya|jangan|diminta|diharapkan|bisa|dapat|boleh|sebaiknya"
    r"|penting|akan|dituntut|dibutuhkan|diperlukan)(?![^\W_])",
    re.IGNORECASE,
)
# The narrator speaks again.
NARRATION = re.compile(
    r"\s*(?:(?:kegiatan|acara|rapat|rakor|pertemuan|apel|upacara|bimtek|sosialisasi|pelatihan|sidang|hadir|turut hadir|tampak"
    r"|nampak|usai|seusai|sebelumnya|rangkaian|adapun peserta|peserta)(?![^\W_])|[(*#])",
    re.IGNORECASE,
)
HAPPENING = re.compile(
    r"(?<![^\W_])(?:dihadiri|diikuti|digelar|dilaksanakan|berlangsung|ditutup|dibuka|diakhiri|diselenggarakan"
    r"|dilanjutkan dengan|didampingi)(?![^\W_])",
    re.IGNORECASE,
)

# The next point of what somebody sets out: it goes on with their speech, whatever stands between.
POINT = re.compile(
    r"\s*(?:lalu |yang |dan |selanjutnya )?(?:(?:pertama|kedua|ketiga|keempat|kelima|keenam|ketujuh|satu|dua|tiga"
    r"|berikutnya|terakhir)(?:,|(?![^\W_]))|(?:\d{1,2}|[a-h])[.)]\s)",
    re.IGNORECASE,
)
