"""Shared by all HTML pages: the page around the content, and its style sheet."""
