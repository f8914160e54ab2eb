"""Characters to tokens: LaTeX and Unicode become one plain notation, which is cut into names, numbers, signs.

Owns the spelling of single tokens. Must not know what an equation, a table or a quantity of the problem is.
"""
