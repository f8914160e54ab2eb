"""YAML → `Problem`. Every error knows file, line and column; nothing in a config is ever run."""
