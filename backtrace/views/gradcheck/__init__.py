"""The formats of `backtrace gradcheck`."""
