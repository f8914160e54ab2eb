"""Which quantity a writer means by a name: ids, the config's notation, names near them, other notations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backtrace.checking.graph import Graph, Key, loose
from backtrace.derivation.names import spell, transcribe
from backtrace.derivation.notation import NOTATIONS, of_unit
from backtrace.errors import nearest
from backtrace.problem import Network

_COLUMN_ENTRY = re.compile(r"([AH])\[(\d{1,6})\]")
_CALL = re.compile(r"(?:g|f|s|S|phi|psi|act|sigma|sigmoid|tanh|relu|ReLU|softplus)(')?\(([^()]{1,80})\)")
_ZERO_FOR_O = re.compile(r"(?<=_)0(?=[0-9])")  # target_01, where target_o1 is meant
_RATES = ("eta", "alpha", "lr", "learning_rate", "epsilon", "r")


class Lookup:
    """Finds quantities in one graph; `sample` stands in where nothing is said of a sample."""

    def __init__(self, graph: Graph, sample: int | None = None) -> None:
        self.graph = graph
        self.sample = sample
        self._foreign: dict[str, str] | None = None

    def key(
        self,
        name: str,
        step: int = 1,
        sample: int | None = None,
        total: bool = False,
        column: int = 0,
    ) -> Key | str:
        """The quantity, or why there is none. `column` is the size of the matrix that the name stands in."""
        places = list(self._samples(step, sample, total))
        for form in self._forms(name, column):
            for place in places:
                found = self.graph.find(form, step, place)
                if len(found) == 1:
                    return Key(step, place, next(iter(found)))
                if found:
                    return f"could be {' or '.join(sorted(found))}"
            for place in places:
                unrelated = self.graph.unrelated(form, step, place)
                if unrelated is not None:
                    return unrelated
        known = (key.id for key in self.graph.nodes if key.step == step and key.sample in places)
        return f"no such quantity{nearest(name, dict.fromkeys(known))}"

    def _forms(self, name: str, column: int) -> Iterator[str]:
        """The name as it is, and what it may be called in the config's own terms."""
        yield self._renamed(name, column)
        foreign = "/".join(map(self._translated, name.split("/")))
        if foreign != name:
            yield foreign
        if name in _RATES:
            yield "learning_rate"
        letters = _ZERO_FOR_O.sub("o", name)
        if letters != name:
            yield from (letters, "/".join(map(self._translated, letters.split("/"))))

    def _renamed(self, name: str, column: int) -> str:
        """An entry of a column A or H of a layer with so many units, or the only target as y_train."""
        problem = self.graph.problem
        entry = _COLUMN_ENTRY.fullmatch(name)
        if entry and isinstance(problem.model, Network):
            units = next((layer.units for layer in problem.model.layers if len(layer.units) == column), ())
            if int(entry[2]) <= len(units):
                return f"{entry[1].lower()}_{spell(units[int(entry[2]) - 1])}"
        call = _CALL.fullmatch(name)
        if call and isinstance(problem.model, Network):
            unit = self._net_of(call[2])
            if unit is not None:
                return f"da_{unit}/dh_{unit}" if call[1] else f"a_{unit}"
        if len(problem.targets) == 1:
            target = problem.targets[0]
            if name in (f"{target}_train", "target", f"{target}_true"):
                return target
        return name

    def _net_of(self, argument: str) -> str | None:
        """The unit whose net input a name is."""
        step, sample = next(iter(self.graph.names))
        for form in (argument, self._translated(argument)):
            for id in self.graph.find(form, step, sample):
                if self.graph[Key(step, sample, id)].kind == "net":
                    return id.removeprefix("h_")
        return None

    def _translated(self, part: str) -> str:
        """A symbol of another notation, or a derivative's part with its d in front, as an id."""
        for mark in ("", "d"):
            for new in ("", "+"):
                symbol = part.removeprefix(mark).removesuffix(new)
                if f"{mark}{symbol}{new}" == part and loose(symbol) in self.foreign:
                    return f"{mark}{self.foreign[loose(symbol)]}{new}"
        return part

    @property
    def foreign(self) -> dict[str, str]:
        """How other notations write the units' quantities → their ids, where it can mean one thing only."""
        if self._foreign is None:
            meanings: dict[str, set[str]] = {}
            model = self.graph.problem.model
            units = [u for layer in model.layers for u in layer.units] if isinstance(model, Network) else []
            for notation in NOTATIONS.values():
                for prefix, pattern in (
                    ("h", notation.net),
                    ("a", notation.activation),
                    ("delta", notation.delta),
                ):
                    for unit in units:
                        symbol = of_unit(prefix, pattern, unit)
                        meanings.setdefault(loose(transcribe(symbol.text)), set()).add(symbol.id)
                if units:
                    meanings.setdefault(loose(notation.cost), set()).add("E")
            self._foreign = {name: ids.pop() for name, ids in meanings.items() if len(ids) == 1}
        return self._foreign

    def _samples(self, step: int, sample: int | None, total: bool) -> Iterator[int | None]:
        """Where a name is looked for, in order."""
        problem = self.graph.problem
        own = self.sample or problem.own_sample(step)
        if sample is not None:
            yield from (sample, None)
        elif total:
            yield from (None, own)
        elif problem.batch != "online":
            yield from (None, self.sample or 1)
        else:
            yield from (own, None)
