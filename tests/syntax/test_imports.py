"""Where a new import goes, and which are there."""

import pytest

from glmcode.syntax import parse


@pytest.mark.parametrize(
    ("language", "head", "rest"),
    [
        ("python", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Licence.\n\n'''Doc.'''\n", "\nX = 1\n"),
        ("python", "", "# about f\ndef f(): pass\n"),
        (
            "python",
            '"""Doc."""\n\nimport os\nfrom a import (\n    b,\n    c,\n)  # why\n',
            "\nX = 1\n\ndef f():\n    import late\n",
        ),
        (
            "python",
            "import os\ntry:\n    import x\nexcept ImportError:\n    x = None\nimport sys\n",
            "def f(): pass\nimport after\n",
        ),
        ("python", "def f(): pass\nimport after\n", "g = 1\n"),
        ("javascript", '#!/usr/bin/env node\n"use strict";\nconst fs = require("fs");\n', "const x = 1;\n"),
        ("javascript", 'import a from "a";\nimport {\n  b,\n} from "b";\n', "\nfunction f() {}\n"),
        ("typescript", '/* licence */\n\nimport type { A } from "a";\n', "export class B {}\n"),
        ("go", '// Package a.\npackage a\n\nimport (\n\t"fmt"\n)\n', "\nvar x = 1\n"),
        ("go", "package a\n", "\nfunc f() {}\n"),
        ("rust", "//! Doc\n#![allow(x)]\n", "\nfn f() {}\n"),
        ("rust", "use a::b;\nuse c::{\n    d,\n};\n", "mod x;\nfn f() {}\n"),
        ("java", "/* licence */\npackage a;\n", "\nclass A {}\n"),
        ("java", "package a;\nimport b.C;\nimport static d.E.f;\n", "\nclass A {}\n"),
        ("c", '#include <a.h>\n#include "b.h"\n', "\nint f(void) { return 1; }\n"),
        ("cpp", "#ifndef A_H\n#define A_H\n#include <vector>\n", "class A {};\n#endif\n"),
        ("cpp", "#pragma once\n", "class A {};\n"),
        ("c", "#ifndef X\n#define X 1\n#endif\n#include <a.h>\n", "int x;\n"),
        ("cpp", "#ifndef A_H\n#define A_H\n", "class A {};\n#endif\n"),
    ],
)
def test_a_new_import_goes_below_what_must_come_first(language: str, head: str, rest: str) -> None:
    parsed = parse((head + rest).encode(), language)
    assert parsed.problem is None
    assert parsed.data[: parsed.imports.end].decode() == head


def test_a_byte_order_mark_stays_first() -> None:
    assert parse(b"\xef\xbb\xbfx = 1\n", "python").imports.end == 3


def test_an_import_without_a_line_end_is_followed_at_the_files_end() -> None:
    assert parse(b"import os", "python").imports.end == 9
    assert parse(b"import os; x = 1\ny = 2\n", "python").imports.end == 17


def test_imports_that_are_there_are_known_in_every_spelling() -> None:
    block = parse(b"import os, sys as s\nfrom a.b import (\n    c,\n    d as e,\n)\n", "python").imports
    for statement in (
        "import os",
        "import sys as s",
        "import os, sys as s",
        "from a.b import c",
        "from a.b  import  d as e",
    ):
        assert block.has(statement), statement
    for statement in ("import sys", "from a.b import d", "from a import c"):
        assert not block.has(statement), statement
    block = parse(b'package a\nimport (\n\t"fmt"\n\tm "math"\n)\n', "go").imports
    assert block.has('import "fmt"')
    assert block.has('import m "math"')
    assert not block.has('import "math"')
    assert parse(b"use a::b;\n", "rust").imports.has("use a::b")
    assert parse(b"#include <a.h>\n", "c").imports.has("#include <a.h>\n")
