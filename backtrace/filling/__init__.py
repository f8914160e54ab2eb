"""Documents whose numbers stay right: the marks in them, and what is put between those.

Nothing here runs a command, and nothing here knows what a number means.
"""
