"""The network as nodes and edges with their quantities.

Owns the graph that every picture is drawn from. Must not know coordinates, colours or file formats.
"""
