"""A state of a walk as a screen: the lines that fit a width and a height. Must not know the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from backtrace.errors import printable
from backtrace.typesetting.plain import Style
from backtrace.views.page.headings import part_title, problem_lines
from backtrace.views.page.records import typed
from backtrace.views.walk.text import Texts, given_lines, in_lines
from backtrace.walking.state import NUMBERS, Action, WalkState, actions_of
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
    frame = Frame(texts, state, actions_of(texts.walk), width, height)
    if state.page:
        return frame.page()
    if state.by_layer:
        return frame.around(_listing(texts, state, width, height - (5 if height >= TALL else 2)))
    stop = frame.stop
    lines = texts.of(stop.equation, stop.part).lines(state.stage, width)
    return frame.around([*frame.question(), *lines_of(lines, "bold")])


class Frame(NamedTuple):
    """The parts of a screen of so many columns and lines, around the equation of a state."""

    texts: Texts
    state: WalkState
    actions: Mapping[str, Action]
    width: int
    height: int

    @property
    def stop(self) -> Stop:
        return self.texts.walk[self.state.at]

    @property
    def style(self) -> Style:
        return self.texts.look.style

    def around(self, body: list[Text], column: int | None = None) -> Screen:
        """A body between heading, map and keys: its end has a place first, the map last.

        `column` is that of the cursor in the last line of the body. At a prompt for a name the cursor is
        there.
        """
        height, is_prompt = self.height, self.state.prompt is not None
        foot = self.message(self.state.message)
        if is_prompt:
            line, column = self.prompt("go to: ", self.state.prompt or "")
            foot = [line, *foot, *self.keys(["enter go there", "esc stay"])]
        else:
            foot += self.bottom()
        foot = foot[: max(height - 1, 0)]
        room = height - len(foot)
        while len(body) > room and not body[-1].plain:
            body = body[:-1]
        body = body[-room:]
        head = self.heading()[-(room - len(body)) :] if room > len(body) else []
        above = [*head, Text()] if 0 < len(head) < room - len(body) else head
        spare = room - len(above) - len(body)
        network = [*self.map(), Text()]
        if len(network) == 1 or spare < len(network) + 1:
            network = []
        lines = [*above, *body, *[Text()] * (spare - len(network)), *network, *foot]
        row = room if is_prompt else len(above) + len(body) - 1
        cursor = None if column is None else (min(max(row, 0), height - 1), column)
        return Screen(_truncated(lines, self.width), cursor)

    def page(self) -> Screen:
        """A page, of the keys or of the givens; of a longer one, its current part."""
        is_help = self.state.page == "help"
        lines = self.help() if is_help else self.lines(given_lines(self.texts, self.stop.part))
        room = max(self.height - 1, 1)
        parts = -(-len(lines) // room)
        part = min(self.state.part, parts - 1)
        shown = lines[part * room :][:room]
        shown += [Text()] * (room - len(shown))
        shown.append(Text(self.turning(part, parts), style="reverse"))
        return Screen(_truncated(shown[: self.height], self.width), parts=parts)

    def heading(self) -> list[Text]:
        """The title, the step and sample, and the place of the equation in the walk."""
        walk, stop, look = self.texts.walk, self.stop, self.texts.look
        count = f"{stop.number + 1:,} of {walk.length:,}"
        where = look.name(printable(part_title(stop.part, stop.group.equations)))
        line = f"{set_cell_size(where, max(self.width - cell_len(count) - 1, 0))} {count}"
        if self.height < TALL:
            return [Text(line, style="bold")]
        title = next(iter(problem_lines(walk.problem, walk.arithmetic.name, look)))
        above = [plain(text, look.style) for text in (title, self.texts.place(stop.part))]
        return [
            *lines_of(shortened(text, self.width, look.style) for text in above),
            Text(line, style="bold"),
        ]

    def question(self) -> list[Text]:
        """The symbol and its quantity in words, and an empty line."""
        return [*self.lines([self.texts.question(self.stop)]), Text()]

    def map(self) -> list[Text]:
        """The map with the place marked; nothing if there is no room for it."""
        found = self.texts.map(self.stop, self.width, self.height)
        lines = lines_of(found.lines)
        for line, start, end in found.marked:
            lines[line].stylize("bold reverse", start, end)
        return lines

    def turning(self, part: int, parts: int) -> str:
        """The keys that turn a page, and leave it."""
        if parts == 1:
            return "any key goes back"
        on = ["space more"] if part + 1 < parts else []
        before = [f"{key_name('left', self.style)} back"] if part else []
        return _between(self.style).join([f"{part + 1} of {parts}", *on, *before, "q leaves"])

    def help(self) -> list[Text]:
        """The keys, and the effect of each."""
        names = [", ".join(key_name(key, self.style) for key in it.keys) for it in self.actions.values()]
        room = min(max(map(cell_len, names)), max(self.width // 3, 1))
        body: list[str] = []
        for name, action in zip(names, self.actions.values(), strict=True):
            first, *others = in_lines(action.sentence, self.width - room - 2)
            body += [f"{name:<{room}}  {first}", *(f"{'':<{room}}  {line}" for line in others)]
        return lines_of(body)

    def bottom(self) -> list[Text]:
        """The keys and their words, on a line or two; the most important ones if there is less room."""
        named = {name: action for name, action in self.actions.items() if action.word}
        words = {name: f"{key_name(it.keys[0], self.style)} {it.word}" for name, it in named.items()}
        most = 2 if self.height >= TALL else 1
        for least_important in (*_LEAST_IMPORTANT, ""):
            lines = self.keys(words.values())
            if len(lines) <= most:
                break
            words.pop(least_important, None)
        return lines[:2]

    def keys(self, texts: Iterable[str]) -> list[Text]:
        """Keys with their words in lines, each on one line with its word."""
        lines: list[str] = []
        for text in texts:
            if lines and cell_len(longer := f"{lines[-1]}{_between(self.style)}{text}") <= self.width:
                lines[-1] = longer
            else:
                lines.append(text)
        return lines_of(lines, "dim")

    def prompt(self, label: str, text: str) -> tuple[Text, int]:
        """A line to type on, cut at its start if there is too little room, and the cursor's column."""
        room = max(self.width - cell_len(label) - 1, 1)
        end = plain(text, self.style)
        while cell_len(end) > room:
            end = end[1:]
        line = Text(label, style="bold").append(end, style="not bold")
        return line, min(cell_len(label) + cell_len(end), self.width - 1)

    def message(self, message: str, color: str = "yellow") -> list[Text]:
        """A message in lines."""
        return self.lines([message] if message else [], color)

    def lines(self, texts: Iterable[str], color: str = "") -> list[Text]:
        """Texts in lines of the screen's width."""
        return lines_of(wrapped(texts, self.style, self.width), color)


def _truncated(lines: list[Text], width: int) -> list[Text]:
    for line in lines:
        line.truncate(width)
    return lines


def _listing(texts: Texts, state: WalkState, width: int, room: int) -> list[Text]:
    """A layer, as much of it as fits; with the numbers of the equation at the cursor."""
    stop, style = texts.walk[state.at], texts.look.style
    run = stop.group
    current = texts.of(stop.equation, stop.part)
    below = [Text(), *lines_of(current.lines(NUMBERS + 1, width)[: room // 3], "bold")] if room > TALL else []
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
        formula = shortened("".join(row.formula), formulas, style)
        line = f"{'>' if number == offset else ' '} {set_cell_size(row.symbol, symbols)}"
        line += f" = {set_cell_size(formula, formulas)} = {row.value}" if formulas > 7 else f" = {row.value}"
        line = shortened(line, width, style)  # a number cut in half would be another number
        lines.append(Text(line, style="bold" if number == offset else ""))
    if len(shown) < len(run.equations):
        note = f"{start + 1:,} to {start + len(shown):,} of {len(run.equations):,} in this layer"
        lines.append(Text(note, style="italic"))
    return [*lines, *below]


def shortened(text: str, width: int, style: Style) -> str:
    """A text cut to a width, with dots at its end."""
    dots = "..." if style.ascii else "…"
    return text if cell_len(text) <= width else set_cell_size(text, max(width - len(dots), 0)) + dots


def _between(style: Style) -> str:
    return " | " if style.ascii else " · "


def key_name(key: str, style: Style) -> str:
    """The name of a key."""
    return key if style.ascii else _SIGNS.get(key, key)


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
