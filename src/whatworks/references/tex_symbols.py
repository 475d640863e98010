"""TeX commands that stand for text, and those that say only how text looks."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["FORMATTING", "LETTERS", "SPACES", "SYMBOLS"]

GREEK = dict(
    zip(
        (
            "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
            "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi",
            "chi", "psi", "omega",
        ),
        "αβγδεζηθικλμνξοπρστυφχψω",
        strict=True,
    )
)  # fmt: skip

# Parts of words: the blank that ends the command's name is no text.
LETTERS = MappingProxyType(
    {
        "ss": "ß", "SS": "SS", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
        "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
        "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "ij": "ij", "IJ": "IJ", "textunderscore": r"\_",
        "textbraceleft": r"\{", "textbraceright": r"\}", "slash": "/",
    }
)  # fmt: skip

# Signs of their own: the blank after the command's name stays, as its writer will have meant.
SYMBOLS = MappingProxyType(
    {
        "textless": "<", "textgreater": ">", "lt": "<", "gt": ">", "textbar": "|",
        "textquotedbl": '"', "textquotesingle": "'", "textminus": "−", "pounds": "£", "euro": "€",
        "EUR": "€", "S": "§", "P": "¶", "dag": "†", "ddag": "‡", "copyright": "©",
        "texttrademark": "™", "textregistered": "®", "textcopyright": "©", "textdegree": "°",
        "degree": "°", "celsius": "°C", "textcelsius": "°C", "micro": "µ", "ohm": "Ω",
        "texttimes": "×", "textpm": "±", "textmu": "µ", "textendash": "–", "textemdash": "—",
        "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
        "textquotedblright": "”", "guillemetleft": "«", "guillemetright": "»", "glqq": "„",
        "grqq": "“", "quotedblbase": "„", "quotesinglbase": "‚", "lq": "‘", "rq": "’",
        "checkmark": "✓", "neg": "¬", "Box": "□", "Diamond": "◇", "ldots": "…", "dots": "…",
        "textellipsis": "…", "textbullet": "•", "lbrack": "[", "rbrack": "]", "colon": ":",
        "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX",
        **{f"text{name}": letter for name, letter in GREEK.items() if name != "mu"},
        **{f"text{name.capitalize()}": letter.upper() for name, letter in GREEK.items()},
    }
)  # fmt: skip

SPACES = frozenset(
    ["newline", "linebreak", "newblock", "par", "space", "hfill", "enspace", "thinspace", "quad"]
)

# How text looks or where it points to: what they hold, if they hold anything, is the text.
FORMATTING = frozenset(
    {
        "em", "it", "bf", "sc", "sl", "tt", "rm", "sf", "bfseries", "itshape", "scshape", "slshape",
        "ttfamily", "rmfamily", "sffamily", "mdseries", "upshape", "normalfont", "tiny",
        "scriptsize", "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge",
        "Huge", "textnormal", "textup", "textmd", "texttt", "textsf", "textsuperscript",
        "textsubscript", "sp", "sb", "mbox", "hbox", "text", "emph", "textit", "textbf", "textsc",
        "textsl", "textrm", "underline", "uppercase", "lowercase", "MakeUppercase", "MakeLowercase",
        "enquote", "protect", "relax", "nobreak", "noindent", "xspace", "operatorname", "mathop",
        "left", "right", "big", "Big", "bigg", "Bigg", "smallskip", "medskip", "bigskip", "cite",
        "citet", "citep", "citealt", "citealp", "citeauthor", "citeyear", "citeyearpar", "textcite",
        "parencite", "autocite", "footcite", "ref", "eqref", "autoref", "cref", "Cref", "pageref",
    }
)  # fmt: skip
