"""Abbreviations of Indonesian official writing, in lower case and without their full stop."""

from __future__ import annotations

_LOWER = """
    apt bpk cq dok ds dr drg drh dt gg hlm jl jln kab kap kec kel km ld lrg no nomr nr pk pkl prov psl sd sdr sdri sub tgl
    th thn yth
"""
_TITLES = """
    abd adm aipda aiptu ajp akp akbp arh arm bap bin br brig brigjen bripka briptu cand czi dg dra drs gd gus hi hj ibda ign
    inf ipda iptu ir irjen jend kapt kav kb kep kh kms komjen kombes kompol kol krt ky let letjen letkol lettu ltd marsda
    mayjen md mgr mgs mhd moch moh mohd mr muh muhd nn ny pdt pelda peltu ph pj pjs plh plt pol prof ps pt purn rd rm rr
    sda serda serka serma sertu st tb tgh tgk tgkh tn ust ustaz
"""

# Words whose full stop never ends a sentence before a capital or a digit, however they are written: something follows them.
LOWER_ABBREVIATIONS = frozenset(_LOWER.split())

# Titles, ranks, company forms and parts of names: abbreviations only where they begin with a capital (`Gus.`, not `gus.`).
TITLE_ABBREVIATIONS = LOWER_ABBREVIATIONS | frozenset(_TITLES.split())

# Initials after these words are part of a street's or a building's name (`Jalan A.H. Nasution`), not a degree.
STREET_WORDS = ("Jalan ", "jalan ", "Jl. ", "Jl.", "Jln. ", "JALAN ", "RSUD ", "Gedung ")

# A list number can also follow these words: `yaitu 1. ...`.
ENUMERATORS = (" yaitu", " yakni", " adalah", " antara lain")

# Abbreviations only before a number.
NUMBERED_ABBREVIATIONS = frozenset(["rt", "rw", "pasal", "hal", "bab"])
