"""Formulas as data: expressions, the functions in them, a parser, simplification and derivatives.

Owns what a formula is and how it is differentiated. Must not know networks, values of quantities, or how a
formula is shown.
"""
