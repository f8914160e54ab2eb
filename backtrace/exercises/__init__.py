"""New problems with numbers that are easy by hand, drawn until every slip differs from the right answer.

Owns the search for such numbers. Must not know pages or files.
"""
