#!/usr/bin/env python3
"""``python cli.py ...`` from a checkout: the same as ``kpu-nlp ...``; not installed."""

from kpu_nlp.cli import main

if __name__ == "__main__":
    main(prog_name="kpu-nlp")
