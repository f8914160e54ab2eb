"""The network as nodes and edges with their quantities.

Owns the graph that every form of a picture shows. Must not know coordinates, colours or file formats.
"""
