"""The screens of `backtrace walk` and its quiz."""
