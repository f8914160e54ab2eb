"""The formats of `backtrace draw`: SVG, Graphviz, Mermaid and text."""
