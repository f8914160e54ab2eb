"""Somebody's numbers, judged against the derivation: verdicts, slips, conventions.

`lexing` cuts text into tokens, `reading` turns documents into statements, `naming` finds the quantity that a
name means, `slips` rewrites equations the way people get them wrong, `judging` decides. Must not know how a
report is shown.
"""
