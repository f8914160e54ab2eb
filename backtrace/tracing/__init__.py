"""The parts of a run that somebody asked for: which steps, samples and quantities, in which groups.

Owns selection by pattern and the order of groups. Must not know tables or formats.
"""
