"""The formats of `backtrace train`, with the cost curve."""
