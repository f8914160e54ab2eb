"""The state of a walk and its keys: a state and a key give the next state. Must not know the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar

from backtrace.derivation.equation import PHASES, Equation
from backtrace.errors import BacktraceError
from backtrace.symbolic.expressions import Number, Symbol, symbols
from backtrace.walking.walk import Walk

# The stages of an equation, each shown after the one before.
SYMBOL, FORMULA, NUMBERS, VALUE = range(4)
CHARACTERS_TYPED = 200  # characters at a prompt, which may be a line of calculation
LONG = 200  # equations from which on a walk goes by layer
PAGE = 10  # equations that a page key goes on within a layer


@dataclass(frozen=True)
class WalkState:
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


State = TypeVar("State", bound=WalkState)


class Action(NamedTuple):
    """A move and its keys, with a word for the bottom line and a sentence for the help."""

    keys: tuple[str, ...]
    word: str
    sentence: str
    move: Callable[[Any, Any], Any]  # of a walk and its state, or of a quiz and its state: the next state


def begin(walk: Walk) -> WalkState:
    """The first state of a walk; a long one goes by layer."""
    return WalkState(by_layer=walk.length > LONG)


def pressed(
    walk: Walk, state: State, key: str, parts: int = 1, actions: Mapping[str, Action] | None = None
) -> State:
    """The state that a key leads to: a character, or the name of a key such as `space`, `enter`, `left`.

    `parts` is the number of screens that an open page fills; `actions` are those of the walk, or of a quiz.
    """
    state = replace(state, message="")
    if state.prompt is not None:
        return at_prompt(walk, state, key)
    if state.page:
        return at_page(state, key, parts)
    action = action_of(walk, key, actions)
    moved: State = action.move(walk, state) if action else state
    return moved


def action_of(walk: Walk, key: str, actions: Mapping[str, Action] | None = None) -> Action | None:
    """The action of a key on a walk."""
    return next((action for action in actions_of(walk, actions).values() if key in action.keys), None)


def actions_of(walk: Walk, actions: Mapping[str, Action] | None = None) -> Mapping[str, Action]:
    """The actions on a walk, without those that lead to a phase it does not have."""
    return {
        name: action
        for name, action in (actions or ACTIONS).items()
        if name not in PHASES or (name in walk.phases and len(walk.phases) > 1)
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
        return _next_group(walk, state)
    later = [stage for stage in stages(walk[state.at].equation) if stage > state.stage]
    return replace(state, stage=later[0]) if later else to_stop(walk, state, state.at + 1)


def _whole(walk: Walk, state: WalkState) -> WalkState:
    if state.by_layer:
        return _next_group(walk, state)
    return to_stop(walk, state, state.at + (state.stage == VALUE), VALUE)


def _less(walk: Walk, state: WalkState) -> WalkState:
    if state.by_layer:
        return to_stop(walk, state, walk[max(state.at - 1, 0)].group.first, VALUE)
    before = [stage for stage in stages(walk[state.at].equation) if stage < state.stage]
    return replace(state, stage=before[-1]) if before else to_stop(walk, state, state.at - 1, VALUE)


def _next_group(walk: Walk, state: WalkState) -> WalkState:
    group = walk[state.at].group
    return to_stop(walk, state, group.first + len(group.equations), VALUE)


def to_stop(walk: Walk, state: State, number: int, stage: int = SYMBOL) -> State:
    """The state at a stop, or with a message if there is no such stop."""
    if number < 0:
        return replace(state, message="this is the first")
    if number >= walk.length:
        end = f"the walk ends here: {walk.failure}" if walk.failure else "this is the last"
        return replace(state, message=end)
    return replace(state, at=number, stage=stage)


def _down(walk: Walk, state: WalkState) -> WalkState:
    return to_stop(walk, state, state.at + 1, VALUE) if state.by_layer else _whole(walk, state)


def _up(walk: Walk, state: WalkState) -> WalkState:
    return to_stop(walk, state, state.at - 1, VALUE)


def _page(walk: Walk, state: WalkState, equations: int) -> WalkState:
    return to_stop(walk, state, min(max(state.at + equations, 0), walk.length - 1), VALUE)


def _last(walk: Walk, state: WalkState) -> WalkState:
    return to_stop(walk, state, walk.length - 1, VALUE)


def _layers(walk: Walk, state: WalkState) -> WalkState:
    return replace(state, by_layer=not state.by_layer, stage=VALUE)


def _change(**changes: Any) -> Callable[[Walk, State], State]:
    """The move that sets fields of the state and stays at the equation."""
    return lambda _, state: replace(state, **changes)


def _to_phase(name: str) -> Callable[[Walk, State], State]:
    """The move to the start of a phase."""
    return lambda walk, state: to_stop(walk, state, walk.phase_after(state.at, name))


def at_prompt(walk: Walk, state: State, key: str) -> State:
    """The state after a key at the prompt for a name."""
    name = state.prompt or ""
    if key == "escape" or (key == "enter" and not name.strip()):
        return replace(state, prompt=None)
    if key == "enter":
        try:
            number = walk.find(name, state.at)
        except BacktraceError as error:
            return replace(state, message=str(error))
        return replace(state, prompt=None, at=number, stage=SYMBOL)
    if key == "ctrl-d":
        return replace(state, prompt=None, ended=True)
    return replace(state, prompt=edit_line(name, key))


def at_page(state: State, key: str, parts: int) -> State:
    """The state after a key at a page: its next part or the one before, or back to the walk."""
    turned = (key in _FORWARD_KEYS) - (key in _BACK_KEYS)
    if parts > 1 and turned:
        part = min(state.part, parts - 1)  # a smaller window had more parts
        return replace(state, part=min(max(part + turned, 0), parts - 1))
    return replace(state, page="", part=0, ended=key == "ctrl-d")


def edit_line(line: str, key: str) -> str:
    """A typed line after one more key."""
    if key == "backspace":
        return line[:-1]
    if key == "ctrl-u":
        return ""
    key = " " if key == "space" else key
    return line + key if len(key) == 1 and key.isprintable() and len(line) < CHARACTERS_TYPED else line


def action(keys: str, word: str, sentence: str, move: Callable[[Any, Any], Any]) -> Action:
    """An action, with its keys in one text."""
    return Action(tuple(keys.split()), word, sentence, move)


ACTIONS: dict[str, Action] = {
    "more": action(
        "space right", "more", "the formula, the numbers, the value; then the next equation", _more
    ),
    "whole": action("enter", "next", "the whole equation at once; then the next whole equation", _whole),
    "down": action("down", "", "as enter; by layer, the next equation of the layer", _down),
    "less": action("left backspace p", "back", "one piece back", _less),
    "up": action("up", "", "the equation before", _up),
    "go": action("g", "go to", "to a quantity, by its id or by its symbol", _change(prompt="")),
    "forward": action("f", "forward", "to the forward pass", _to_phase("forward")),
    "backward": action("b", "backward", "to the backward pass", _to_phase("backward")),
    "update": action("u", "update", "to the update", _to_phase("update")),
    "layers": action("l", "layers", "whole layers at once, or one equation at a time", _layers),
    "pagedown": action("pagedown", "", f"{PAGE} equations forward", partial(_page, equations=PAGE)),
    "pageup": action("pageup", "", f"{PAGE} equations back", partial(_page, equations=-PAGE)),
    "first": action("home", "", "to the first equation", _change(at=0, stage=SYMBOL)),
    "last": action("end", "", "to the last equation", _last),
    "given": action("i", "", "the network and its given numbers", _change(page="given")),
    "help": action("? h", "help", "this page", _change(page="help")),
    "quit": action("q ctrl-d", "quit", "end the walk", _change(ended=True)),
}
_FORWARD_KEYS = {key for name in ("more", "whole", "down", "pagedown") for key in ACTIONS[name].keys}
_BACK_KEYS = {key for name in ("less", "up", "pageup") for key in ACTIONS[name].keys}
