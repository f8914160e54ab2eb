r"""LaTeX and Unicode mathematics → one plain notation, that of the symbols which the tables show.

`\frac{\partial{E}}{\partial{w_5}}` becomes `∂E/∂w_5`, `out_{o_{1}}` becomes `out_o1`, `w_5^{new}` becomes
`w_5⁺`, a matrix `[0.6; 0.7]`. Text that is no mathematics passes unchanged. Nothing is evaluated; one pass
over the characters, and no deeper than `NESTING`.
"""

from __future__ import annotations

import re

from backtrace.checking.lexing import latex_tables as tables
from backtrace.checking.lexing.fractions import with_mixed_numbers
from backtrace.limits import NESTING
from backtrace.symbolic.ids import LETTER, NAME

_SUB_RUN = re.compile(f"[{''.join(tables.SUBSCRIPTS)}]+")
_SUPER_RUN = re.compile(f"[{''.join(tables.SUPERSCRIPTS)}]+")
_COMMAND = re.compile(r"\\([A-Za-z]+\*?|.|$)", re.DOTALL)  # \frac, \begin, \\
_OPTION = re.compile(r"\s?\[[^\[\]\\]{0,40}\]")  # [2pt]
_BRACED_WORD = re.compile(r"\s?\{([^{}\\]{0,200})\}")  # {pmatrix}
_END = re.compile(r"\\end(?:\s?\{[^{}\\]{0,200}\})?")
_BLANKS = re.compile(" *")
_ORDINARY = re.compile(r"[^\\{}_^$&~]+")
_UNBRACED_SUB = re.compile(rf"[0-9]+|[{LETTER}]+[0-9]*")  # w_12, out_h1
_UNBRACED_SUPER = re.compile(  # x^2, e^-h_1, W^(2), w^+
    r"\([^(){}\\]{0,20}\)|-?[0-9]+(?:\.[0-9]+)?|-?[A-Za-z]+(?:_[A-Za-z0-9]+)?|[-+*'T]"
)
_LAYER = re.compile(r"\(([0-9]{1,3})\)|\[([0-9]{1,3})\]")  # W^(2), W^[2]
_NAME_PART = re.compile(rf"[{LETTER}0-9_\u0302]+")
_NEW_BELOW = re.compile(r"(?:(?<![^\W\d_])_(?:new|\(new\))|(?<![^\W\d_])new)\Z")  # w_{5,new}, w_{5new}
_DIFFERENTIAL = re.compile(rf"[∂dδ] ?([{LETTER}][{LETTER}0-9_\u0302⁺]*|)")  # ∂E, d w_5, and ∂ of ∂/∂w
_EMPTY_SUBSCRIPT = re.compile(rf"(\\partial|∂) ?_(?=\{{?[\\{LETTER}])")  # ∂/∂_x is ∂/∂x
_ABOUT = re.compile(r" ?-?\.?[0-9]")  # behind a tilde: E ~ 0.3
# ∇_w E is ∂E/∂w, and ∇_w alone grad_w
_NABLA_ALONE = re.compile(rf"∇_? ?([{LETTER}][{LETTER}0-9_]*)")
_NABLA = re.compile(rf"∇_([{LETTER}0-9]+(?:_[0-9]+)*) ?([{LETTER}][{LETTER}0-9_]*)")


class TooDeepError(ValueError):
    """A line is nested more than `NESTING` deep."""


def plain(text: str) -> str:
    r"""A line in the plain notation that the module describes.

    Raises:
        TooDeepError: nested more than `NESTING` deep.

    >>> plain(r"\dfrac{\partial E}{\partial w_{5}} \approx -1.2 \times 10^{-3}").strip()
    '∂E/∂w_5  ≈ -1.2 * 10^-3'
    """
    text = with_mixed_numbers(text)
    text = _EMPTY_SUBSCRIPT.sub(r"\1 ", text)
    text = _SUB_RUN.sub(lambda run: f"_{{{''.join(map(tables.SUBSCRIPTS.__getitem__, run[0]))}}}", text)
    text = _SUPER_RUN.sub(lambda run: f"^{{{''.join(map(tables.SUPERSCRIPTS.__getitem__, run[0]))}}}", text)
    text = _Converter(text.translate(tables.PLAIN_CHARACTERS)).whole()
    return _NABLA_ALONE.sub(r"grad_\1", _NABLA.sub(r"∂\2/∂\1", text))


class _Converter:
    """One pass over the characters of a line; `out` is always what is converted of the innermost group."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0
        self.matrices = 0  # that are open
        self.is_tex = "\\" in text  # then a subscript without braces is one character

    def whole(self) -> str:
        pieces = []
        while self.position < len(self.text):
            pieces.append(self.run())
        return "".join(pieces)

    @property
    def next(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.position : self.position + 1]

    def skip(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.position)
        if match:
            self.position = match.end()
        return match

    def descend(self) -> None:
        self.depth += 1
        if self.depth > NESTING:
            raise TooDeepError

    def run(self, is_environment: bool = False) -> str:
        r"""Everything up to the brace, or the `\end`, that closes what was opened last."""
        self.descend()
        out: list[str] = []
        while character := self.next:
            if character == "}":
                self.position += 1
                break
            if character == "\\":
                if is_environment and self.text.startswith("\\end", self.position):
                    break
                self.command(out)
            elif ordinary := self.skip(_ORDINARY):
                out.append(ordinary[0])
            else:
                self.position += 1
                self.mark(character, out)
        self.depth -= 1
        return "".join(out)

    def mark(self, character: str, out: list[str]) -> None:
        """One of { _ ^ $ & ~."""
        if character == "{":
            inner = self.run()
            out.append(_fraction(*inner.split(tables.OVER, 1)) if tables.OVER in inner else inner)
        elif character == "_":
            self.subscript(out)
        elif character == "^":
            self.superscript(out)
        elif character == "$":
            out.append(tables.FENCE)
        elif character == "&":
            out.append(", " if self.matrices else "&")
        else:  # ~= or ~ before a number means about; in TeX a tilde is a space that does not break
            is_joined = self.next == "="
            is_about = not self.is_tex and _last(out) == " " and _ABOUT.match(self.text, self.position)
            out.append("≈" if is_joined or is_about else " ")
            self.position += is_joined

    def argument(self) -> str:
        """The argument of a command: a group, a command or a single character."""
        self.skip(_BLANKS)
        character = self.next
        if character in ("", "}"):
            return ""
        if character == "\\":
            out: list[str] = []
            self.descend()
            self.command(out)
            self.depth -= 1
            return "".join(out)
        self.position += 1
        return self.run() if character == "{" else character

    def command(self, out: list[str]) -> None:
        match = self.skip(_COMMAND)
        assert match is not None  # the pattern matches at every backslash
        name = match[1]
        if name in tables.LETTERS:
            self.letter(tables.LETTERS[name], out)
        elif name in tables.MARKS:
            out.append(tables.MARKS[name])
        elif name == "sqrt":
            out.append(f" sqrt({self.argument()})")
        elif name in tables.FRACTIONS:
            mark = "∂" if name in tables.DERIVATIVES else ""
            self.skip(_OPTION)
            above = mark + self.argument().strip()
            out.append(_fraction(above, mark + self.argument().strip()))
        elif name in tables.CONTENT:
            content = self.argument()
            letters = content.replace(" ", "")  # \mathrm{\theta b1} is one name
            out.append(
                content if name != "mathrm" or letters.isascii() or not NAME.fullmatch(letters) else letters
            )
            if name in ("underbrace", "overbrace") and self.next in ("_", "^"):
                self.position += 1
                self.argument()
        elif name in ("textcolor", "colorbox"):
            self.argument()
            out.append(self.argument())
        elif name in tables.DROPPED:
            self.skip(_OPTION)
            self.argument()
            out.append(tables.BREAK if name == "tag" else "")
        elif name in tables.ACCENTS:
            out.append(self.argument().strip() + tables.ACCENTS[name])
        elif name in ("begin", "end"):
            self.environment(name, out)
        elif name in ("\\", "cr"):
            self.skip(_OPTION)
            out.append("; " if self.matrices else tables.ROW)
        else:
            out.append(tables.UNKNOWN if name[:1].isalpha() else name)

    def letter(self, letter: str, out: list[str]) -> None:
        """A Greek letter: apart from its neighbours, except Δ, which belongs to the symbol behind it."""
        before = _last(out)
        out.append(f" {letter}" if before.isalnum() and before != "Δ" else letter)
        self.skip(_BLANKS)
        if letter != "Δ" and self.next.isalnum():
            out.append(" ")

    def environment(self, name: str, out: list[str]) -> None:
        word = self.skip(_BRACED_WORD)
        kind = word[1].strip() if word else ""
        if kind in tables.WITH_COLUMNS and name == "begin":
            self.skip(_OPTION)
            self.skip(_BRACED_WORD)
        if kind not in tables.MATRICES or name == "end":
            out.append(tables.FENCE)
            return
        self.matrices += 1
        cells = self.run(is_environment=True)
        self.matrices -= 1
        self.skip(_END)
        out.append(f"[{cells.strip().removesuffix(';').strip()}]")

    def subscript(self, out: list[str]) -> None:
        following = self.next
        if following in ("{", "\\", " "):
            if following == " " and not self.text.startswith("{", self.position + 1):
                out.append(" ")
                return
            while out and out[-1].isspace():
                out.pop()
            if out:
                out[-1] = out[-1].rstrip(" ")
            raised = out.pop() if out and out[-1] == "⁺" else ""  # w^{+}_{6}
            out.append(_below(self.argument()))
            if raised:
                out.append(raised)
                return
        else:
            run = _UNBRACED_SUB.match(self.text, self.position)
            before = _last(out)
            if run is None or not before or not (before.isalnum() or before in "'⁺\u0302∇ΣΠ"):
                out.append(" ")  # the mark of emphasis in Markdown
                return
            below = run[0]
            if self.is_tex and len(below) > 1 and below.isalpha() and below not in tables.WORDS_BELOW:
                below = below[0]
            self.position += len(below)
            out.insert(len(out) - (out[-1] == "⁺"), f"_{below}" if below not in ("new", "updated") else "⁺")
        is_index = bool(out) and out[-1].startswith("_")
        if is_index and self.next.isalpha() and not self.text.startswith(("new", "old"), self.position):
            out.append(" ")

    def superscript(self, out: list[str]) -> None:
        if self.text.startswith(("{", "\\", " {"), self.position):
            above = self.argument()
        else:
            run = _UNBRACED_SUPER.match(self.text, self.position)
            above = run[0] if run else ""
            if self.is_tex and above[:1].isdigit():
                above = above[0]
            self.position += len(above)
        above = above.replace(" ", "")
        layer = _LAYER.fullmatch(above.strip("+"))
        if above.removeprefix("(").removesuffix(")").lower() in tables.NEW or above.lower() in tables.NEW:
            out.append("⁺")
        elif above in tables.OLD:
            pass
        elif layer or (above.isdigit() and self.text.startswith("_", self.position)):
            index = f"_{layer[1] or layer[2]}" if layer else f"_{above}"
            place = len(out) - 1 if out and out[-1].startswith("_") else len(out)
            out.insert(place, index)
            if "+" in above:
                out.append("⁺")
        elif above == "'":
            out.append("'")
        else:
            is_grouped = re.fullmatch(r"-?[A-Za-z0-9.]+|\([^()]*\)", above)
            out.append(f"^{above}" if is_grouped else f"^({above})")


def _last(out: list[str]) -> str:
    """The last character converted; empty where there is none."""
    return out[-1][-1:] if out else ""


def _fraction(above: str, below: str) -> str:
    """A derivative as one symbol, any other fraction in brackets."""
    top, bottom = above.strip(), below.strip()
    numerator, denominator = _DIFFERENTIAL.fullmatch(top), _DIFFERENTIAL.fullmatch(bottom)
    if numerator and denominator and denominator[1] and numerator[0][0] == denominator[0][0]:
        return f" ∂{numerator[1]}/∂{denominator[1]} "
    return f"({_grouped(top)}/{_grouped(bottom)})"


def _grouped(text: str) -> str:
    return text if re.fullmatch(r"[\w.]+", text) else f"({text})"


def _below(text: str) -> str:
    """A subscript: `o_1` is o1, `1,2` is 1_2, `5,new` makes a new quantity."""
    text = text.replace("_", "").replace(" ", "").replace(",", "_").replace(tables.BREAK, "")
    text, new = (text[:-1], "⁺") if text.endswith("⁺") else (text, "")  # w_{5_{new}}
    if suffix := _NEW_BELOW.search(text):
        text, new = text[: suffix.start()], "⁺"
    text = text.removesuffix("_old")
    index = f"_{text}" if _NAME_PART.fullmatch(text) else f"_{{{text}}}"
    return f"{index if text else ''}{new}"
