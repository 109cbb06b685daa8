"""What a PDF page draws: runs of text with their place and size, and horizontal rules.

pypdf's own layout mode gives a page as lines padded with spaces; a table whose cells wrap can only be
put back together with the places themselves. This walks the same operators with pypdf's parser and
fonts, keeps form XObjects and leaves out what the file itself marks as an artifact (running headers).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from pvd_assistant.corpus.readers.pdf_geometry import IDENTITY, Matrix, multiply, quarter
from pvd_assistant.corpus.readers.pdf_operators import operators
from pvd_assistant.corpus.readers.pdf_sight import INVISIBLE, Sight, is_pale

#: Gaps in ems: above the first a space is missing, above the second another column starts.
SPACE_GAP = 0.17
COLUMN_GAP = 1.0
_MOST_RUNS = 60_000
_DEEPEST_FORM = 8
_THIN = 2.5
_SHORTEST_RULE = 5.0
_MOST_RULES = 5_000


class TooMuchDrawn(Exception):  # noqa: N818 - ends a page, is not an error of the program
    """The page draws more than any page to be read does."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words drawn in one go, ``y`` being their baseline, upwards."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal edge: of a line, of a cell's border or background."""

    x0: float
    x1: float
    y: float


@dataclass(slots=True)
class _State:
    """The part of the graphics state that places text."""

    ctm: Matrix = IDENTITY
    font: Any = None
    glyphs: dict[str, tuple[str, float]] = field(default_factory=dict)
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    pale: bool = False
    mode: float = 0.0


def page_runs(page: Any, fonts: dict[int, Any]) -> tuple[list[Run], list[Rule], bool]:
    """Return what ``page`` (a pypdf page) shows, and whether it draws words that cannot be seen.

    :param fonts: fonts already read, by object number; filled as pages go.
    :raises TooMuchDrawn: there is no end to it.
    """
    x0, y0, x1, y1 = (float(edge) for edge in page.cropbox)
    shown = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    walk = _Walk(page.pdf, fonts, Sight(shown))
    contents = page.get("/Contents")
    if contents is not None:
        walk.stream(contents.get_object(), page.get("/Resources"), 0)
    if walk.sight.pictures and _letters(walk.undrawn) > _letters(walk.runs):
        walk.runs += walk.undrawn  # a scanned page, its words drawn invisible over its picture
    runs, rules = _upright(walk.runs, walk.rules)
    return runs, rules, bool(walk.undrawn) or walk.unseen


def _letters(runs: list[tuple[Run, int]]) -> int:
    return sum(len(run.text) for run, _ in runs)


class _Walk:
    """Follow the operators of a page."""

    def __init__(self, pdf: Any, fonts: dict[int, Any], sight: Sight) -> None:
        self.runs: list[tuple[Run, int]] = []
        self.undrawn: list[tuple[Run, int]] = []
        self.unseen = False
        self.sight = sight
        self.rules: list[tuple[Rule, int]] = []
        self._pdf = pdf
        self._fonts = fonts
        self._state = _State()
        self._stack: list[_State] = []
        self._tm = self._line = IDENTITY
        self._path: list[tuple[float, float, float, float]] = []
        self._point = (0.0, 0.0)
        self._corners: list[tuple[float, float]] = []
        self._marked: list[bool] = []

    def stream(self, contents: Any, resources: Any, depth: int) -> None:
        from pypdf.generic import ContentStream

        resources = resources.get_object() if resources is not None else {}
        data = ContentStream(contents, self._pdf).get_data()
        for operands, operator in operators(data):
            handler = _HANDLERS.get(operator)
            if handler is not None:
                handler(self, operands)
            elif operator == b"Tf" and len(operands) == 2:
                self._set_font(operands, resources)
            elif operator == b"Do" and operands and depth < _DEEPEST_FORM:
                self._form(operands[0], resources, depth)
            if len(self.runs) + len(self.undrawn) > _MOST_RUNS:
                raise TooMuchDrawn

    def _form(self, name: Any, resources: Any, depth: int) -> None:
        forms = resources.get("/XObject")
        form = forms.get_object().get(name) if forms is not None else None
        form = form.get_object() if form is not None else None
        if form is not None and form.get("/Subtype") == "/Image":
            self.picture(())
        if form is None or form.get("/Subtype") != "/Form":
            return
        saved, stack = replace(self._state), self._stack
        self._stack = []
        matrix = form.get("/Matrix")
        if matrix is not None and len(matrix) == 6:
            self.concatenate([float(number) for number in matrix])
        self.stream(form, form.get("/Resources", resources), depth + 1)
        self._state, self._stack = saved, stack

    def _set_font(self, operands: Any, resources: Any) -> None:
        from pypdf.generic._font import Font

        self._state.size = float(operands[1])
        fonts = resources.get("/Font")
        found = fonts.get_object().get(operands[0]) if fonts is not None else None
        resource = found.get_object() if found is not None else None
        if resource is None:
            self._state.font = None
            return
        if id(resource) not in self._fonts:
            self._fonts[id(resource)] = (Font.from_font_resource(resource), {}, resource)
        self._state.font, self._state.glyphs, _ = self._fonts[id(resource)]

    # Graphics state

    def save(self, _: Any) -> None:
        self._stack.append(replace(self._state))

    def restore(self, _: Any) -> None:
        if self._stack:
            self._state = self._stack.pop()

    def concatenate(self, operands: Any) -> None:
        if len(operands) == 6:
            matrix = tuple(float(number) for number in operands)
            self._state.ctm = multiply(matrix, self._state.ctm)  # type: ignore[arg-type]

    def mark(self, operands: Any) -> None:
        self._marked.append(bool(operands) and operands[0] == "/Artifact")

    def end_mark(self, _: Any) -> None:
        if self._marked:
            self._marked.pop()

    def colour(self, operands: Any) -> None:
        self._state.pale = is_pale(operands)

    def rendering(self, operands: Any) -> None:
        self._state.mode = float(operands[0])

    # Paths: only what is horizontal and painted, and what colours the page

    def rectangle(self, operands: Any) -> None:
        x, y, width, height = (float(number) for number in operands)
        self._corners += [(x, y), (x + width, y + height), (x + width, y), (x, y + height)]
        edges = [y + height / 2] if abs(height) < _THIN else [y, y + height]
        self._path += [(x, edge, x + width, edge) for edge in edges]

    def move(self, operands: Any) -> None:
        self._point = (float(operands[0]), float(operands[1]))
        self._corners.append(self._point)

    def line(self, operands: Any) -> None:
        x, y = float(operands[0]), float(operands[1])
        if abs(y - self._point[1]) < _THIN:
            self._path.append((*self._point, x, y))
        self._point = (x, y)
        self._corners.append(self._point)

    def fill(self, operands: Any) -> None:
        if not self._state.pale:
            self.sight.paint([self._on_page(x, y) for x, y in self._corners])
        self.paint(operands)

    def picture(self, _: Any) -> None:
        self.sight.pictures = True
        self.sight.paint([self._on_page(x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)])

    def shade(self, _: Any) -> None:
        self.sight.paint_all()

    def _on_page(self, x: float, y: float) -> tuple[float, float]:
        m = self._state.ctm
        return x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]

    def paint(self, _: Any) -> None:
        for x0, y0, x1, y1 in self._path:
            (ax, ay), (bx, by) = self._on_page(x0, y0), self._on_page(x1, y1)
            if abs(bx - ax) + abs(by - ay) < _SHORTEST_RULE or len(self.rules) > _MOST_RULES:
                continue
            if quarter(bx - ax, by - ay) % 2 == 0:
                self.rules.append((Rule(min(ax, bx), max(ax, bx), (ay + by) / 2), 0))
            else:
                self.rules.append((Rule(min(ay, by), max(ay, by), (ax + bx) / 2), 1))
        self.drop_path(())

    def drop_path(self, _: Any) -> None:
        self._path, self._corners = [], []

    # Text

    def begin_text(self, _: Any) -> None:
        self._tm = self._line = IDENTITY

    def next_line(self, operands: Any) -> None:
        x, y = (float(number) for number in operands)
        self._tm = self._line = multiply((1.0, 0.0, 0.0, 1.0, x, y), self._line)

    def next_line_leading(self, operands: Any) -> None:
        self._state.leading = -float(operands[1])
        self.next_line(operands)

    def new_line(self, _: Any) -> None:
        self.next_line((0.0, -self._state.leading))

    def set_matrix(self, operands: Any) -> None:
        a, b, c, d, e, f = (float(number) for number in operands)
        self._tm = self._line = (a, b, c, d, e, f)

    def char_space(self, operands: Any) -> None:
        self._state.char_space = float(operands[0])

    def word_space(self, operands: Any) -> None:
        self._state.word_space = float(operands[0])

    def scale(self, operands: Any) -> None:
        self._state.scale = float(operands[0]) / 100.0

    def leading(self, operands: Any) -> None:
        self._state.leading = float(operands[0])

    def rise(self, operands: Any) -> None:
        self._state.rise = float(operands[0])

    def show(self, operands: Any) -> None:
        self.show_all([operands[:1]])

    def show_next_line(self, operands: Any) -> None:
        self.new_line(())
        self.show(operands)

    def show_spaced(self, operands: Any) -> None:
        self._state.word_space, self._state.char_space = float(operands[0]), float(operands[1])
        self.show_next_line(operands[2:])

    def show_all(self, operands: Any) -> None:
        """Draw the strings and moves of a ``TJ``, cut in runs where a column starts."""
        state = self._state
        if state.font is None or not state.font.interpretable or any(self._marked):
            return
        em = state.size * state.scale or 1.0
        x = start = end = 0.0
        words: list[str] = []
        for item in operands[0]:
            if isinstance(item, (int, float)):
                x -= float(item) / 1000.0 * em
                continue
            for text, width in self._glyphs(item):
                advance = width / 1000.0 * state.size + state.char_space
                advance += state.word_space if text == " " else 0.0
                if text.strip(" \t\n\r"):
                    gap = (x - end) / em
                    if words and (gap > COLUMN_GAP or gap < -COLUMN_GAP):
                        self._emit("".join(words), start, end)
                        words = []
                    elif words and gap > SPACE_GAP:
                        words.append(" ")
                    start = start if words else x
                    words.append(text)
                    end = x + advance * state.scale - state.char_space * state.scale
                x += advance * state.scale
        self._emit("".join(words), start, end)
        self._tm = multiply((1.0, 0.0, 0.0, 1.0, x, 0.0), self._tm)

    def _emit(self, text: str, start: float, end: float) -> None:
        if not text:
            return
        state = self._state
        m = multiply(self._tm, state.ctm)
        x = m[4] + start * m[0] + state.rise * m[2]
        y = m[5] + start * m[1] + state.rise * m[3]
        length = (end - start) * math.hypot(m[0], m[1])
        size = abs(state.size) * math.hypot(m[2], m[3])
        bold = "bold" in state.font.name.lower() or "black" in state.font.name.lower()
        seen = self.sight.sees(x, y, size, pale=state.pale)
        if not seen:
            self.unseen = True
            return
        turn = quarter(m[0] * (state.size or 1.0), m[1] * (state.size or 1.0))
        if turn == 1:
            x, y = y, -x
        elif turn == 2:
            x, y = -x, -y
        elif turn == 3:
            x, y = -y, x
        runs = self.undrawn if state.mode in INVISIBLE else self.runs
        runs.append((Run(text, x, x + length, y, size, bold), turn))

    def _glyphs(self, raw: Any) -> list[tuple[str, float]]:
        """Return the text and the width (in thousandths of an em) of each glyph of a string."""
        font, known = self._state.font, self._state.glyphs
        if isinstance(raw, str):
            raw = raw.encode("latin-1", "replace")
        named = isinstance(font.encoding, str)
        codes = _decoded(raw, font.encoding) if named else raw.decode("latin-1")
        glyphs = []
        for code in codes:
            glyph = known.get(code)
            if glyph is None:
                letters = code if named else font.encoding.get(ord(code), code)
                text = "".join(font.character_map.get(c, c) for c in letters)
                glyph = known[code] = (text, float(font.get_text_width(code)))
            glyphs.append(glyph)
        return glyphs


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace")


def _upright(
    runs: list[tuple[Run, int]], rules: list[tuple[Rule, int]]
) -> tuple[list[Run], list[Rule]]:
    """Keep the direction most of the text is written in; a watermark across it goes."""
    letters: Counter[int] = Counter()
    for run, turn in runs:
        letters[turn] += len(run.text)
    main = max(letters, key=lambda turn: (letters[turn], -turn), default=0)
    kept = [run for run, turn in runs if turn == main]
    sign = -1 if main in (1, 2) else 1
    turned = [
        Rule(rule.x0 * sign, rule.x1 * sign, rule.y * sign)
        if main == 2
        else Rule(rule.x0, rule.x1, rule.y * sign)
        for rule, axis in rules
        if axis == main % 2
    ]
    return kept, turned


_HANDLERS = {
    b"q": _Walk.save,
    b"Q": _Walk.restore,
    b"cm": _Walk.concatenate,
    b"BMC": _Walk.mark,
    b"BDC": _Walk.mark,
    b"EMC": _Walk.end_mark,
    b"re": _Walk.rectangle,
    b"m": _Walk.move,
    b"l": _Walk.line,
    **dict.fromkeys((b"g", b"rg", b"k", b"sc", b"scn", b"cs"), _Walk.colour),
    b"Tr": _Walk.rendering,
    **dict.fromkeys((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"), _Walk.fill),
    **dict.fromkeys((b"S", b"s"), _Walk.paint),
    b"BI": _Walk.picture,
    b"sh": _Walk.shade,
    b"n": _Walk.drop_path,
    b"BT": _Walk.begin_text,
    b"Td": _Walk.next_line,
    b"TD": _Walk.next_line_leading,
    b"T*": _Walk.new_line,
    b"Tm": _Walk.set_matrix,
    b"Tc": _Walk.char_space,
    b"Tw": _Walk.word_space,
    b"Tz": _Walk.scale,
    b"TL": _Walk.leading,
    b"Ts": _Walk.rise,
    b"Tj": _Walk.show,
    b"'": _Walk.show_next_line,
    b'"': _Walk.show_spaced,
    b"TJ": _Walk.show_all,
}
