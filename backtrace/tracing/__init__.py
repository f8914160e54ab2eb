"""The steps, samples and quantities that a user asks for, in groups.

Owns selection by pattern and the order of groups. Must not know tables or formats.
"""
