"""The screens of `backtrace walk` and its quiz.

Owns lines and their places on a screen. Must not know the terminal, nor where a key leads.
"""
