"""The quantity that a written name means, and the expression that a written side is.

Owns spellings and aliases. Must not know whether a number is right.
"""
