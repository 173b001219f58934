"""Boxes.

    class Box(Base):
        size: int
"""


class Base:
    name: str


class Box(Base):
    size: float

    def grow(self):
        self.size += 1
