"""YAML → `Problem`, and back; samples and weights from files.

Owns every message about a config, with its file, line and column. Must not know equations' values, and never
runs anything that a config says.
"""
