"""The shipped model, installed as data of kpu_nlp."""
