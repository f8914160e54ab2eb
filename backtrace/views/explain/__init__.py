"""The formats of `backtrace explain`."""
