"""Which quantity a written name or side of an equation means.

Owns spellings and aliases. Must not know whether a number is right.
"""
