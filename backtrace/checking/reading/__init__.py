"""Documents → statements: names and numbers with their lines, from YAML, CSV, Markdown, LaTeX and notebooks.

Owns the syntax of paper. Must not know which quantities a problem has, or whether a number is right.
"""
