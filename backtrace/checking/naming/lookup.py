"""The quantity that a student means by a name: an id, the config's notation, another spelling.

The surer reading wins: an exact name over a spelling, a spelling of one quantity over a guess. Between two
quantities nothing is guessed, unless the stated number fits one of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice, product
from types import MappingProxyType

from backtrace.checking.graph import Graph, Key
from backtrace.checking.lexing.tokens import parse_name
from backtrace.checking.name_table import loose
from backtrace.checking.naming.matrix_entries import entry_forms
from backtrace.checking.naming.spellings import Spellings
from backtrace.checking.stated_number import Stated
from backtrace.errors import nearest
from backtrace.symbolic.ids import spell, transcribe

CANDIDATES_NAMED = 4  # candidates of an ambiguous name

_CALL = re.compile(r"(?:g|f|s|S|phi|psi|act|sigma|sigmoid|tanh|relu|ReLU|softplus)(')?\(([^()]{1,80})\)")
_ZERO_FOR_O = re.compile(r"(?<=_)0(?=[0-9])")  # target_01, where target_o1 is meant
_RATES = ("eta", "alpha", "lr", "learning_rate", "epsilon", "r")
_DERIVATIVE = re.compile(r"d_?([^/]{1,80})/d_?([^/]{1,80})")
_GRADIENT = re.compile(r"(?:d|grad_?|gradient_?|nabla_?|g_)([^/]{1,80})")
_CHANGE = re.compile(r"(?:Delta_?|delta_)([^/]{1,80})")
_LAYER_INDEX = re.compile(r"([A-Za-z]+)_[0-9]{1,2}_(.{1,40})")


class Lookup:
    """Finds quantities in one graph; `sample` is meant where a name says nothing of one.

    In a document the config's own notation is surer than ids, which a student need not know. `names` are
    the student's own names, each with the one that it replaces.
    """

    def __init__(
        self,
        graph: Graph,
        sample: int | None = None,
        spellings: Spellings | None = None,
        document: bool = False,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.graph = graph
        self.sample = sample
        self.spellings = spellings or Spellings(graph.problem)
        self.document = document
        self.names = names

    def key(
        self,
        name: str,
        step: int = 1,
        sample: int | None = None,
        total: bool = False,
        column: int = 0,
        number: Stated | None = None,
    ) -> Key | str:
        """The quantity, or the reason why there is none.

        `column` is the size of the matrix that the name is an entry of, `number` the stated value.
        """
        name = "/".join(map(self._replaced, name.split("/"))) if self.names else name
        places = list(self._samples(step, sample, total))
        if not self.document and Key(step, places[0], name) in self.graph.nodes:
            return Key(step, places[0], name)  # an id, as on most sheets
        entries = entry_forms(self.graph.problem, name, column) if "[" in name else ()
        for meaning in self._entries(list(entries), step, places):
            return next((key for key in meaning if number and self._fits(key, number)), meaning[0])
        for form in self._forms(name):
            for meaning in self._meanings(form, step, places):
                fitting = [key for key in meaning if number and self._fits(key, number)]
                if len(meaning) == 1 or len({self.graph[key].value for key in fitting}) == 1:
                    return min(fitting or meaning)
                return f"could be {' or '.join(sorted(key.id for key in meaning)[:CANDIDATES_NAMED])}"
        known = (key.id for key in self.graph.nodes if key.step == step and key.sample in places)
        return f"no such quantity{nearest(name, dict.fromkeys(known))}"

    def _replaced(self, part: str) -> str:
        """A student's own name, or a derivative's part with its d in front, as the name it replaces."""
        for mark in ("", "d"):
            for new in ("", "+"):
                name = part.removeprefix(mark).removesuffix(new)
                if f"{mark}{name}{new}" == part and name in self.names:
                    return f"{mark}{self.names[name]}{new}"
        return part

    def _fits(self, key: Key, number: Stated) -> bool:
        """Whether a number is clearly this quantity's: one digit is so only where it is exact."""
        value = self.graph[key].value
        return number.fits(value) if number.digits > 1 else number.value == value

    def _entries(self, forms: Sequence[str], step: int, places: Sequence[int | None]) -> Iterator[list[Key]]:
        """The entries of a matrix that may be meant: as it is written, or transposed."""
        found = [keys[0] for form in forms for keys in islice(self._meanings(form, step, places), 1)]
        if found:
            yield found

    def _forms(self, name: str) -> Iterator[str]:
        """The name as it is, and with frequent mistypings corrected."""
        yield self._applied(name)
        if name in _RATES:
            yield "learning_rate"
        letters = _ZERO_FOR_O.sub("o", name)
        if letters != name:
            yield letters
        written = parse_name(name)  # answer sheets have names as people write them: w_5_new, \delta_o
        if written is not None and written != name:
            yield written

    # Meanings of one form

    def _meanings(self, form: str, step: int, places: Iterable[int | None]) -> Iterator[list[Key]]:
        """The quantities that a form may mean, the surest first."""
        places = list(places)
        for place in places:
            found = self._own(form, step, place)
            if found:
                yield [Key(step, place, id) for id in found]
        for place in places:
            unrelated = self.graph.unrelated(form, step, place)
            if unrelated is not None:
                yield [unrelated]
        for forms in self._respelled(form, step, places):
            keys: dict[str, Key] = {}
            for place in places:
                for spelled in forms:
                    exact = Key(step, place, spelled) in self.graph.nodes
                    for id in (spelled,) if exact else self.graph.find(spelled, step, place):
                        keys.setdefault(id, Key(step, place, id))
            if keys:
                yield list(keys.values())

    def _own(self, form: str, step: int, place: int | None) -> set[str]:
        """The ids of quantities that the config calls so: by its notation, an id, or a name near one."""
        found = self.graph.find(form, step, place)
        if not self.document or not found:
            return found
        near = self.graph.near(form, step, place)
        shown = {id for id in near if self._is_shown_as(Key(step, place, id), form)}
        return shown if len(shown) == 1 else found

    def _is_shown_as(self, key: Key, name: str) -> bool:
        return loose(transcribe(self.graph[key].symbol.text)) == loose(name)

    def _respelled(self, form: str, step: int, places: Iterable[int | None]) -> Iterator[AbstractSet[str]]:
        """Names of the config that the form may be another spelling of, the surest first."""
        derivative = _DERIVATIVE.fullmatch(form)
        if derivative:
            above, below = (list(self._parts(part, step, places)) for part in derivative.groups())
            for i, j in sorted(product(range(len(above)), range(len(below))), key=sum):
                yield {f"d{over}/d{under}" for over in above[i] for under in below[j]}
            return
        if form.endswith("+"):
            for ids in self._parts(form[:-1], step, places):
                yield {f"{id}+" for id in ids}
            return
        yield from self.spellings.meanings(form)
        variants = list(self._variants(form, step, places))
        if variants:
            yield set(variants)
        for pattern, prefix in ((_CHANGE, "Delta_"), (_GRADIENT, f"d{self.graph.problem.objective_id}/d")):
            match = pattern.fullmatch(form)
            if match:
                for ids in self._parts(match[1], step, places):
                    yield {f"{prefix}{id}" for id in ids if not self._is_of_the_sample(id)}

    def _parts(self, part: str, step: int, places: Iterable[int | None]) -> Iterator[set[str]]:
        """The ids that a name within a name may mean, the surest first."""
        for place in (*places, None):
            found = self._own(part, step, place)
            if found:
                yield found
                break
        for ids in self.spellings.meanings(part):
            yield set(ids)
        variants = set(self._variants(part, step, places))
        if variants:
            yield variants

    def _is_of_the_sample(self, id: str) -> bool:
        """Whether this is an input or target: dx is a small step more often than a gradient."""
        problem = self.graph.problem
        return id in map(spell, (*problem.inputs, *problem.targets))

    def _variants(self, name: str, step: int, places: Iterable[int | None]) -> Iterator[str]:
        """A given with a capital for a small letter; an index without the number of a layer or round."""
        swapped = name[:1].swapcase() + name[1:]
        for place in (*places, None):
            found = self.graph.find(swapped, step, place)
            yield from (id for id in found if self.graph[Key(step, place, id)].kind == "given")
        layered = _LAYER_INDEX.fullmatch(name)
        if layered:
            yield f"{layered[1]}_{layered[2]}"

    def _applied(self, name: str) -> str:
        """g(h) is the activation, g'(h) its slope."""
        call = _CALL.fullmatch(name)
        unit = self._net_of(call[2]) if call else None
        if call is None or unit is None:
            return name
        return f"da_{unit}/dh_{unit}" if call[1] else f"a_{unit}"

    def _net_of(self, argument: str) -> str | None:
        """The unit whose net input has this name."""
        step, sample, _ = next(iter(self.graph.nodes))
        for keys in self._meanings(argument, step, [sample]):
            nets = [key.id for key in keys if self.graph[key].kind == "net"]
            if len(nets) == 1:
                return nets[0].removeprefix("h_")
        return None

    def _samples(self, step: int, sample: int | None, total: bool) -> Iterator[int | None]:
        """The samples at which a name is looked for, in order; None is all of them together."""
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
