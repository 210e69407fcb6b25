"""The annotated articles, installed as data of kpu_nlp."""
