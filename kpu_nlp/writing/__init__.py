"""Write extractions: JSON, JSON Lines and tables, each file whole or not at all."""
