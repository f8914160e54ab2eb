"""Problem → equations: the forward pass, the backward pass and the update, as one ordered list.

Owns the tables of activations, costs and optimizers, and the chain rule. Must not know any value: equations
are only evaluated in `evaluation`.
"""
