"""The formats of `backtrace check`: the report for a student, for a class, and for grading tools."""
