"""Where somebody is on a walk, and where each key leads: a state and a key make the next state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError
from backtrace.symbolic.expressions import Number, Symbol, symbols
from backtrace.walking.walk import Walk

# What is shown of an equation, one thing after the other.
SYMBOL, FORMULA, NUMBERS, VALUE = range(4)
CHARACTERS_TYPED = 200  # characters at a prompt: a line of working, too
PAGE = 10  # equations that a page key goes on within a layer


class WalkState(NamedTuple):
    """A place on a walk: which equation, and how much of it is shown.

    `by_layer`: a whole layer's equations are shown at once. `prompt` is what is typed of a name to go to,
    None where nothing is asked for. `page` is what stands in place of it all for a while: the keys, or what
    is given; `part` counts the parts of one that is longer than the screen. `message` is what is to be said
    once.
    """

    at: int = 0
    stage: int = SYMBOL
    by_layer: bool = False
    prompt: str | None = None
    page: Literal["", "help", "given"] = ""
    part: int = 0
    message: str = ""
    ended: bool = False


Move = Callable[[Walk, WalkState], WalkState]


class Action(NamedTuple):
    """What some keys do: a word for the bottom line, and a sentence for the help."""

    keys: tuple[str, ...]
    word: str
    sentence: str
    move: Callable[..., Any]  # a `Move`, or that of a quiz


def begin(walk: Walk) -> WalkState:
    """Where a walk begins; a long one goes by layer."""
    return WalkState(by_layer=walk.is_long)


def pressed(walk: Walk, state: WalkState, key: str, parts: int = 1) -> WalkState:
    """The state that a key leads to: a character, or the name of a key such as `space`, `enter`, `left`.

    `parts` is how many screens a page takes, where one stands.
    """
    state = state._replace(message="")
    if state.prompt is not None:
        return at_prompt(walk, state, key)
    if state.page:
        return at_page(state, key, parts)
    action = next((action for action in actions_of(walk).values() if key in action.keys), None)
    moved: WalkState = action.move(walk, state) if action else state
    return moved


def actions_of(walk: Walk, actions: Mapping[str, Action] | None = None) -> Mapping[str, Action]:
    """The actions that there are on a walk: no way to a phase that is not in it."""
    return {
        name: action
        for name, action in (actions or ACTIONS).items()
        if name not in _PHASE_KEYS or (name in walk.phases and len(walk.phases) > 1)
    }


def stages(equation: Equation) -> list[int]:
    """What there is to show of an equation: no numbers of their own where nothing can be put in."""
    expression = equation.expression
    if isinstance(expression, Number):
        return [SYMBOL, VALUE]
    if isinstance(expression, Symbol) or not any(True for _ in symbols(expression)):
        return [SYMBOL, FORMULA, VALUE]
    return [SYMBOL, FORMULA, NUMBERS, VALUE]


# Where the keys lead


def _more(walk: Walk, state: WalkState) -> WalkState:
    if state.by_layer:
        return _next_run(walk, state)
    if state.stage < VALUE:
        following = (s for s in stages(walk[state.at].equation) if s > state.stage)
        return state._replace(stage=next(following))
    return _to(walk, state, state.at + 1, SYMBOL)


def _whole(walk: Walk, state: WalkState) -> WalkState:
    if state.by_layer:
        return _next_run(walk, state)
    if state.stage < VALUE:
        return state._replace(stage=VALUE)
    return _to(walk, state, state.at + 1, VALUE)


def _less(walk: Walk, state: WalkState) -> WalkState:
    if state.by_layer:
        here = walk.run_at(state.at)
        first = walk.runs[here].first
        return _to(walk, state, first if state.at > first or not here else walk.runs[here - 1].first, VALUE)
    if state.stage > SYMBOL:
        before = [s for s in stages(walk[state.at].equation) if s < state.stage]
        return state._replace(stage=before[-1])
    return _to(walk, state, state.at - 1, VALUE)


def _next_run(walk: Walk, state: WalkState) -> WalkState:
    following = walk.run_at(state.at) + 1
    if following == len(walk.runs):
        return state._replace(message=_end(walk))
    return _to(walk, state, walk.runs[following].first, VALUE)


def _to(walk: Walk, state: WalkState, number: int, stage: int) -> WalkState:
    """The state at a stop, or that there is none further."""
    if number < 0:
        return state._replace(message="this is the first")
    if number >= walk.length:
        return state._replace(message=_end(walk))
    return state._replace(at=number, stage=stage)


def _end(walk: Walk) -> str:
    if walk.failure:
        return f"here it ends: {walk.failure}"
    return "this is the last"


def _down(walk: Walk, state: WalkState) -> WalkState:
    return _to(walk, state, state.at + 1, VALUE) if state.by_layer else _whole(walk, state)


def _up(walk: Walk, state: WalkState) -> WalkState:
    return _to(walk, state, state.at - 1, VALUE)


def _page(pages: int) -> Move:
    def move(walk: Walk, state: WalkState) -> WalkState:
        number = min(max(state.at + pages * PAGE, 0), walk.length - 1)
        return _to(walk, state, number, VALUE)

    return move


def _first(walk: Walk, state: WalkState) -> WalkState:
    return _to(walk, state, 0, SYMBOL)


def _last(walk: Walk, state: WalkState) -> WalkState:
    return _to(walk, state, walk.length - 1, VALUE)


def _ask(walk: Walk, state: WalkState) -> WalkState:
    return state._replace(prompt="")


def _to_phase(name: str) -> Move:
    """What leads to where a phase begins."""

    def move(walk: Walk, state: WalkState) -> WalkState:
        number = walk.phase_after(state.at, name)
        return state if number is None else _to(walk, state, number, SYMBOL)

    return move


def _layers(walk: Walk, state: WalkState) -> WalkState:
    return state._replace(by_layer=not state.by_layer, stage=VALUE)


def _help(walk: Walk, state: WalkState) -> WalkState:
    return state._replace(page="help")


def _given(walk: Walk, state: WalkState) -> WalkState:
    return state._replace(page="given")


def _quit(walk: Walk, state: WalkState) -> WalkState:
    return state._replace(ended=True)


def at_prompt(walk: Walk, state: WalkState, key: str) -> WalkState:
    """A key where a name is typed."""
    typed = state.prompt or ""
    if key == "escape" or (key == "enter" and not typed.strip()):
        return state._replace(prompt=None)
    if key == "enter":
        try:
            number = walk.find(typed, state.at)
        except BacktraceError as error:
            return state._replace(message=str(error))
        return state._replace(prompt=None, at=number, stage=SYMBOL)
    if key == "ctrl-d":
        return state._replace(prompt=None, ended=True)
    return state._replace(prompt=edited(typed, key))


def at_page(state: WalkState, key: str, parts: int) -> WalkState:
    """A key where a page stands: to its next part or the one before; any other, or of one part any, back."""
    turned = (key in _ON) - (key in _BEFORE)
    if parts > 1 and turned:
        part = min(state.part, parts - 1)  # there were more of them in a smaller window
        return state._replace(part=min(max(part + turned, 0), parts - 1))
    return state._replace(page="", part=0, ended=key == "ctrl-d")


def edited(typed: str, key: str) -> str:
    """A line that is typed, after one more key."""
    if key == "backspace":
        return typed[:-1]
    if key == "ctrl-u":
        return ""
    key = " " if key == "space" else key
    return typed + key if len(key) == 1 and key.isprintable() and len(typed) < CHARACTERS_TYPED else typed


_PHASE_KEYS = ("forward", "backward", "update")
ACTIONS: dict[str, Action] = {
    "more": Action(
        ("space", "right"), "more", "the formula, the numbers, the value; then the next equation", _more
    ),
    "whole": Action(("enter",), "next", "all of it at once; then the next equation, all of it", _whole),
    "down": Action(("down",), "", "the same; by layer, the next equation of the layer", _down),
    "less": Action(("left", "backspace", "p"), "back", "the way back", _less),
    "up": Action(("up",), "", "the equation before", _up),
    "go": Action(("g",), "go to", "to a quantity, by its id or by its symbol", _ask),
    "forward": Action(("f",), "forward", "to the forward pass", _to_phase("forward")),
    "backward": Action(("b",), "backward", "to the backward pass", _to_phase("backward")),
    "update": Action(("u",), "update", "to the update", _to_phase("update")),
    "layers": Action(("l",), "layers", "whole layers at once, or one equation at a time", _layers),
    "pagedown": Action(("pagedown",), "", f"{PAGE} equations on", _page(1)),
    "pageup": Action(("pageup",), "", f"{PAGE} equations back", _page(-1)),
    "first": Action(("home",), "", "to the first equation", _first),
    "last": Action(("end",), "", "to the last equation", _last),
    "given": Action(("i",), "", "what is given: the network and its numbers", _given),
    "help": Action(("?", "h"), "help", "this page", _help),
    "quit": Action(("q", "ctrl-d"), "quit", "the end", _quit),
}
_ON = frozenset(key for name in ("more", "whole", "down", "pagedown") for key in ACTIONS[name].keys)
_BEFORE = frozenset(key for name in ("less", "up", "pageup") for key in ACTIONS[name].keys)
