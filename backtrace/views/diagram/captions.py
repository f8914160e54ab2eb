"""The words and weights of a picture that every form shows: at nodes, at edges, in heading and legend.

Owns their text and how thick an edge is. Must not know coordinates or the syntax of a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from backtrace.diagrams.diagram import Picture, PictureEdge, PictureNode, SymbolName, SymbolValue
from backtrace.errors import printable
from backtrace.evaluation.choice import arithmetic_of
from backtrace.problem.problem import Network, Problem
from backtrace.views.page.headings import part_line, problem_lines
from backtrace.views.page.records import Look

MOST_TERMS = 4  # of a sum in a node
MOST_CHARACTERS = 36  # of a formula in a node


class NodeCaption(NamedTuple):
    """A node's lines: values above, the gradients that came back from the objective below."""

    above: list[str]
    below: list[str]

    @property
    def lines(self) -> list[str]:
        return [*self.above, *self.below]


class EdgeCaption(NamedTuple):
    """The texts at an edge, "" where there are none, and the sign and size of its weight.

    `brief` is the gradient without its name, for a form that sets it below the weight. `thickness` is in
    pixels or points, from 1 to 4 for the largest weight of the picture.
    """

    weight: str = ""
    gradient: str = ""
    brief: str = ""
    sign: Literal["", "plus", "minus", "zero"] = ""
    thickness: float = 1.5

    @property
    def lines(self) -> list[str]:
        return [line for line in (self.weight, self.gradient) if line]


class Captions:
    """The captions of a picture in one look; every one is a single line of printable characters."""

    def __init__(self, problem: Problem, picture: Picture, look: Look) -> None:
        self.problem = problem
        self.picture = picture
        self.look = look._replace(most_terms=MOST_TERMS)
        self.is_network = isinstance(problem.model, Network)  # whose columns are layers
        self.formula = self.look.formulas()
        self.dots = "..." if look.style.ascii else "…"
        self.tied = "*" if look.style.ascii else "†"
        weights = [abs(float(edge.weight.value)) for edge in picture.edges if edge.weight]
        self.largest = max(weights, default=0.0) or 1.0
        self.nodes = [self._node(node) for node in picture.nodes]
        self.edges = [self._edge(edge) for edge in picture.edges]
        self.headings = [printable(heading) for heading in picture.headings]

    def heading(self) -> tuple[str, str]:
        """The title; and the step and the sample."""
        title, *rest = problem_lines(self.problem, arithmetic_of(self.problem).name, self.look)
        place = part_line(self.problem, self.picture.part, self.look)
        changes = [line for line in rest if self.problem.echo and line.startswith("with ")]
        return title or "network", printable("; ".join([place, *changes[-1:]]))

    def _number(self, quantity: SymbolValue) -> str:
        numerals = self.look.numerals
        if quantity.written is not None:
            return numerals.given(quantity.written, quantity.value)
        return numerals.text(quantity.value)

    def _quantity(self, quantity: SymbolValue | SymbolName) -> str:
        symbol = self.look.symbol(quantity.symbol)
        return printable(
            symbol if isinstance(quantity, SymbolName) else f"{symbol} = {self._number(quantity)}"
        )

    def _node(self, node: PictureNode) -> NodeCaption:
        if node.kind == "gap":
            return NodeCaption([self.dots, f"{node.number:,} more"], [])
        if node.kind == "constant":
            return NodeCaption([str(node.number)], [])
        above = [self._quantity(value) for value in node.values]
        if node.equation:
            values = [self._quantity(value) for value in node.values if isinstance(value, SymbolValue)]
            formula = self.formula(node.equation.expression)
            shown = self._shortened(f"{self.look.symbol(node.equation.symbol)} = {formula}")
            above = list(dict.fromkeys((shown, *values)))  # of an equation k = 5, both lines are the same
        targets = map(self._quantity, node.targets)
        above += [text if text.startswith("target") else f"target {text}" for text in targets]
        return NodeCaption(above, [self._quantity(gradient) for gradient in node.gradients])

    def _shortened(self, text: str) -> str:
        """A formula, ended between two of its terms or factors where it is long."""
        text = printable(text)
        if len(text) <= MOST_CHARACTERS:
            return text
        whole = re.sub(r"[\w.]*$", "", text[: MOST_CHARACTERS - 2])  # without a piece of a name or number
        return f"{whole.rstrip().removesuffix(self.dots).rstrip()} {self.dots}"

    def _edge(self, edge: PictureEdge) -> EdgeCaption:
        if edge.weight is None:
            return EdgeCaption()
        value = float(edge.weight.value)
        mark = self.tied if edge.tied else ""
        weight = printable(f"{self.look.symbol(edge.weight.symbol)}{mark} = {self._number(edge.weight)}")
        gradient = brief = ""
        if edge.gradient:
            gradient = self._quantity(edge.gradient)
            brief = f"{'d' if self.look.style.ascii else '∂'} {printable(self._number(edge.gradient))}"
        sign: Literal["plus", "minus", "zero"] = "minus" if value < 0 else "plus" if value > 0 else "zero"
        return EdgeCaption(weight, gradient, brief, sign, 1 + 3 * abs(value) / self.largest)

    def legend(self, thick: str = "Thick", dashed: str = "dashed") -> Iterator[str]:
        """The meaning of the signs in the picture."""
        signs = {edge.sign for edge in self.edges}
        if signs & {"plus", "minus"}:
            yield f"{thick}: a large weight" + (f"; {dashed}: a negative one" if "minus" in signs else "")
        if any(edge.tied for edge in self.picture.edges):
            sums = "; its gradient sums over them" if self.picture.has_gradients else ""
            yield f"{self.tied} tied: one weight at several edges{sums}"

    def description(self) -> str:
        """The picture in sentences, for those who cannot see it."""
        parts = []
        for heading, places in zip(self.headings, self.picture.columns, strict=True):
            shown = (k for k in places if self.picture.nodes[k].kind != "constant")
            lines = ", ".join(line for k in shown for line in self.nodes[k].lines)
            parts.append(f"{heading}: {lines}" if heading else lines)
        # A tied weight has an edge at each of its uses, and is read out once.
        weights = dict.fromkeys(", ".join(edge.lines) for edge in self.edges if edge.lines)
        if weights:
            parts.append("weights: " + "; ".join(weights))
        return ". ".join(part for part in parts if part) + "."
