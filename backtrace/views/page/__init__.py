"""Shared by the formats of all commands: records, headings, rich tables and their truncation."""
