"""A bulk job's results as one page: read from any of the formats, counted by DuckDB, drawn, and laid out."""
