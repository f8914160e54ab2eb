"""Stepping through a derivation, and the quiz: what is shown next, and whether an answer is right.

Owns the state of a walk. Must not know the terminal.
"""
