"""The formats of `backtrace draw`: SVG, Graphviz, Mermaid and text.

Owns what a picture looks like, with the same captions in every format. Must not know how one is computed.
"""
