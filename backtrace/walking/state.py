"""The state of a walk and its keys: a state and a key give the next state. Must not know the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError
from backtrace.symbolic.expressions import Number, Symbol, symbols
from backtrace.walking.walk import Walk

# The stages of an equation, each shown after the one before.
SYMBOL, FORMULA, NUMBERS, VALUE = range(4)
CHARACTERS_TYPED = 200  # characters at a prompt, which may be a line of calculation
PAGE = 10  # equations that a page key goes on within a layer


class WalkState(NamedTuple):
    """A place on a walk: the number of an equation, and the stage up to which it is shown.

    `by_layer`: a whole layer's equations are shown at once. `prompt` is the part of a name typed so far, None
    without a prompt. `page` covers the walk with the keys or the givens until a key is pressed; `part` counts
    the parts of one that is longer than the screen. `message` is shown until the next key.
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
    """A move and its keys, with a word for the bottom line and a sentence for the help."""

    keys: tuple[str, ...]
    word: str
    sentence: str
    move: Callable[..., Any]  # a `Move` or a `QuizMove`


def begin(walk: Walk) -> WalkState:
    """The first state of a walk; a long one goes by layer."""
    return WalkState(by_layer=walk.is_long)


def pressed(walk: Walk, state: WalkState, key: str, parts: int = 1) -> WalkState:
    """The state that a key leads to: a character, or the name of a key such as `space`, `enter`, `left`.

    `parts` is the number of screens that an open page fills.
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
    """The actions on a walk, without those that lead to a phase it does not have."""
    return {
        name: action
        for name, action in (actions or ACTIONS).items()
        if name not in _PHASE_KEYS or (name in walk.phases and len(walk.phases) > 1)
    }


def stages(equation: Equation) -> list[int]:
    """The stages of an equation: none with numbers if its formula has no symbols to replace."""
    expression = equation.expression
    if isinstance(expression, Number):
        return [SYMBOL, VALUE]
    if isinstance(expression, Symbol) or not any(True for _ in symbols(expression)):
        return [SYMBOL, FORMULA, VALUE]
    return [SYMBOL, FORMULA, NUMBERS, VALUE]


# Moves


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
        here = walk.group_at(state.at)
        first = walk.groups[here].first
        return _to(walk, state, first if state.at > first or not here else walk.groups[here - 1].first, VALUE)
    if state.stage > SYMBOL:
        before = [s for s in stages(walk[state.at].equation) if s < state.stage]
        return state._replace(stage=before[-1])
    return _to(walk, state, state.at - 1, VALUE)


def _next_run(walk: Walk, state: WalkState) -> WalkState:
    following = walk.group_at(state.at) + 1
    if following == len(walk.groups):
        return state._replace(message=_end(walk))
    return _to(walk, state, walk.groups[following].first, VALUE)


def _to(walk: Walk, state: WalkState, number: int, stage: int) -> WalkState:
    """The state at a stop, or with a message if there is no such stop."""
    if number < 0:
        return state._replace(message="this is the first")
    if number >= walk.length:
        return state._replace(message=_end(walk))
    return state._replace(at=number, stage=stage)


def _end(walk: Walk) -> str:
    if walk.failure:
        return f"the walk ends here: {walk.failure}"
    return "this is the last"


def _down(walk: Walk, state: WalkState) -> WalkState:
    return _to(walk, state, state.at + 1, VALUE) if state.by_layer else _whole(walk, state)


def _up(walk: Walk, state: WalkState) -> WalkState:
    return _to(walk, state, state.at - 1, VALUE)


def _page(pages: int) -> Move:
    return lambda walk, state: _to(walk, state, min(max(state.at + pages * PAGE, 0), walk.length - 1), VALUE)


def _change(**changes: Any) -> Move:
    """The move that sets fields of the state and stays at the equation."""
    return lambda _, state: state._replace(**changes)


def _to_phase(name: str) -> Move:
    """The move to the start of a phase."""
    return lambda walk, state: _to(walk, state, walk.phase_after(state.at, name), SYMBOL)


def _layers(walk: Walk, state: WalkState) -> WalkState:
    return state._replace(by_layer=not state.by_layer, stage=VALUE)


def at_prompt(walk: Walk, state: WalkState, key: str) -> WalkState:
    """The state after a key at the prompt for a name."""
    name = state.prompt or ""
    if key == "escape" or (key == "enter" and not name.strip()):
        return state._replace(prompt=None)
    if key == "enter":
        try:
            number = walk.find(name, state.at)
        except BacktraceError as error:
            return state._replace(message=str(error))
        return state._replace(prompt=None, at=number, stage=SYMBOL)
    if key == "ctrl-d":
        return state._replace(prompt=None, ended=True)
    return state._replace(prompt=edit_line(name, key))


def at_page(state: WalkState, key: str, parts: int) -> WalkState:
    """The state after a key at a page: its next part or the one before, or back to the walk."""
    turned = (key in _FORWARD_KEYS) - (key in _BACK_KEYS)
    if parts > 1 and turned:
        part = min(state.part, parts - 1)  # a smaller window had more parts
        return state._replace(part=min(max(part + turned, 0), parts - 1))
    return state._replace(page="", part=0, ended=key == "ctrl-d")


def edit_line(line: str, key: str) -> str:
    """A typed line after one more key."""
    if key == "backspace":
        return line[:-1]
    if key == "ctrl-u":
        return ""
    key = " " if key == "space" else key
    return line + key if len(key) == 1 and key.isprintable() and len(line) < CHARACTERS_TYPED else line


_PHASE_KEYS = ("forward", "backward", "update")


def _action(keys: str, word: str, sentence: str, move: Move) -> Action:
    return Action(tuple(keys.split()), word, sentence, move)


ACTIONS: dict[str, Action] = {
    "more": _action(
        "space right", "more", "the formula, the numbers, the value; then the next equation", _more
    ),
    "whole": _action("enter", "next", "the whole equation at once; then the next whole equation", _whole),
    "down": _action("down", "", "as enter; by layer, the next equation of the layer", _down),
    "less": _action("left backspace p", "back", "one piece back", _less),
    "up": _action("up", "", "the equation before", _up),
    "go": _action("g", "go to", "to a quantity, by its id or by its symbol", _change(prompt="")),
    "forward": _action("f", "forward", "to the forward pass", _to_phase("forward")),
    "backward": _action("b", "backward", "to the backward pass", _to_phase("backward")),
    "update": _action("u", "update", "to the update", _to_phase("update")),
    "layers": _action("l", "layers", "whole layers at once, or one equation at a time", _layers),
    "pagedown": _action("pagedown", "", f"{PAGE} equations forward", _page(1)),
    "pageup": _action("pageup", "", f"{PAGE} equations back", _page(-1)),
    "first": _action("home", "", "to the first equation", _change(at=0, stage=SYMBOL)),
    "last": _action("end", "", "to the last equation", lambda walk, s: _to(walk, s, walk.length - 1, VALUE)),
    "given": _action("i", "", "the network and its given numbers", _change(page="given")),
    "help": _action("? h", "help", "this page", _change(page="help")),
    "quit": _action("q ctrl-d", "quit", "end the walk", _change(ended=True)),
}
_FORWARD_KEYS = {key for name in ("more", "whole", "down", "pagedown") for key in ACTIONS[name].keys}
_BACK_KEYS = {key for name in ("less", "up", "pageup") for key in ACTIONS[name].keys}
