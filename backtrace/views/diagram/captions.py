"""What every form of a picture says: the lines of a node, of an edge, of the heading and of the legend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backtrace.diagrams.diagram import Edge, Name, Node, Picture, Quantity
from backtrace.errors import printable
from backtrace.evaluation.choice import arithmetic_of
from backtrace.problem.problem import Network, Problem
from backtrace.views.page.headings import part_line, problem_lines
from backtrace.views.page.records import Look

CAPTION_TERMS = 4  # of a sum in a node
CAPTION_CHARACTERS = 36  # of a formula in a node


class Said(NamedTuple):
    """A node's lines: the first above, what came back from the objective below."""

    above: list[str]
    below: list[str]


class Words:
    """A picture's texts in one look; every one is a single line of printable characters."""

    def __init__(self, problem: Problem, picture: Picture, look: Look) -> None:
        self.problem = problem
        self.picture = picture
        self.look = look._replace(most_terms=CAPTION_TERMS)
        self.formula = self.look.formulas()
        self.dots = "..." if look.style.ascii else "…"

    def heading(self) -> tuple[str, str]:
        """The title; and which step and sample it is."""
        title, *rest = problem_lines(self.problem, arithmetic_of(self.problem).name, self.look)
        place = part_line(self.problem, self.picture.part, self.look)
        changes = [line for line in rest if self.problem.echo and line.startswith("with ")]
        return title or "network", printable("; ".join([place, *changes[-1:]]))

    def column(self, place: int) -> str:
        return printable(self.picture.headings[place])

    def number(self, quantity: Quantity) -> str:
        numerals = self.look.numerals
        if quantity.written is not None:
            return numerals.given(quantity.written, quantity.value)
        return numerals.text(quantity.value)

    def quantity(self, quantity: Quantity | Name) -> str:
        symbol = self.look.symbol(quantity.symbol)
        return printable(symbol if isinstance(quantity, Name) else f"{symbol} = {self.number(quantity)}")

    def node(self, node: Node) -> Said:
        """A node's lines."""
        if node.kind == "gap":
            return Said([self.dots, f"{node.number:,} more"], [])
        if node.kind == "constant":
            return Said([str(node.number)], [])
        above = [self.quantity(value) for value in node.values]
        if node.equation:
            told = [self.quantity(value) for value in node.values if isinstance(value, Quantity)]
            formula = self.short(f"{self.look.symbol(node.equation.symbol)} = {self.written(node)}")
            above = list(dict.fromkeys((formula, *told)))  # a constant is said once
        above += [self.target(target) for target in node.targets]
        return Said(above, [self.quantity(gradient) for gradient in node.gradients])

    def target(self, target: Quantity) -> str:
        """A target, which is called so unless its name does it already."""
        said = self.quantity(target)
        return said if said.startswith("target") else f"target {said}"

    def written(self, node: Node) -> str:
        return self.formula(node.equation.expression) if node.equation else ""

    def short(self, text: str) -> str:
        """A formula, ended between two of its terms or factors where it is long."""
        text = printable(text)
        if len(text) <= CAPTION_CHARACTERS:
            return text
        text = text[: CAPTION_CHARACTERS - 2]
        end = max(map(text.rfind, (" ", self.look.style.times)))
        if end > CAPTION_CHARACTERS / 2:
            text = text[:end].rstrip().removesuffix(self.dots).rstrip()
        return f"{text} {self.dots}"

    def weight(self, edge: Edge) -> str:
        """A weight and its value, marked where the weight is tied."""
        if edge.weight is None:
            return ""
        mark = self.mark if edge.tied else ""
        return printable(f"{self.look.symbol(edge.weight.symbol)}{mark} = {self.number(edge.weight)}")

    @property
    def mark(self) -> str:
        return "*" if self.look.style.ascii else "†"

    def gradient(self, edge: Edge) -> str:
        return self.quantity(edge.gradient) if edge.gradient else ""

    def short_gradient(self, edge: Edge) -> str:
        """Only that it is a gradient, and its value; which one, is what stands above it."""
        sign = "d" if self.look.style.ascii else "∂"
        return f"{sign} {printable(self.number(edge.gradient))}" if edge.gradient else ""

    def legend(self, thick: str, dashed: str) -> Iterator[str]:
        """What the marks of the picture mean."""
        weighted = [edge for edge in self.picture.edges if edge.weight]
        if any(edge.weight and edge.weight.value for edge in weighted):
            yield f"{thick}: a large weight" + (f"; {dashed}: a negative one" if self.has_negative else "")
        if any(edge.tied for edge in weighted):
            sums = "; its gradient sums over them" if self.picture.has_gradients else ""
            yield f"{self.mark} tied: one weight at several edges{sums}"

    @property
    def has_negative(self) -> bool:
        return any(edge.weight and edge.weight.value < 0 for edge in self.picture.edges)

    def description(self) -> str:
        """The picture in sentences, for those who cannot see it."""
        parts = []
        for place, members in enumerate(self.picture.columns):
            lines = [
                line
                for k in members
                if self.picture.nodes[k].kind != "constant"
                for line in (*self.node(self.picture.nodes[k]).above, *self.node(self.picture.nodes[k]).below)
            ]
            heading = self.column(place)
            parts.append(f"{heading}: {', '.join(lines)}" if heading else ", ".join(lines))
        weights: dict[str, None] = {}
        for edge in self.picture.edges:
            if edge.weight:
                weights[", ".join(filter(None, (self.weight(edge), self.gradient(edge))))] = None
        if weights:
            parts.append("weights: " + "; ".join(weights))
        return ". ".join(part for part in parts if part) + "."


def largest_weight(picture: Picture) -> float:
    """The size of the largest weight, which is drawn thickest; 1 where all are 0."""
    return max((abs(float(edge.weight.value)) for edge in picture.edges if edge.weight), default=0) or 1.0


def thickness(weight: float, largest: float) -> float:
    """How thick an edge is drawn, in pixels or points."""
    return 1 + 3 * abs(weight) / largest


def is_network(problem: Problem) -> bool:
    """Whether the columns of a picture are layers."""
    return isinstance(problem.model, Network)
