"""Derived gradients compared with numeric ones: central differences and complex steps.

Owns the estimates, their errors, and the kinks where no estimate is valid. Must not know how a check is
shown.
"""
