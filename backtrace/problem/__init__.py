"""A problem as a config states it: layers or equations, samples, cost, update, and the notation of names.

Owns plain data and its consistency. Must not know YAML, the equations that follow from a problem, or values.
"""
