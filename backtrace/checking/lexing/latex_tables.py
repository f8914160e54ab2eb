"""LaTeX's commands and Unicode's mathematical characters, with the plain notation of each.

Tables only: `latex` reads them, and knows the grammar.
"""

from __future__ import annotations

from backtrace.checking.lexing.fractions import SIGNS
from backtrace.symbolic.ids import GREEK

# Characters of the private use area mark boundaries: `markup.harmless` removes them from what people write,
# so that nobody can type one.
FENCE = "\ue000"  # where mathematics begins or ends in a text
ROW = "\ue001"  # a new line of an aligned formula
BREAK = "\ue002"  # no equation continues across it
UNKNOWN = "\ue003"  # an unknown command: its argument is not understood
OVER = "\ue004"  # TeX's {a \over b}

# Unicode: indices below and above the line, and the other ways to write one character.
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx", strict=True))
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀⁿ", "0123456789+-Tn", strict=True))
_CHARACTERS = {
    "-": "−‐‑",
    "*": "×·⋅∙∗✕",
    "/": "÷⁄∕",
    "≈": "≃≅≐≒∼",
    BREAK: "⇒→⟹⟶∴⇔≠≤≥",
    "'": "′’",
    "=": "≡≔＝",
    ":": "：",
    ",": "，",
    "(": "（",
    ")": "）",
    "∂": "𝜕",
    "\u0302": "ˆ",
    "y\u0302": "ŷ",
    "z\u0302": "ẑ",
}
PLAIN_CHARACTERS = str.maketrans({c: plain for plain, all in _CHARACTERS.items() for c in all})
PLAIN_CHARACTERS |= str.maketrans({c: f"({plain})" for c, plain in SIGNS.items()})

# Greek letters by command; both sigmas are the same letter here.
LETTERS = {name: letter for letter, name in GREEK.items() if letter != "ς"}
LETTERS |= {"varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varsigma": "σ", "varrho": "ρ", "ell": "l"}

# Commands without an argument, by their plain notation. Commands that only change how something looks
# disappear; those between two equations keep them apart.
_COMMANDS = {
    "*": "cdot times ast bullet odot",
    "≈": "approx simeq cong doteq approxeq sim",
    "=": "equiv coloneqq triangleq",
    "←": "leftarrow gets longleftarrow",
    BREAK: "quad qquad therefore because implies Rightarrow rightarrow to iff neq ne le leq ge geq lt gt "
    "longrightarrow Longrightarrow newline item par",
    "…": "ldots dots cdots dotsc dotsb",
    " ": ", ; : enspace space thinspace $",
    "": "! left right big Big bigl bigr Bigl Bigr bigg Bigg biggl biggr Biggl Biggr middle limits nolimits "
    "displaystyle textstyle rm bf it large Large small boldmath nonumber notag hfill hline noindent "
    "centering",
    FENCE: "( ) [ ]",
    "(": "{",
    ")": "}",
    "[": "lbrack",
    "]": "rbrack",
    "|": "lvert rvert vert mid",
    " Σ": "sum",
    " Π": "prod",
    "∇": "nabla",
    OVER: "over",
    "/": "div",
    "'": "prime",
    "∞": "infty",
    "T": "top",
    "∂": "partial",
    "±": "pm",
    "%": "%",
    "#": "#",
    "_": "_",
    " and ": "&",
}
_FUNCTIONS = "exp ln log tanh max min sin cos tan arctan".split()
MARKS = {name: mark for mark, names in _COMMANDS.items() for name in names.split()} | {" ": " "}
MARKS |= {name: f" {name}" for name in _FUNCTIONS}

# Commands replaced by their argument, those that disappear together with it, and accents put behind it.
CONTENT = frozenset(
    "text textbf textit textrm texttt textnormal emph mathrm mathbf mathit mathsf mathcal mathbb mathtt "
    "mathop boldsymbol bm operatorname boxed fbox mbox cancel underline overline underbrace overbrace vec "
    "overrightarrow dot ensuremath num section subsection paragraph caption footnote".split()
)
DROPPED = frozenset(
    "tag label color hspace vspace ref eqref cite phantom vphantom hphantom usepackage documentclass".split()
)
ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "bar", "tilde": "tilde"}
DERIVATIVES = frozenset("pdv dv pd partialderivative".split())  # \pdv{E}{w} is \frac{∂E}{∂w}
FRACTIONS = DERIVATIVES.union("frac dfrac tfrac cfrac nicefrac sfrac".split())
MATRICES = frozenset("matrix bmatrix pmatrix Bmatrix vmatrix smallmatrix array bmatrix* pmatrix*".split())
WITH_COLUMNS = frozenset("array tabular alignat alignat*".split())  # \begin{array}{ll}

# Subscripts that are words although no braces hold them together: E_total, but w_ij is w with i, then j.
WORDS_BELOW = frozenset(
    "total tot out in new old net hidden output input train target pred true hid err cost loss".split()
)
# Superscripts that make a quantity the one after the update, and those that leave it the one before.
NEW = frozenset("+ * new (new) t+1 (t+1) neu updated (k+1) k+1 next".split())
OLD = frozenset("old (old) (t) t (k)".split())
