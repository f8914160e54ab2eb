"""What LaTeX's commands and Unicode's mathematical characters are in the plain notation: tables only."""

from __future__ import annotations

from backtrace.symbolic.ids import GREEK

# Characters of the private use area (which are taken out of what people write) mark boundaries.
FENCE = "\ue000"  # where mathematics begins or ends in a text
ROW = "\ue001"  # a new line of an aligned formula
BREAK = "\ue002"  # where no equation goes across
UNKNOWN = "\ue003"  # a command that is not known: what it applies to is not understood
OVER = "\ue004"

SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx", strict=True))
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀⁿ", "0123456789+-Tn", strict=True))
SAME = str.maketrans(
    {
        **dict.fromkeys("−‐‑", "-"),
        **dict.fromkeys("×·⋅∙∗✕", "*"),
        **dict.fromkeys("÷⁄∕", "/"),
        **dict.fromkeys("≃≅≐≒∼", "≈"),
        **dict.fromkeys("⇒→⟹⟶∴⇔≠≤≥", BREAK),
        **dict.fromkeys("′’", "'"),
        "≡": "=",
        "≔": "=",
        "𝜕": "∂",
        "ŷ": "y\u0302",
        "ẑ": "z\u0302",
        "ˆ": "\u0302",
        "½": "(1/2)",
        "¼": "(1/4)",
    }
)

SPELLED = {name: letter for letter, name in GREEK.items() if letter != "ς"}
LETTERS = {
    **SPELLED,
    "varepsilon": "ε",
    "vartheta": "θ",
    "varphi": "φ",
    "varsigma": "σ",
    "varrho": "ρ",
    "ell": "l",
}
MARKS = {
    **dict.fromkeys(("cdot", "times", "ast", "bullet", "odot"), "*"),
    **dict.fromkeys(("approx", "simeq", "cong", "doteq", "approxeq", "sim"), "≈"),
    **dict.fromkeys(("equiv", "coloneqq", "triangleq"), "="),
    **dict.fromkeys(("leftarrow", "gets", "longleftarrow"), "←"),
    **dict.fromkeys(
        (
            "quad",
            "qquad",
            "therefore",
            "because",
            "implies",
            "Rightarrow",
            "rightarrow",
            "to",
            "iff",
            "neq",
            "ne",
            "le",
            "leq",
            "ge",
            "geq",
            "lt",
            "gt",
            "longrightarrow",
            "Longrightarrow",
            "newline",
            "item",
            "par",
        ),
        BREAK,
    ),
    **dict.fromkeys(("ldots", "dots", "cdots", "dotsc", "dotsb"), "…"),
    **dict.fromkeys((",", ";", ":", " ", "enspace", "space", "thinspace"), " "),
    **dict.fromkeys(
        (
            "!",
            "left",
            "right",
            "big",
            "Big",
            "bigl",
            "bigr",
            "Bigl",
            "Bigr",
            "bigg",
            "Bigg",
            "middle",
            "limits",
            "displaystyle",
            "textstyle",
            "rm",
            "bf",
            "it",
            "nonumber",
            "notag",
            "hfill",
            "noindent",
            "centering",
            "biggl",
            "biggr",
            "Biggl",
            "Biggr",
            "large",
            "Large",
            "small",
            "boldmath",
            "hline",
            "nolimits",
        ),
        "",
    ),
    **dict.fromkeys(("sum", "prod", "nabla"), " "),
    "(": FENCE,
    ")": FENCE,
    "[": FENCE,
    "]": FENCE,
    "{": "(",
    "}": ")",
    "lbrack": "[",
    "rbrack": "]",
    "%": "%",
    "#": "#",
    "&": " and ",
    "$": " ",
    "_": "_",
    "over": OVER,
    "div": "/",
    "prime": "'",
    "infty": "∞",
    "top": "T",
    "partial": "∂",
    "pm": "±",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "mid": "|",
}
MARKS["sum"], MARKS["prod"], MARKS["nabla"] = " Σ", " Π", "∇"
FUNCTIONS = ("exp", "ln", "log", "tanh", "max", "min", "sin", "cos", "tan", "arctan", "sqrt")
CONTENT = frozenset(
    [
        "text",
        "textbf",
        "textit",
        "textrm",
        "texttt",
        "emph",
        "mathrm",
        "mathbf",
        "mathit",
        "mathsf",
        "mathcal",
        "mathbb",
        "mathtt",
        "boldsymbol",
        "bm",
        "operatorname",
        "boxed",
        "underline",
        "mbox",
        "vec",
        "overrightarrow",
        "ensuremath",
        "num",
        "fbox",
        "cancel",
        "dot",
        "mathop",
        "textnormal",
        "underbrace",
        "overbrace",
        "overline",
        "section",
        "subsection",
        "paragraph",
        "caption",
        "footnote",
    ]
)
DROPPED = frozenset(
    [
        "tag",
        "label",
        "color",
        "hspace",
        "vspace",
        "ref",
        "eqref",
        "cite",
        "phantom",
        "vphantom",
        "hphantom",
        "usepackage",
        "documentclass",
    ]
)
FRACTIONS = frozenset(
    ["frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "pdv", "dv", "pd", "partialderivative"]
)
DERIVATIVES = {"pdv": "∂", "dv": "∂", "pd": "∂", "partialderivative": "∂"}
ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "bar", "tilde": "tilde"}
MATRICES = frozenset(
    ["matrix", "bmatrix", "pmatrix", "Bmatrix", "vmatrix", "smallmatrix", "array", "bmatrix*", "pmatrix*"]
)
WITH_COLUMNS = frozenset(("array", "tabular", "alignat", "alignat*"))

WORDS_BELOW = frozenset(  # subscripts that are words although no braces hold them together
    [
        "total",
        "tot",
        "out",
        "in",
        "new",
        "old",
        "net",
        "hidden",
        "output",
        "input",
        "train",
        "target",
        "pred",
        "true",
        "hid",
        "err",
        "cost",
        "loss",
    ]
)
NEW = frozenset(("+", "*", "new", "(new)", "t+1", "(t+1)", "neu", "updated", "(k+1)", "k+1", "next"))
OLD = frozenset(("old", "(old)", "(t)", "t", "(k)"))
