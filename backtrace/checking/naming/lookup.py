"""The quantity that a student means by a name: an id, the config's notation, another spelling.

The surer reading wins: an exact name over a spelling, a spelling of one quantity over a guess. Between two
quantities nothing is guessed, unless the stated number fits one of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, product
from types import MappingProxyType

from backtrace.checking.graph import Graph, Key
from backtrace.checking.lexing.tokens import parse_name
from backtrace.checking.name_table import loose
from backtrace.checking.naming.matrix_entries import entry_readings
from backtrace.checking.naming.quantity_kinds import NamedKind, in_words, kind_in
from backtrace.checking.naming.spellings import Spellings
from backtrace.checking.naming.working_kind import ACTIVATION, NET
from backtrace.checking.stated_number import Stated
from backtrace.errors import nearest
from backtrace.symbolic.ids import spell, transcribe

CANDIDATES_NAMED = 4  # candidates of an ambiguous name

_CALL = re.compile(r"(?:g|f|s|S|phi|psi|act|sigma|sigmoid|tanh|relu|ReLU|softplus)(')?\(([^()]{1,80})\)")
_ZERO_FOR_O = re.compile(r"(?<=_)0(?=[0-9])")  # target_01, where target_o1 is meant
_RATES = ("eta", "alpha", "lr", "learning_rate", "epsilon", "r")
_DERIVATIVE = re.compile(r"d_?([^/]{1,80})/d_?([^/]{1,80})")
_DERIVATIVE_IN_WORDS = re.compile(r"derivative of ([^/]{1,80}?) by ([^/]{1,80})")
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
        number: Stated | None = None,
        kind: str = "",
    ) -> Key | str:
        """The quantity that has this number and is of the kind its working says; or why there is none."""
        name = "/".join(map(self._replaced, name.split("/"))) if self.names else name
        places = self.places(step, sample, total)
        if not self.document and Key(step, places[0], name) in self.graph.nodes:
            return Key(step, places[0], name)  # an id, as on most sheets
        if "[" in name:
            for key in filter(None, self.entries([name], [number], step, places, kind)):
                return key
        for form in self._forms(name):
            decides = self.document or kind_in(form) is not None  # a word may stand for several kinds
            for meaning in self._meanings(form, step, places):
                meaning = self._of_working(meaning, form, kind) if kind else meaning
                fitting = [key for key in meaning if decides and number and self._fits(key, number)]
                if len(meaning) == 1 or len({self.graph[key].value for key in fitting}) == 1:
                    return min(fitting or meaning, key=lambda key: (key.sample or 0, key.id))
                return f"could be {' or '.join(sorted(key.id for key in meaning)[:CANDIDATES_NAMED])}"
        known = (key.id for key in self.graph.nodes if key.step == step and key.sample in places)
        return f"no such quantity{nearest(name, dict.fromkeys(known))}"

    def entries(
        self,
        names: Sequence[str],
        numbers: Sequence[Stated | None],
        step: int,
        places: Sequence[int | None],
        kind: str = "",
    ) -> list[Key | None]:
        """The quantities of a matrix's entries, by the reading that most numbers fit; [] if there is none."""
        words = kind_in(names[0])
        inner = [named.name if (named := kind_in(name)) else name for name in names]
        best: list[Key | None] = []
        most = -1
        for forms in entry_readings(self.graph.problem, inner, kind):
            keys = [self._entry(form, words, step, places) for form in forms]
            pairs = zip(keys, numbers, strict=True)
            fitting = sum(bool(key and number and self._fits(key, number)) for key, number in pairs)
            if any(keys) and fitting > most:
                best, most = keys, fitting if self.document else len(names)
        return best

    def _entry(
        self, form: str, words: NamedKind | None, step: int, places: Sequence[int | None]
    ) -> Key | None:
        """The quantity with the id of an entry, or of a kind that words before the matrix give."""
        ids = self._ids_of_kind(words, form, step, places) if words else [form]
        for id in filter(None, ids):
            exact = (Key(step, place, id) for place in places)
            meanings = (keys[0] for keys in self._meanings(id, step, places))
            for key in chain((key for key in exact if key in self.graph.nodes), meanings):
                return key
        return None

    def _of_working(self, meaning: list[Key], form: str, kind: str) -> list[Key]:
        """The quantities of a kind, where the name may be a net input's or an activation's.

        In other notations than the config's, a letter may be either: z_2 = max(0, -4) is an activation.
        """
        nodes = [self.graph[key] for key in meaning]
        kinds = {node.kind for node in nodes}
        if not kinds <= {NET, ACTIVATION} or kind in kinds:
            return [node.key for node in nodes if node.kind == kind] or meaning
        is_letter = len(form) == 1 or not form[1].isalpha()
        unit = self.spellings.unit_of(nodes[0].key.id) if len(nodes) == 1 and is_letter else None
        if unit is None or loose(transcribe(nodes[0].symbol.text)) == loose(form):
            return meaning
        return [meaning[0]._replace(id=f"{'a' if kind == ACTIVATION else 'h'}_{unit.id}")]

    def _replaced(self, part: str) -> str:
        """A student's own name, or a derivative's part with its d in front, as the name it replaces."""
        for mark, new in product(("", "d"), ("", "+")):
            name = part.removeprefix(mark).removesuffix(new)
            if f"{mark}{name}{new}" == part and name in self.names:
                return f"{mark}{self.names[name]}{new}"
        return part

    def _fits(self, key: Key, number: Stated) -> bool:
        """Whether a number is clearly this quantity's: one digit is so only where it is exact."""
        value = self.graph[key].value
        return number.fits(value) if number.digits > 1 else number.value == value

    def _forms(self, name: str) -> Iterator[str]:
        """The name as it is, and with frequent mistypings corrected."""
        whole = self.spellings.whole_names.braced(name)
        in_one_way = parse_name(whole) if " " in name else None
        yield self._applied(in_one_way or name)
        if name in _RATES:
            yield "learning_rate"
        letters = _ZERO_FOR_O.sub("o", name)
        if letters != name:
            yield letters
        written = parse_name(whole)  # answer sheets have names as people write them: w_5_new, \delta_o
        if written is not None and written != name:
            yield written
        if spoken := in_words(name):
            yield spoken

    # Meanings of one form

    def _meanings(self, form: str, step: int, places: Sequence[int | None]) -> Iterator[list[Key]]:
        """The quantities that a form may mean, the surest first."""
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
        symbols = {id: self.graph[Key(step, place, id)].symbol for id in self.graph.near(form, step, place)}
        shown = {id for id, symbol in symbols.items() if loose(transcribe(symbol.text)) == loose(form)}
        return shown if len(shown) == 1 else found

    def _respelled(self, form: str, step: int, places: Sequence[int | None]) -> Iterator[AbstractSet[str]]:
        """Names of the config that the form may be another spelling of, the surest first."""
        derivative = _DERIVATIVE.fullmatch(form) or _DERIVATIVE_IN_WORDS.fullmatch(form)
        if derivative:
            above, below = (list(self._parts(part, step, places)) for part in derivative.groups())
            for i, j in sorted(product(range(len(above)), range(len(below))), key=sum):
                yield {f"d{over}/d{under}" for over in above[i] for under in below[j]}
            return
        if form.endswith("+"):
            for ids in self._parts(form[:-1], step, places):
                yield {f"{id}+" for id in ids}
            return
        if named := kind_in(form):
            yield from self._of_kind(named, step, places)
            return
        yield from self.spellings.meanings(form)
        if variants := self._variants(form, step, places):
            yield variants
        problem = self.graph.problem
        for pattern, prefix in ((_CHANGE, "Delta_"), (_GRADIENT, f"d{problem.objective_id}/d")):
            match = pattern.fullmatch(form)
            if match:  # but dx is a small step of an input more often than a gradient
                givens = set(map(spell, (*problem.inputs, *problem.targets)))
                yield from (
                    {f"{prefix}{id}" for id in ids - givens} for ids in self._parts(match[1], step, places)
                )

    def _parts(self, part: str, step: int, places: Sequence[int | None]) -> Iterator[AbstractSet[str]]:
        """The ids that a name within a name may mean, the surest first."""
        if named := kind_in(part):
            yield from self._of_kind(named, step, places)
            return
        for place in (*places, None):
            found = self._own(part, step, place)
            if found:
                yield found
                break
        yield from self.spellings.meanings(part)
        if variants := self._variants(part, step, places):
            yield variants

    def _of_kind(
        self, named: NamedKind, step: int, places: Sequence[int | None]
    ) -> Iterator[AbstractSet[str]]:
        """The ids of a kind of quantity of what a name within it may mean, the surest first."""
        name = self._replaced(named.name)
        nets = next(self.spellings.meanings(f"net_{name}"), set())  # a unit may be called by its place
        units = [nets | {id.replace("h_", "a_", 1) for id in nets}] if nets else []
        is_unit = any(unit.id == name for unit in self.spellings.units)
        is_own = any(self._own(name, step, place) for place in (*places, None)) and not is_unit
        parts = list(self._parts(name, step, places))
        for ids in (*parts, *units) if is_own else (*units, *parts):
            yield {found for id in ids for found in self._ids_of_kind(named, id, step, places)}

    def _ids_of_kind(
        self, named: NamedKind, id: str, step: int, places: Sequence[int | None]
    ) -> Iterator[str]:
        kind, link, _ = named
        nodes = (self.graph.nodes.get(Key(step, place, id)) for place in (*places, None))
        node = next(filter(None, nodes), None)
        if kind is None or node is None:
            return
        is_own = {node.kind, node.role} & set(kind.own.split()) and not (link and node.kind == "value")
        if is_own and link != "at":
            yield id
            return
        unit = self.spellings.unit_of(id)
        if unit is not None:
            yield from self.spellings.filled(kind.unit, unit)
        elif link == "at":
            return
        for pattern in f"{kind.each} {'' if unit else kind.other}".split():
            yield pattern.replace("{E}", self.graph.problem.objective_id).replace("{q}", id)

    def _variants(self, name: str, step: int, places: Sequence[int | None]) -> set[str]:
        """A given with a capital for a small letter; an index without the number of a layer or round."""
        swapped = name[:1].swapcase() + name[1:]
        keys = [
            Key(step, place, id) for place in (*places, None) for id in self.graph.find(swapped, step, place)
        ]
        layered = _LAYER_INDEX.fullmatch(name)
        givens = {key.id for key in keys if self.graph[key].kind == "given"}
        return givens | ({f"{layered[1]}_{layered[2]}"} if layered else set())

    def _applied(self, name: str) -> str:
        """g(h) is the activation, g'(h) its slope."""
        call = _CALL.fullmatch(name)
        step, sample, _ = next(iter(self.graph.nodes))
        for keys in self._meanings(call[2], step, [sample]) if call else ():
            nets = [key.id for key in keys if self.graph[key].kind == "net"]
            if call and len(nets) == 1:
                unit = nets[0].removeprefix("h_")
                return f"da_{unit}/dh_{unit}" if call[1] else f"a_{unit}"
        return name

    def places(self, step: int, sample: int | None, total: bool) -> Sequence[int | None]:
        """The samples at which a name is looked for, in order; None is all of them together."""
        problem = self.graph.problem
        if sample is not None:
            return sample, None
        if total:
            return None, self.sample or problem.own_sample(step)
        if problem.batch != "online":
            return None, self.sample or 1
        return self.sample or problem.own_sample(step), None
