"""The quantity of a statement, where its name alone leaves that open.

Documents number the steps of an optimizer (θ_1, m_1), write new weights under the old names, and go through
the network once more with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.lexing.symbols import Token
from backtrace.checking.lexing.tokens import number_of
from backtrace.checking.naming.lookup import Lookup
from backtrace.checking.naming.working_kind import kind_of_working
from backtrace.checking.stated_number import Stated, with_precision
from backtrace.checking.statement import Sheet, Statement
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import spell

_NUMBERED = re.compile(r"([A-Za-z][A-Za-z_]*?)_?([0-9]{1,3})")  # theta_1
_OF_NUMBERED = re.compile(r"([A-Za-z]\w*)('?)\(([A-Za-z][A-Za-z_]*?)_?([0-9]{1,3})\)")
_BY_NUMBERED = re.compile(r"d([A-Za-z]\w*)/d([A-Za-z][A-Za-z_]*?)_?([0-9]{1,3})")  # dJ/dtheta_1
# Where a problem has only one weight: its value before the update, and after it.
_WEIGHT_WORDS = dict.fromkeys("weight old_weight oldweight weight_old".split(), "")
_WEIGHT_WORDS |= dict.fromkeys("weight+ new_weight newweight weight_new new_w w_new".split(), "+")
# Letters of an optimizer: its states, these corrected for their start, and the gradient.
_STATES, _CORRECTED, _GRADIENTS = ("m", "v", "s"), ("mhat", "vhat"), ("g", "grad")
_ENOUGH = 4  # digits that are not right by chance
_FORWARD = ("net", "activation", "cost", "value")

Numbered = tuple[str, int]  # a quantity's own name, from a name with the number of a step, and that step


class NumberedSteps:
    """Reads the numbers of steps in names: the first step turns θ_0 into θ_1.

    `from_zero`: the sheet counts gradients from 0, so that g_0 belongs to the first step.
    """

    def __init__(self, problem: Problem, sheet: Sheet) -> None:
        self.problem = problem
        self.numbers_steps = problem.update is not None and sheet.document
        self.from_zero = any(s.name in ("g_0", "g0", "grad_0") for s in sheet.statements)
        self.parameters = frozenset(map(spell, problem.parameters if self.numbers_steps else ()))
        equations = () if isinstance(problem.model, Network) else problem.model.equations
        # Names of the config: no number of a step is read in them.
        self.taken = self.parameters.union(map(spell, (*problem.inputs, *problem.targets, *equations)))
        # The parameter, if one alone is trained.
        self.only = spell(problem.trained[0]) if len(problem.trained) == 1 else None

    def numbered(self, name: str) -> Numbered | None:
        """The config's name for a name with a number, and the step."""
        if not self.numbers_steps or name in self.taken:
            return None
        if self.only and name.casefold() in _WEIGHT_WORDS:
            return f"{self.only}{_WEIGHT_WORDS[name.casefold()]}", 1
        plain = _NUMBERED.fullmatch(name.removesuffix("+"))
        if plain:
            return self._plain(plain[1], int(plain[2]))
        at = _BY_NUMBERED.fullmatch(name)
        if at and at[2] in self.parameters and f"{at[2]}_{at[3]}" not in self.taken:
            return f"d{at[1]}/d{at[2]}", int(at[3]) + 1
        of = _OF_NUMBERED.fullmatch(name)
        if of and of[3] == self.only:
            name = f"d{self.problem.objective_id}/d{self.only}" if of[2] else self.problem.objective_id
            return name, int(of[4]) + 1
        return None

    def _plain(self, base: str, step: int) -> Numbered | None:
        new = "+" if step else ""
        if base in self.parameters:
            return f"{base}{new}", max(step, 1)
        if self.only is None:
            return None
        if base in _STATES:
            return f"{base}_{self.only}{new}", max(step, 1)
        if base in _CORRECTED and step:
            return f"{base}_{self.only}", step
        if base in _GRADIENTS and step + self.from_zero:
            return f"d{self.problem.objective_id}/d{self.only}", step + self.from_zero
        return None


class NameResolver:
    """Finds the quantities of the statements of one sheet, which come in the sheet's order."""

    def __init__(self, lookup: Lookup, steps: NumberedSteps, document: bool) -> None:
        self.lookup = lookup
        self.graph: Graph = lookup.graph
        self.steps = steps
        self.document = document
        self.renewed = False  # new values of parameters have been stated
        self.seen: set[tuple[Key, str]] = set()
        # The entries of each matrix, by its name and line.
        self.matrices: dict[tuple[str, int | None], dict[str, Key | None]] = {}

    def key(self, statement: Statement, number: Stated | None, matrix: Sequence[Statement] = ()) -> Key | str:
        """The quantity that a statement names, or the reason why there is none.

        `matrix` has the statements of the other entries, if the name is one.
        """
        kind = kind_of_working(statement.working) if self.document else ""
        where = (statement.sample, statement.total, number, kind)
        entry = self.entry(statement, matrix, kind) if matrix else None
        key = entry or self.lookup.key(statement.name, statement.step or 1, *where)
        if isinstance(key, str) and statement.step is None:
            numbered = self.steps.numbered(statement.name)
            found = self.lookup.key(numbered[0], numbered[1], *where) if numbered else key
            key = self._at_step(found, number) if isinstance(found, Key) else key
        if not self.document or isinstance(key, str) or number is None:
            return key
        if not number.fits(self.graph[key].value):
            if key.id == "step":
                return self._counted(statement, number)
            shown = self.graph[key].symbol.text
            is_known = len(statement.name) > 1 or statement.name in (key.id, shown)
            if number.places <= 0 and not is_known:  # perhaps it counts something: L = 2 layers
                return f"may be something else than {shown}"
        key = self._meant(statement, key, number)
        self.renewed |= self.graph[key].kind == "update"
        self.seen.add((key, statement.text))
        return key

    def entry(self, statement: Statement, matrix: Sequence[Statement], kind: str) -> Key | None:
        """The quantity of an entry, as the whole matrix is read; None if it is not understood."""
        place = statement.name.partition("[")[0], statement.line
        if place not in self.matrices:
            step, names = statement.step or 1, [entry.name for entry in matrix]
            places = self.lookup.places(step, statement.sample, statement.total)
            numbers = [with_precision(entry.number) for entry in matrix]
            keys = self.lookup.entries(names, numbers, step, places, kind)
            self.matrices[place] = dict(zip(names, keys, strict=False))
        return self.matrices[place].get(statement.name)

    def _at_step(self, key: Key, number: Stated | None) -> Key:
        """θ_1 is the result of the first step, unless the number is the value before it."""
        old = self.graph.nodes.get(Key(key.step, None, key.id.removesuffix("+")))
        if old is None or number is None:
            return key
        fits = not number.fits(self.graph[key].value) and number.fits(old.value)
        return old.key if fits or number.value == old.value else key

    def _counted(self, statement: Statement, number: Stated) -> Key | str:
        """The t of a rule counts steps; where it is something else it is the target, if anything."""
        target = self.lookup.key("target", 1, statement.sample)
        if isinstance(target, Key) and number.fits(self.graph[target].value):
            return target
        return f"{statement.name} counts the steps here; it is not computed"

    def _meant(self, statement: Statement, key: Key, number: Stated) -> Key:
        """The quantity itself, or its new value where the number can only be that."""
        node = self.graph[key]
        new = self._new(key)
        if new is None or number.fits(node.value) or statement.name.startswith("old "):
            return key
        if node.role == "parameter":
            close = 2 * abs(number.value - new.value) < abs(number.value - node.value)
            is_new = close or number.fits(new.value) or self._starts_from(statement, node.value)
            return new.key if is_new else key
        if node.kind not in _FORWARD or (key, statement.text) in self.seen:
            return key
        if not self.renewed:
            return new.key if number.digits >= _ENOUGH and number.fits(new.value) else key
        samples = range(1, len(self.graph.problem.samples) + 1)
        others = (self.graph.nodes.get(key._replace(sample=n)) for n in samples if n != key.sample)
        if any(other is not None and number.fits(other.value) for other in others):
            return key  # then that sample is named as the slip
        nearer = abs(number.value - new.value) < abs(number.value - node.value)
        return new.key if nearer else key

    def _new(self, key: Key) -> Node | None:
        """The new value after the update, whose id has a plus."""
        for sample in (key.sample, None, self.lookup.sample, self.graph.problem.own_sample(key.step)):
            node = self.graph.nodes.get(Key(key.step, sample, f"{key.id}+"))
            if node is not None:
                return node
        return None

    def _starts_from(self, statement: Statement, old: float) -> bool:
        """Whether the working adds to the old value, or subtracts from it: w = 0.4 - 0.5(0.08)."""
        terms = (number_of(_first_term(side.tokens)) for side in statement.working)
        return any(term.value == old for term in terms if term)


def _first_term(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens before the plus or minus behind the first number; none where there is no such sign."""
    has_number = False
    for i, token in enumerate(tokens):
        if token.kind == "operator" and token.text in "+-" and has_number:
            return tokens[:i]
        has_number = has_number or token.kind == "number"
    return ()
