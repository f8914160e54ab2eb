"""The formats of `backtrace sheet` and `backtrace exercise`: blank sheets, solutions, question banks."""
