"""A state of a walk as a screen: the lines that fit a width and a height. Must not know the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from backtrace.errors import printable
from backtrace.typesetting.plain import Style
from backtrace.views.check.rows import typed
from backtrace.views.page.headings import part_title, problem_lines
from backtrace.views.walk.network_map import draw_map, marks_of
from backtrace.views.walk.text import Texts, given_lines, in_lines
from backtrace.walking.state import Action, WalkState, actions_of
from backtrace.walking.walk import Stop

TALL = 10  # lines of a screen with room for more than the equation itself
_SIGNS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}
_LEAST_IMPORTANT = ("layers", "forward", "backward", "update", "go", "less", "back", "help")


class Screen(NamedTuple):
    """The lines, no more than fit, and the row and column of the cursor while somebody types.

    `parts` is the number of screens that an open page fills.
    """

    lines: list[Text]
    cursor: tuple[int, int] | None = None
    parts: int = 1


def walk_screen(texts: Texts, state: WalkState, width: int, height: int) -> Screen:
    """The screen of a walk."""
    actions, stop = actions_of(texts.walk), texts.walk[state.at]
    if state.page:
        return page_screen(texts, state, stop, actions, width, height)
    if state.by_layer:
        body = _listing(texts, state, width, height - (5 if height >= TALL else 2))
    else:
        body = equation_lines(texts, stop, width)
        body += lines_of(texts.of(stop.equation, stop.part).lines(state.stage, width), "bold")
    return framed(texts, state, stop, body, actions, width, height)


def framed(
    texts: Texts,
    place: WalkState,
    stop: Stop,
    body: list[Text],
    actions: Mapping[str, Action],
    width: int,
    height: int,
    column: int | None = None,
) -> Screen:
    """A body between heading, map and keys: its end has a place first, the map last.

    `column` is that of the cursor in the last line of the body. At a prompt for a name the cursor is there.
    """
    style = texts.look.style
    foot = message_lines(place.message, style, width)
    if place.prompt is None:
        foot += bottom(actions, style, width, height)
    else:
        line, column = prompt("go to: ", place.prompt, style, width)
        foot = [line, *foot, *keys_line(["enter go there", "esc stay"], style, width)]
    foot = foot[: max(height - 1, 0)]
    room = height - len(foot)
    while len(body) > room and not body[-1].plain:
        body = body[:-1]
    body = body[-room:]
    head = heading(texts, stop, width, height)[-(room - len(body)) :] if room > len(body) else []
    above = [*head, Text()] if 0 < len(head) < room - len(body) else head
    spare = room - len(above) - len(body)
    network = map_lines(texts, stop, width, height)
    network = [*network, Text()] if network and spare >= len(network) + 2 else []
    lines = [*above, *body, *[Text()] * (spare - len(network)), *network, *foot]
    row = len(above) + len(body) - 1 if place.prompt is None else len(lines) - len(foot)
    return Screen(
        _truncated(lines, width), None if column is None else (min(max(row, 0), height - 1), column)
    )


def _truncated(lines: list[Text], width: int) -> list[Text]:
    for line in lines:
        line.truncate(width)
    return lines


# The parts of a screen


def heading(texts: Texts, stop: Stop, width: int, height: int) -> list[Text]:
    """The title, the step and sample, and the place of the equation in the walk."""
    walk = texts.walk
    count = f"{stop.number + 1:,} of {walk.length:,}"
    where = printable(part_title(stop.part, stop.group.equations))
    where = texts.look.name(where)
    room = max(width - cell_len(count) - 1, 0)
    line = Text(f"{set_cell_size(where, room)} {count}", style="bold")
    if height < TALL:
        return [line]
    title = next(iter(problem_lines(walk.problem, walk.arithmetic.name, texts.look)))
    place = texts.place(stop.part)
    style = texts.look.style
    return [*(Text(_shortened(plain(text, style), width, style)) for text in (title, place)), line]


def equation_lines(texts: Texts, stop: Stop, width: int) -> list[Text]:
    """The symbol and its quantity in words, and an empty line."""
    what = f"{texts.symbol(stop.equation)}: {texts.name(stop.equation, stop.part)}"
    return [*lines_of(in_lines(what, width)), Text()]


def map_lines(texts: Texts, stop: Stop, width: int, height: int) -> list[Text]:
    """The map with the place marked; nothing if there is no room for it."""
    picture = texts.walk.picture(stop.part)
    if picture is None:
        return []
    marks = marks_of(picture, texts.names.subjects.of(stop.equation), stop.equation)
    found = draw_map(picture, marks, texts.look, width, height)
    if found is None:
        return []
    lines = lines_of(found.lines)
    for line, start, end in found.marked:
        lines[line].stylize("bold reverse", start, end)
    return lines


def _listing(texts: Texts, state: WalkState, width: int, room: int) -> list[Text]:
    """A layer, as much of it as fits; with the numbers of the equation at the cursor."""
    stop = texts.walk[state.at]
    run = stop.group
    current = texts.of(stop.equation, stop.part)
    below = [Text(), *lines_of(current.lines(3, width)[: max(room // 3, 0)], "bold")] if room > TALL else []
    rows = max(room - len(below) - 2, 1)
    offset = state.at - run.first
    start = min(max(offset - rows // 2, 0), max(len(run.equations) - rows, 0))
    shown = [texts.of(row, run.part) for row in run.equations[start : start + rows]]
    symbols = max(cell_len(row.symbol) for row in shown)
    values = max(cell_len(row.value) for row in shown)
    formulas = max(width - symbols - values - 8, 0)
    formulas = min(formulas, max(cell_len("".join(row.formula)) for row in shown))
    lines = []
    for number, row in enumerate(shown, start):
        formula = _shortened("".join(row.formula), formulas, texts.look.style)
        line = f"{'>' if number == offset else ' '} {set_cell_size(row.symbol, symbols)}"
        line += f" = {set_cell_size(formula, formulas)} = {row.value}" if formulas > 7 else f" = {row.value}"
        line = _shortened(line, width, texts.look.style)  # a number cut in half would be another number
        lines.append(Text(line, style="bold" if number == offset else ""))
    if len(shown) < len(run.equations):
        note = f"{start + 1:,} to {start + len(shown):,} of {len(run.equations):,} in this layer"
        lines.append(Text(note, style="italic"))
    return [*lines, *below]


def _shortened(text: str, width: int, style: Style) -> str:
    dots = "..." if style.ascii else "…"
    return text if cell_len(text) <= width else set_cell_size(text, max(width - len(dots), 0)) + dots


def page_screen(
    texts: Texts, state: WalkState, stop: Stop, actions: Mapping[str, Action], width: int, height: int
) -> Screen:
    """A page, of the keys or of the givens; of a longer one, its current part."""
    style = texts.look.style
    if state.page == "help":
        lines = _help_lines(actions, style, width)
    else:
        given = given_lines(texts, stop.part)
        lines = lines_of(wrapped(given, style, width))
    room = max(height - 1, 1)
    parts = -(-len(lines) // room)
    part = min(state.part, parts - 1)
    shown = lines[part * room :][:room]
    shown += [Text()] * (room - len(shown))
    shown.append(Text(_turning(part, parts, style), style="reverse"))
    return Screen(_truncated(shown[:height], width), parts=parts)


def _turning(part: int, parts: int, style: Style) -> str:
    """The keys that turn a page, and leave it."""
    if parts == 1:
        return "any key goes back"
    on = ["space more"] if part + 1 < parts else []
    before = [f"{key_name('left', style)} back"] if part else []
    return _between(style).join([f"{part + 1} of {parts}", *on, *before, "q leaves"])


def _help_lines(actions: Mapping[str, Action], style: Style, width: int) -> list[Text]:
    """The keys, and the effect of each."""
    names = {name: ", ".join(key_name(key, style) for key in action.keys) for name, action in actions.items()}
    room = min(max(map(cell_len, names.values())), max(width // 3, 1))
    body: list[Text] = []
    for name, action in actions.items():
        start = f"{names[name]:<{room}}"
        for piece in in_lines(action.sentence, max(width - room - 2, 1)):
            body.append(Text(f"{start}  {piece}"))
            start = " " * room
    return body


def bottom(actions: Mapping[str, Action], style: Style, width: int, height: int) -> list[Text]:
    """The keys and their words, on a line or two; the most important ones if there is less room."""
    words = {name: f"{key_name(it.keys[0], style)} {it.word}" for name, it in actions.items() if it.word}
    most = 2 if height >= TALL else 1
    for least_important in (*_LEAST_IMPORTANT, ""):
        lines = keys_line(words.values(), style, width)
        if len(lines) <= most:
            break
        words.pop(least_important, None)
    return lines[:2]


def keys_line(texts: Iterable[str], style: Style, width: int) -> list[Text]:
    """Keys with their words in lines, each on one line with its word."""
    lines: list[str] = []
    for text in texts:
        if lines and cell_len(longer := f"{lines[-1]}{_between(style)}{text}") <= width:
            lines[-1] = longer
        else:
            lines.append(text)
    return lines_of(lines, "dim")


def _between(style: Style) -> str:
    return " | " if style.ascii else " · "


def key_name(key: str, style: Style) -> str:
    """The name of a key."""
    return key if style.ascii else _SIGNS.get(key, key)


def prompt(label: str, text: str, style: Style, width: int) -> tuple[Text, int]:
    """A line to type on, cut at its start if there is too little room, and the cursor's column."""
    room = max(width - cell_len(label) - 1, 1)
    end = plain(text, style)
    while cell_len(end) > room:
        end = end[1:]
    line = Text(label, style="bold").append(end, style="not bold")
    line.truncate(width)
    return line, min(cell_len(label) + cell_len(end), width - 1)


def message_lines(message: str, style: Style, width: int, color: str = "yellow") -> list[Text]:
    """A message in lines."""
    return lines_of(wrapped([message], style, width), color) if message else []


def wrapped(texts: Iterable[str], style: Style, width: int) -> list[str]:
    """Texts without control characters, in lines of a width."""
    return [line for text in texts for line in in_lines(plain(text, style), width)]


def plain(text: str, style: Style) -> str:
    """A text without control characters, in characters that the terminal can show."""
    if style.ascii:
        text = typed(text).encode("ascii", "backslashreplace").decode()
    return printable(text)


def lines_of(texts: Iterable[str], style: str = "") -> list[Text]:
    """Texts as lines of a screen."""
    return [Text(text, style=style) for text in texts]
