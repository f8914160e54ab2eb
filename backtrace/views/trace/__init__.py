"""The formats of `backtrace trace`, and layers as matrices."""
