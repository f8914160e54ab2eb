"""Many steps, fast: the same equations, compiled to Python code or run on whole layers with numpy.

Owns both engines and the choice between them, the cost curve and its health. Must not know how a run is
shown.
"""
