"""Shared by all LaTeX documents: escaped text, and formulas broken into lines."""
