"""The output forms: each file one view of the same equations. A view formats; it never computes."""
