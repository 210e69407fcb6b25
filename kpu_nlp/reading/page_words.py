"""What the parts of a web page are called in their class and itemprop attributes."""

from __future__ import annotations

# The line under the headline with date, author and number of readers. English names come from the common content systems,
# Indonesian ones from hand-made themes.
BYLINE_NAMES = frozenset(
    {
        "author",
        "blog-meta",
        "byline",
        "date",
        "date-published",
        "datepublished",
        "dilihat",
        "entry-date",
        "entry-meta",
        "meta",
        "meta-date",
        "meta-info",
        "news-date",
        "penulis",
        "post-author",
        "post-date",
        "post-info",
        "post-meta",
        "posted-on",
        "publish-date",
        "published",
        "tanggal",
        "tgl",
        "views",
    }
)

# Head elements that tell a date carry one of these in their name, property or itemprop.
DATE_META = ("date", "time", "publish", "issued", "created")

# How a line under the headline begins the name of a month, in Indonesian and in the English of untranslated themes.
MONTHS = {
    "jan": 1,
    "feb": 2,
    "peb": 2,
    "mar": 3,
    "apr": 4,
    "mei": 5,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "agu": 8,
    "ags": 8,
    "agt": 8,
    "aug": 8,
    "sep": 9,
    "okt": 10,
    "oct": 10,
    "nop": 11,
    "nov": 11,
    "des": 12,
    "dec": 12,
}

# Between the headline and the site's name in a page title: "Rakor Logistik - KPU Kota".
TITLE_SEPARATORS = "-–—|»:·"
