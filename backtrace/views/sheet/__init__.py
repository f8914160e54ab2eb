"""The formats of `backtrace sheet` and `backtrace exercise`: blank sheets, solutions, question banks.

Owns what is handed out. Must not know how an answer is judged.
"""
