"""The heart: expressions and their calculus, the tables of functions, and the derivation itself.

Nothing in here holds a value, reads a file or prints.
"""
