"""Documents whose numbers are kept right: the markers in them, and the text between these.

Owns finding and replacing. Must not know how a number is computed.
"""
