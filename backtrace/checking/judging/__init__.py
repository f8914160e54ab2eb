"""Verdicts: for each stated number, for written formulas and working, for a sheet and for a class.

Owns the order of the verdicts and the sign conventions. Must not know how a report is shown.
"""
