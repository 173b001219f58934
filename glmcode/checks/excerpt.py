"""A long text cut down to what tells most, with every gap marked."""

import re

__all__ = ["excerpt"]

_TELLING = re.compile(
    r"^E  |^>  |^\s*(?:AssertionError|panicked at|assertion )|^\s*[\w.]*(?:Error|Exception)\b|^(?:fatal|error)\b"
    r"|\berror(?:\[\w+\])?: |\bpanicked at\b|^\s*not ok\b|^--- FAIL|\bFAILED\b|^\s*[-+] |\d+ !== \d+|\bexpected\b|^Traceback",
    re.IGNORECASE,
)
_MARK = 60
"""Characters that the line which marks a gap may take."""


def excerpt(text: str, room: int) -> str:
    """`text` in at most `room` characters. Kept are the lines that state what is wrong, those nearest to them, the first
    and the last; a gap is one line `[... N lines left out ...]`, and a very long line is cut in its middle."""
    if len(text) <= room:
        return text
    if room < 2 * _MARK:
        return _cut_line(text.replace("\n", " "), max(room, 0))
    widest = max(room // 3, _MARK)
    lines = [_cut_line(line, widest) for line in text.split("\n")]
    chosen: set[int] = set()
    left = room
    for index in _by_worth(lines):
        # Alone it may open one gap more; beside a chosen neighbour it opens none.
        near = (index - 1 in chosen) or (index + 1 in chosen)
        cost = len(lines[index]) + 1 + (0 if near and chosen else _MARK)
        if cost > left:
            if near:
                continue
            break
        chosen.add(index)
        left -= cost
    return _joined(lines, chosen)


def _by_worth(lines: list[str]) -> list[int]:
    """Indices of lines: the first line, the first telling lines, then outwards from them, then the end backwards."""
    telling = [index for index, line in enumerate(lines) if _TELLING.search(line[:300])][:200]
    order = dict.fromkeys([0, *telling[:12]])
    if not telling:
        telling = [len(lines) - 1]
    for distance in range(1, 40):
        for index in telling[:12]:
            for near in (index + distance, index - distance):
                if 0 <= near < len(lines):
                    order.setdefault(near)
    order.update(dict.fromkeys(telling))
    order.update(dict.fromkeys(range(len(lines) - 1, max(len(lines) - 2000, -1), -1)))
    return list(order)


def _joined(lines: list[str], chosen: set[int]) -> str:
    shown: list[str] = []
    last = -1
    for index in [*sorted(chosen), len(lines)]:
        if index - last > 1:
            gone = index - last - 1
            shown.append(f"[... {gone:,} {'line' if gone == 1 else 'lines'} left out ...]")
        if index < len(lines):
            shown.append(lines[index])
        last = index
    return "\n".join(shown)


def _cut_line(line: str, room: int) -> str:
    if len(line) <= room:
        return line
    gone = f"[... {len(line):,} characters in all ...]"
    if room <= len(gone):
        return line[:room]
    half = (room - len(gone)) // 2
    return line[:half] + gone + line[len(line) - half :]
