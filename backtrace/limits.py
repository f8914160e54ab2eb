"""The budgets that bound work on untrusted input, each with its reason."""
