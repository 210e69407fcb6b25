"""Titles, degrees, ranks and name abbreviations of Indonesian personal names, for `kpu_nlp.linking.persons`.

Forms are compared without dots, spaces and case (`S.Pd.I`, `S. Pd. I.` and `SPdI` are one), so each stands once.
"""

from __future__ import annotations

import re


def _listed(words: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces."""
    return frozenset(words.split())


# Before the name: academic (Dr., Prof., Drs., Ir.), religious (H., KH., Tgk., Ust., Pdt.), noble (RM., KPH., Ki) and forms of
# address that slip into a span.
LEADING_TITLES = _listed(
    """
    dr drs dra prof ir apt h hj kh haji hajah hajjah tgk tgh ust ustaz ustad ustadz ustadzah buya gus nyai kiai kyai habib
    ajengan capt pdt pdp pastor pater romo suster bruder ki nyi kph krt krat kgph gph krmt krht bapak ibu pak bu sdr sdri
    saudara saudari
    """
)

# Titles only with their dot; without it they are names or the initials of one.
DOTTED_LEADING_TITLES = _listed("rd rp rm ra rr tb kms mgs msy ns mgr tn ny")

# Title words that follow a first one: `Nyi Mas`, `Abu H.`.
TITLE_PAIRS = frozenset({("nyi", "mas"), ("abu", "h"), ("k", "h"), ("tuan", "guru"), ("abu", "tgk"), ("r", "aj"), ("r", "ay")})

# Not titles but the clan name of Palembang, written apart.
NAME_PAIRS = frozenset({("ki", "agus"), ("nyi", "ayu")})

# Ranks of police and armed forces, and what may follow one (`Kombes Pol.`, `Letkol Inf.`, `Mayor Laut (P)`, `Brigjen TNI`).
RANKS = _listed(
    """
    jenderal komjen irjen brigjen kombes akbp kompol akp iptu ipda aiptu aipda bripka brigpol brigadir briptu bripda
    letjen mayjen kolonel letkol mayor kapten lettu letda peltu pelda serma serka sertu serda kopka koptu kopda praka pratu
    prada
    laksamana laksdya laksda laksma marsekal marsdya marsda marsma
    """
)
RANK_TAILS = _listed(
    """
    pol polisi tni inf kav arm arh czi cpl ckm cpm chk caj cba cke cku ctp laut mar marinir pnb tek adm kal lek nav sus purn
    """
)
RANK_CORPS = re.compile(r"\((?:[A-Z]{1,3}|[Pp]urn\.?)\)")

# After the name, with or without a comma. An entry counts only in the capitals of a degree (`SH`, `S.Sos`, `MSi`).
DEGREES = _listed(
    """
    sh se st ssos sip spd spdi sag shi sik sikom skom skm sked spi spt sthi sth sfil spsi ssi stp sstp sap sei sosi ssosi stt
    sthk shum sgz sfarm sst strip sak samb sds ssn ss mh mm msi mpd mpdi mag mba mkes mkom mkn map mip mikom mt mth mhum mpsi
    msc mtr mtrhanla mtrip mec meng mfil mei msos mphil msn phd llm llb lc qia cpa cfra crma cla cmed amd amdkeb amdkep
    spog spb spm bsc
    """
)
# These need their dots inside: without them they are words or initials (`Ma`, `San`, `Ak`).
DOTTED_DEGREES = _listed("ma sp ba me san ak spa mak sab si")

# A part after a comma: groups of letters with dots (`S.Pd.I`, `Ak.`), a few capitals (`CA`), or capitals inside (`MSi`).
DEGREE_SHAPE = re.compile(r"(?:[A-Za-z]{1,6}\.\s?)+[A-Za-z]{0,7}\.?|[A-Z]{2,6}|[A-Z][a-z]?[A-Z][A-Za-z]{0,5}")

# Spellings and abbreviations of common name parts, each under one head.
NAME_FORMS = {
    "muhammad": (
        "muhamad mohammad mohamad mohamed mohammed muhammed mochammad mochamad muchammad muchamad moh mohd much moch muh mhd "
        "muhd"
    ),
    "abdul": "abd abdoel",
    "ahmad": "achmad akhmad ach akh",
    "siti": "sitti st",
    "nyoman": "nym",
    "syamsul": "samsul",
    "daeng": "dg",
    "datuk": "dt",
    "haji": "hi",
}

# How an article introduces what a person is called: `yang akrab disapa Kang X`.
NICKNAME_CUE = re.compile(r"\b(?:akrab|biasa|sering|kerap)\s+di\s?(?:sapa|panggil|sebut)\w*|\b(?:alias|panggilan|sapaan)\b")
