"""The tables of extractions in SQLite.

``key`` is a row's own number and ``..._key`` refers to one; every other column has the contract's name and meaning, except that
offsets are ``span_start`` and ``span_end`` and instants ``starts`` and ``ends`` (``end`` is a word of SQL's own).
"""

TABLES = """
CREATE TABLE articles (
  key INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT, sha256 TEXT NOT NULL, title TEXT, outlet TEXT, dateline TEXT,
  published TEXT, text TEXT NOT NULL, schema_version TEXT NOT NULL, model TEXT NOT NULL, model_version TEXT NOT NULL
);
CREATE TABLE warnings (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles, text TEXT NOT NULL
);
CREATE TABLE entities (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles, label TEXT NOT NULL, text TEXT NOT NULL,
  span_start INTEGER NOT NULL, span_end INTEGER NOT NULL, score REAL NOT NULL
);
CREATE TABLE regions (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, province TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE venues (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles, name TEXT, address TEXT, place TEXT,
  region_code TEXT REFERENCES regions, confidence REAL NOT NULL
);
CREATE TABLE venue_mentions (
  key INTEGER PRIMARY KEY, venue_key INTEGER NOT NULL REFERENCES venues, text TEXT NOT NULL,
  span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
CREATE TABLE events (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL UNIQUE REFERENCES articles, name TEXT, starts TEXT, ends TEXT,
  open_end INTEGER NOT NULL, mode TEXT, venue_key INTEGER REFERENCES venues
);
CREATE TABLE times (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles, kind TEXT NOT NULL, text TEXT NOT NULL,
  starts TEXT, ends TEXT, open_end INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL,
  span_text TEXT NOT NULL
);
CREATE TABLE officials (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles, id TEXT NOT NULL, name TEXT NOT NULL,
  spoke INTEGER NOT NULL, confidence REAL NOT NULL
);
CREATE TABLE official_titles (
  key INTEGER PRIMARY KEY, official_key INTEGER NOT NULL REFERENCES officials, title TEXT NOT NULL
);
CREATE TABLE official_mentions (
  key INTEGER PRIMARY KEY, official_key INTEGER NOT NULL REFERENCES officials, text TEXT NOT NULL,
  span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
CREATE TABLE roles (
  key INTEGER PRIMARY KEY, official_key INTEGER NOT NULL REFERENCES officials, title TEXT NOT NULL, organization TEXT,
  text TEXT NOT NULL
);
CREATE TABLE themes (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles, theme TEXT NOT NULL, label TEXT NOT NULL,
  count INTEGER NOT NULL, salience REAL NOT NULL
);
CREATE TABLE directives (
  key INTEGER PRIMARY KEY, theme_key INTEGER NOT NULL REFERENCES themes, speaker_key INTEGER REFERENCES officials,
  text TEXT NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
CREATE TABLE directive_spans (
  key INTEGER PRIMARY KEY, directive_key INTEGER NOT NULL REFERENCES directives, text TEXT NOT NULL,
  span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
CREATE TABLE quotes (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles, speaker_key INTEGER REFERENCES officials, cue TEXT,
  text TEXT NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
CREATE TABLE names (
  key INTEGER PRIMARY KEY, article_key INTEGER NOT NULL REFERENCES articles,
  kind TEXT NOT NULL CHECK (kind IN ('organization', 'place', 'election', 'regulation')), name TEXT NOT NULL
);
CREATE TABLE name_mentions (
  key INTEGER PRIMARY KEY, name_key INTEGER NOT NULL REFERENCES names, text TEXT NOT NULL,
  span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
"""

# Made after the rows are in: an index that grows with them takes several times as long.
INDEXES = """
CREATE INDEX articles_id ON articles (id);
CREATE INDEX articles_published ON articles (published);
CREATE INDEX warnings_article ON warnings (article_key);
CREATE INDEX entities_article ON entities (article_key);
CREATE INDEX venues_article ON venues (article_key);
CREATE INDEX venues_region ON venues (region_code);
CREATE INDEX venue_mentions_venue ON venue_mentions (venue_key);
CREATE INDEX events_starts ON events (starts);
CREATE INDEX events_venue ON events (venue_key);
CREATE INDEX times_article ON times (article_key);
CREATE INDEX officials_article ON officials (article_key);
CREATE INDEX officials_name ON officials (name);
CREATE INDEX official_titles_official ON official_titles (official_key);
CREATE INDEX official_mentions_official ON official_mentions (official_key);
CREATE INDEX roles_official ON roles (official_key);
CREATE INDEX roles_organization ON roles (organization, title);
CREATE INDEX themes_article ON themes (article_key);
CREATE INDEX themes_theme ON themes (theme);
CREATE INDEX directives_theme ON directives (theme_key);
CREATE INDEX directives_speaker ON directives (speaker_key);
CREATE INDEX directive_spans_directive ON directive_spans (directive_key);
CREATE INDEX quotes_article ON quotes (article_key);
CREATE INDEX quotes_speaker ON quotes (speaker_key);
CREATE INDEX names_article ON names (article_key);
CREATE INDEX names_name ON names (kind, name);
CREATE INDEX name_mentions_name ON name_mentions (name_key);
"""
