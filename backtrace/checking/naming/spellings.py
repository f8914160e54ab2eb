"""Spellings of a problem's quantities besides the config's own notation.

A spelling may fit several quantities; then it means none of them until something else decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property
from itertools import product
from typing import NamedTuple

from backtrace.checking.lexing.whole_names import WholeNames
from backtrace.checking.name_table import loose
from backtrace.problem.notation import NOTATIONS, Notation, of_unit
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import spell, transcribe

Meanings = Mapping[str, Set[str]]

# Spellings of a unit's quantities; {u} is the unit's name, or a label that its place gives it.
_NET = "net_{u} in_{u} z_{u} s_{u} I_{u} netinput_{u} netin_{u} {u}_net {u}_in net({u}) in({u})".split()
_ACTIVATION = "a_{u} out_{u} O_{u} output_{u} act_{u} activation_{u} {u}_out {u}_output out({u})".split()
_DELTA = "delta_{u} Err_{u} delta({u})".split()
_PREDICTION = "yhat_{u} y_{u}hat {u}hat ypred_{u} y_{u}_pred pred_{u} ahat_{u} p_{u}".split()
_TARGET = "t_{u} target_{u} d_{u} y_{u}_true ytrue_{u} y_{u}".split()
_TERM = "E_{u} L_{u} J_{u} C_{u} error_{u} loss_{u} cost_{u}".split()  # of the cost

# Spellings of quantities of which there is only one.
_ONE_NET = "z net s netinput in u".split()
_ONE_PREDICTION = "yhat ypred y_p pred prediction predicted out o ahat yout p".split()
_ONE_TARGET = "t target ytrue ytrain ytarget label desired".split()
_COST = (
    "E L J C l loss cost MSE SSE BCE CE Etot Ltot Etotal Ltotal Ctotal Jtotal errortotal losstotal costtotal "
    "totalerror totalloss totalcost errtotal".split()
)
_BARE = 20  # up to so many units, a symbol without an index may be any of theirs
_LAYERED = 3  # up to so many layers, labels such as h1 and o2 are clear


class Unit(NamedTuple):
    """A unit with its layer's number, counted from 1, and its place in the layer and among all units."""

    name: str
    layer: int
    place: int
    position: int
    alone: bool
    last: bool

    @property
    def id(self) -> str:
        return spell(self.name)


class Spellings:
    """The meanings of spellings in one problem; each table is built when it is first needed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._layers = problem.model.layers if isinstance(problem.model, Network) else ()

    def meanings(self, name: str) -> Iterator[Set[str]]:
        """The ids that a name may mean, table by table, the surest first."""
        exact = loose(name)
        for table in (self.notations, self.words):
            if exact in table:
                yield table[exact]
        folded = exact.casefold()
        hidden = exact[:1] == "H" and exact[1:].isdigit()  # H_1 is no net, it may be what unit 1 gives
        if len(exact) > 1 and not hidden and folded in self.folded:
            yield self.folded[folded]
        if exact in self.guesses:
            yield self.guesses[exact]
        if len(exact) > 1 and not hidden and folded in self.guesses:
            yield self.guesses[folded]

    @cached_property
    def config_names(self) -> frozenset[str]:
        """The names of everything that the config names."""
        model, problem = self.problem.model, self.problem
        computed = () if isinstance(model, Network) else model.equations
        units = (unit.name for unit in self.units)
        return frozenset((*problem.inputs, *problem.targets, *problem.parameters, *units, *computed))

    @cached_property
    def whole_names(self) -> WholeNames:
        return WholeNames(self.config_names)

    @cached_property
    def notations(self) -> Meanings:
        """The units' quantities in the other notations, where all of these agree on the quantity."""
        table = _SpellingTable()
        for notation in NOTATIONS.values():
            for prefix, pattern in _patterns(notation):
                for unit in self.units:
                    symbol = of_unit(prefix, pattern, unit.name)
                    table.put(transcribe(symbol.text), symbol.id)
            table.put(notation.cost, self.problem.objective_id)
        return {name: ids for name, ids in table.items() if len(ids) == 1}

    @cached_property
    def words(self) -> Meanings:
        """Spellings with the unit's own name, or a label that no other unit has; and of the cost."""
        table = _SpellingTable()
        table.each(_COST, self.problem.objective_id)
        for unit in self.units:
            for label in self._labels(unit):
                self._add_unit(table, unit, label)
        for unit in self.outputs:
            for label in (*self._labels(unit), str(unit.place)):
                table.each(_PREDICTION, f"a_{unit.id}", label)
                if len(self.outputs) > 1:
                    table.each(_TERM, f"E_{unit.id}", label)
        if len(self.outputs) == 1:
            table.each(_ONE_PREDICTION, f"a_{self.outputs[0].id}")
        if len(self.problem.targets) == 1:
            target = self.problem.targets[0]
            table.each((*_ONE_TARGET, f"{target}_train", f"{target}_true"), spell(target))
        return table

    @cached_property
    def folded(self) -> Meanings:
        """The notations and words, with capitals as small letters."""
        table = _SpellingTable()
        for meanings in (self.notations, self.words):
            for name, ids in meanings.items():
                if len(name) > 1:
                    table.put(name.casefold(), *ids)
        return table

    @cached_property
    def guesses(self) -> Meanings:
        """Spellings that give only a place, or leave open which of a unit's quantities they mean."""
        table = _SpellingTable()
        for unit in self.units:
            names, places = list(self._labels(unit)), list(self._places(unit))
            for label in places:
                self._add_unit(table, unit, label)
            for label in names:
                table.put(label, f"a_{unit.id}", f"h_{unit.id}")
            bias = self._layers[unit.layer - 1].biases[unit.place - 1 : unit.place]
            for label in (*names, *places):
                table.put(f"d_{label}", f"delta_{unit.id}")
                table.put(f"b_{label}", *(spell(name) for name in bias if name))
            if len(self.units) <= _BARE:
                self._add_bare(table, unit)
        self._add_targets(table)
        return table

    @cached_property
    def units(self) -> list[Unit]:
        """All units, layer by layer."""
        found: list[Unit] = []
        for number, layer in enumerate(self._layers, 1):
            last = number == len(self._layers)
            for place, name in enumerate(layer.units, 1):
                found.append(Unit(name, number, place, len(found) + 1, len(layer.units) == 1, last))
        return found

    @cached_property
    def outputs(self) -> list[Unit]:
        return [unit for unit in self.units if unit.last]

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(loose(transcribe(unit.name)) for unit in self.units)

    def unit_of(self, id: str) -> Unit | None:
        """The unit that a quantity belongs to; to an output unit, also its target does."""
        return self._owners.get(id)

    @cached_property
    def _owners(self) -> Mapping[str, Unit]:
        found = dict(zip(map(spell, self.problem.targets), self.outputs, strict=False))
        for unit in self.units:
            id = unit.id
            own = (f"h_{id}", f"a_{id}", f"delta_{id}", f"e_{id}", f"E_{id}", f"da_{id}/dh_{id}")
            found |= dict.fromkeys(own, unit)
        return found

    def filled(self, patterns: str, unit: Unit) -> Iterator[str]:
        """Patterns of ids, with a unit's name, bias and target, and with the objective of the only output."""
        bias = self._layers[unit.layer - 1].biases[unit.place - 1 : unit.place]
        targets = self.problem.targets[unit.place - 1 : unit.place] if unit.last else ()
        objective = self.problem.objective_id if unit.last and unit.alone else None
        names = {
            "{u}": unit.id,
            "{b}": next(iter(bias), None),
            "{t}": next(iter(targets), None),
            "{E}": objective,
        }
        for pattern, (mark, name) in product(patterns.split(), names.items()):
            if name and mark in pattern:
                yield pattern.replace(mark, spell(name))

    def _labels(self, unit: Unit) -> Iterator[str]:
        """The name of a unit; and by its place, h2 or o1, unless another unit has that name."""
        yield unit.name
        hidden = ("h", "hidden") if len(self._layers) < _LAYERED else ()
        words = ("o", "output", "y") if unit.last else hidden
        labels = (*(f"{word}{unit.place}" for word in words), *(words if unit.alone else ()))
        yield from (label for label in labels if label not in self._names)

    def _places(self, unit: Unit) -> Iterator[str]:
        """Numbers for a unit, if none has that name: in its layer, among all units, of its layer."""
        layers = (f"{unit.layer}", f"{unit.layer + 1}")  # counted without the inputs, and with them
        numbers = [f"{unit.place}", f"{unit.position}", *(f"{layer}_{unit.place}" for layer in layers)]
        numbers += layers if unit.alone else ()
        yield from (number for number in dict.fromkeys(numbers) if loose(number) not in self._names)

    def _add_unit(self, table: _SpellingTable, unit: Unit, label: str) -> None:
        table.each(_NET, f"h_{unit.id}", label)
        table.each(_ACTIVATION, f"a_{unit.id}", label)
        table.each(_DELTA, f"delta_{unit.id}", label)

    def _add_bare(self, table: _SpellingTable, unit: Unit) -> None:
        """Add a net or activation without an index: that of the only unit, else it is left open whose."""
        id = unit.id
        patterns = _patterns(self.problem.notation)
        stems = {prefix: pattern.replace("{unit}", "").strip("_{}()^") for prefix, pattern in patterns}
        table.each((*_ONE_NET, stems["h"]), f"h_{id}")
        table.each(("a", stems["a"], *(() if unit.last else ("h",))), f"a_{id}")
        table.put("delta", f"delta_{id}")
        if unit.last:
            table.put("error", f"e_{id}")
            table.put("err", f"e_{id}", f"delta_{id}")

    def _add_targets(self, table: _SpellingTable) -> None:
        table.each(("error", "err"), self.problem.objective_id)
        for unit, target in zip(self.outputs, self.problem.targets, strict=False):
            for label in (*self._labels(unit), str(unit.place)):
                table.each(_TARGET, spell(target), label)
            table.each(self._labels(unit), spell(target))
            table.put(f"y_{unit.place}", f"a_{unit.id}")


class _SpellingTable(dict[str, set[str]]):
    """Spellings, without the marks that people leave out, and the ids they mean."""

    def put(self, name: str, *ids: str) -> None:
        if name:
            self.setdefault(loose(transcribe(name)), set()).update(ids)

    def each(self, patterns: Iterable[str], id: str, label: str = "") -> None:
        """Add one meaning to several spellings, with a label for {u}."""
        for pattern in patterns:
            self.put(pattern.replace("{u}", label), id)


def _patterns(notation: Notation) -> tuple[tuple[str, str], ...]:
    return (("h", notation.net), ("a", notation.activation), ("delta", notation.delta))
