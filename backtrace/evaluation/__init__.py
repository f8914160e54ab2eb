"""Arithmetics, and the evaluator that works a list of equations out under one of them."""
