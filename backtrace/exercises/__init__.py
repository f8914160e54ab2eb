"""New problems with numbers that are easy by hand, drawn until every slip can be told from a right answer.

Owns the search for such numbers. Must not know pages or files.
"""
