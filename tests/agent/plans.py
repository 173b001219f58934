"""A plan in every form, and models that go on with one that was cut, each in its own way."""

from collections.abc import Callable
from typing import TypeAlias

from glmcode.agent.resume import Cut
from glmcode.plan.edits import Begun, Broken, Edit
from glmcode.plan.reader import PlanParser, parse_plan

__all__ = ["CONTINUING", "PLANS", "REPEATING", "Model", "begins_again", "faithful", "to_the_character"]

Model: TypeAlias = Callable[[str, int, Cut], str | None]
"""The plan, where it was cut, and what is sent back → what is said next; None where the model has nothing of its kind to say."""

NATIVE = '''\
Both are wrong.

<edit path="calc.py" replace="add">
def add(a, b):
    """Adds."""

    return a + b
</edit>

Now the other:
<edit path="calc.py">
<<<<<<< SEARCH
    return a + a + 1
=======
    return a + a
>>>>>>> REPLACE
<<<<<<< SEARCH
x = 1
=======
x = 2

y = 3
>>>>>>> REPLACE
</edit>
<check/>
<create path="new.txt" mode="755">
one

two
</create>
<edit path="a.py" delete="old"/>
<edit path="a.py" at="imports">
import os
</edit>
<remove path="gone.txt"/>
<rename path="a.txt" to="b.txt"/>

Done with it.
'''
SEARCH_REPLACE = """\
I change two things.

a/b.py
```python
<<<<<<< SEARCH
def f():
    return 1
=======
def f():
    return 2
>>>>>>> REPLACE
```

And the other file:

**c.py**

```python
<<<<<<< SEARCH
x = 1
=======
x = 2
>>>>>>> REPLACE

<<<<<<< SEARCH
y = 1

z = 1
=======
y = 2

z = 2
>>>>>>> REPLACE
```

That is all.
"""
DIFF = """\
The patch:

```diff
diff --git a/x.py b/x.py
index 111..222 100644
--- a/x.py
+++ b/x.py
@@ -1,4 +1,4 @@
 import os
\x20
-x = 1
+x = 2
\x20
@@ -10,3 +10,4 @@ def f():
     a
-    b
+    c
+    d
     e
diff --git a/old.txt b/new.txt
similarity index 100%
rename from old.txt
rename to new.txt
--- /dev/null
+++ b/made.txt
@@ -0,0 +1,2 @@
+hello
+there
```

Done.
"""
BARE_DIFF = """\
--- a/x.py
+++ b/x.py
@@ ... @@
 import os
-x = 1
+x = 2
@@ ... @@
 def f():
-    b
+    c
--- a/y.py
+++ b/y.py
@@ -1,2 +1,2 @@
-p
+q
\\ No newline at end of file
"""
PATCH = """\
*** Begin Patch
*** Update File: a.py
@@ class X
 def f(self):
-    return 1
+    return 2
@@ def g
-    x
+    y

     z
*** Add File: n.txt
+one
+
+two
*** Delete File: d.txt
*** Update File: old.py
*** Move to: new.py
@@
-import a
+import b
*** End Patch
"""
FENCED = """\
Here:

```python calc.py
# ... existing code ...
def add(a, b):
    return a + b

# ... existing code ...
```

`data.txt`
```
whole
file

here
```

Bye.
"""
CALLS = """\
I use the tool.

```json
{"path": "a.py", "old_string": "x = 1\\n", "new_string": "x = 2\\n"}
```
Then a list:
[
  {"file_path": "b.py", "old_str": "a", "new_str": "b"},
  {"file_path": "b.py", "old_str": "c", "new_str": "d", "replace_all": true}
]
{"path": "c.py",
 "old_string": "p",
 "new_string": "q"}
Done.
"""
PLANS = {
    "native": NATIVE,
    "search-replace": SEARCH_REPLACE,
    "diff": DIFF,
    "bare-diff": BARE_DIFF,
    "patch": PATCH,
    "fenced": FENCED,
    "calls": CALLS,
}


def to_the_character(plan: str, at: int, cut: Cut) -> str:
    return plan[len(cut.partial) :]


def faithful(plan: str, at: int, cut: Cut) -> str:
    return plan[len(cut.closed) :]


def repeats_the_last_edit(plan: str, at: int, cut: Cut) -> str | None:
    edits = [edit for edit in parse_plan(cut.closed + "\n") if isinstance(edit, Edit | Broken)]
    return "".join(plan.splitlines(True)[edits[-1].line - 1 :]) if edits else None


def repeats_two_lines(plan: str, at: int, cut: Cut) -> str | None:
    return "".join(cut.closed.splitlines(True)[-2:]) + faithful(plan, at, cut) if cut.closed else None


def says_something_first(plan: str, at: int, cut: Cut) -> str | None:
    return f"Going on where I stopped:\n\n{faithful(plan, at, cut)}" if cut.closed else None


def says_something_and_repeats(plan: str, at: int, cut: Cut) -> str | None:
    again = repeats_the_last_edit(plan, at, cut)
    return f"Going on where I stopped:\n\n{again}" if again else None


def leaves_out_blank_lines(plan: str, at: int, cut: Cut) -> str:
    return faithful(plan, at, cut).lstrip("\n")


def begins_all_again(plan: str, at: int, cut: Cut) -> str:
    return plan


def begins_again(plan: str, at: int, cut: Cut) -> str | None:
    """Sent all that it had said, it begins the half edit once more, from its first line."""
    begun = [event.line for event in PlanParser().feed(plan[:at]) if isinstance(event, Begun)]
    if not begun or begun[-1] <= cut.closed.count("\n"):
        return None
    return "".join(plan.splitlines(True)[begun[-1] - 1 :])


REPEATING: tuple[Model, ...] = (
    faithful,
    repeats_the_last_edit,
    repeats_two_lines,
    says_something_first,
    says_something_and_repeats,
    leaves_out_blank_lines,
    begins_all_again,
)
CONTINUING: tuple[Model, ...] = (to_the_character, begins_again)
