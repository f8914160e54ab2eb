"""Marking numbers: reading answers, judging each in the writer's own numbers, naming the slip."""
