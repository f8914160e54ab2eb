"""One quantity explained: the paths of the chain rule to it, and everything it depends on.

Owns paths and dependencies. Must not know how an explanation is shown.
"""
