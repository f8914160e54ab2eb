"""Expression → text, LaTeX or MathML; and the text of numbers.

Owns brackets, signs, names and places where a line may break. Must not know pages, tables or commands.
"""
