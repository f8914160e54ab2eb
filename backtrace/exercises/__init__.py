"""New problems: numbers that are kind to hands, drawn again until slips can be told from right answers."""
