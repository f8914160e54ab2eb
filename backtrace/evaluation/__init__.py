"""Equations → values: the arithmetics, and the evaluator that runs equations under one of them.

Owns float64, hand arithmetic, intervals and arrays, and the order of passes and steps. Must not know how
values are shown, or why somebody asks for them.
"""
