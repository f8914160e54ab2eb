"""The slips people make: the table of them, the rewritten equations, and the search for the one that fits.

Owns rewrites, misreadings and diagnosis. Must not know documents.
"""
