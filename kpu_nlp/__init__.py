"""kpu-nlp: news articles of the Indonesian election commission (KPU), turned into structured JSON."""

__version__ = "0.1.0"
