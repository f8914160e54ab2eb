"""Results → tables, Markdown, LaTeX, HTML, SVG, JSON and CSV: one folder a command, `page` for all.

Owns every output format. A view formats; it never computes.
"""
