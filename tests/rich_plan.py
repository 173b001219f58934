"""One plan with every form and every kind of outcome in it, and the files that it lands on."""

__all__ = ["FILES", "PLAN", "REJECTED"]

FILES: dict[str, bytes] = {
    "cart.py": b'''import os
from typing import Any


class Cart:
    """What is bought."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    # Adds one.
    def add(self, price: int) -> None:
        self.lines.append(price)

    def total(self) -> int:
        return sum(self.lines)


class Order:
    def total(self) -> int:
        return 1
''',
    "net/client.ts": b"export class Client {\r\n  retries = 1;\r\n\r\n  get(url: string): string {\r\n    return url;\r\n  }\r\n}\r\n",
    "wide.txt": b"\xff\xfe" + "eins\nzwei größer\n".encode("utf-16-le"),
    "latin.txt": "caf\xe9\nna\xefve\n".encode("latin-1"),
    "mixed.txt": b"one\r\ntwo\nthree\r\nfour",
    "config.toml": b'[tool]\nname = "a"\n\n[tool.list]\nitems = ["x"]\n',
    "data.json": b'{\n  "a": 1,\n  "b": [1, 2]\n}\n',
    "notes.md": "# Notes\n\n## One\n\ntext\n\n## Zwei\n\nmehr\u2028Text\n".encode(),
    "src/lib.rs": b"struct A;\n\nimpl A {\n    fn one(&self) -> u32 {\n        1\n    }\n}\n",
    "run.sh": b"#!/bin/sh\necho one\n",
    "old.txt": b"a\nb\nc\nd\n",
    "gone.txt": b"x\n",
    "many.txt": b"same\n" * 6 + b"other\n",
    "blob.bin": b"\x00\x01same\x02",
}

PLAN = """\
Some words first, with an <edit> in them.

<edit path="cart.py" replace="Cart.add">
def add(self, price: int, count: int = 1) -> None:
    self.lines.extend([price] * count)
</edit>
<edit at="imports">
import json
import os
</edit>
<edit path="cart.py" inside="Order">
def tax(self) -> float:
    return 0.19
</edit>
<edit path="src/lib.rs" after="one">
fn two(&self) -> u32 { 2 }
</edit>
<check/>
net/client.ts
```ts
<<<<<<< SEARCH
  get(url: string): string {
    return url;
=======
  get(url: string, retries = this.retries): string {
    return url + retries;
>>>>>>> REPLACE
```
wide.txt
```
<<<<<<< SEARCH
zwei größer
=======
zwei größer als drei 😀
>>>>>>> REPLACE
```
latin.txt
<<<<<<< SEARCH
café
=======
café olé
>>>>>>> REPLACE

--- a/mixed.txt
+++ b/mixed.txt
@@ -9,3 +9,4 @@
 two
+two and a half
 three
-four
+vier
\\ No newline at end of file
*** Begin Patch
*** Update File: old.txt
*** Move to: new/name.txt
@@
 b
-c
+C
*** Add File: fresh.txt
+new
*** Delete File: gone.txt
*** End Patch
{"path": "config.toml", "old_string": "name = \\"a\\"", "new_string": "name = \\"b\\""}
[{"file_path": "many.txt", "old_str": "other", "new_str": "others"}]

<edit path="data.json" inside="b">
3
</edit>
<edit path="notes.md" before="Zwei">
## Anderthalb

dazwischen
</edit>
cart.py
```python
# ... existing code ...
class Cart:
    # ... existing code ...
    def total(self) -> int:
        if not self.lines:
            return 0
        return sum(self.lines)

# ... existing code ...
```
`run.sh`
```sh
#!/bin/sh
echo two
```
<create path="bin/tool" mode="755">
#!/bin/sh
</create>
"""

REJECTED = """\
<edit path="many.txt">
<<<<<<< SEARCH
same
=======
different
>>>>>>> REPLACE
</edit>
<edit path="cart.py">
<<<<<<< SEARCH
    def total(self) -> float:
        return sum(self.prices)
=======
    def total(self) -> float:
        return sum(self.prices, 0.0)
>>>>>>> REPLACE
</edit>
<edit path="crat.py" replace="Cart">
x
</edit>
<edit path="cart.py" replace="Cart.sub">
x
</edit>
<edit path="cart.py" replace="total">
x
</edit>
<edit path="src/lib.rs" replace="A.one">
fn one(&self) -> u32 { (
</edit>
<create path="run.sh">
other
</create>
<create path="../outside.txt">
x
</create>
<create path=".git/config">
x
</create>
{"path": "blob.bin", "old_string": "some", "new_string": "any"}
<edit path="notes.md" delete="One" replace="Zwei">
<remove path="nowhere/cart.py"/>
"""
"""Edits that are refused, a reason each; behind `PLAN`, or alone."""
