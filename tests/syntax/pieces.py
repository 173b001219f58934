"""Pieces of source of every language that is outlined node by node, and files and changes made of them."""

from hypothesis import strategies as st

__all__ = ["NAMES", "PIECES", "SUFFIXES", "WITHIN", "sources", "texts"]

PIECES = {
    "python": (
        "def {}():\n    return 1\n",
        "# of it\n@decorated\ndef {}(x):\n    return x\n",
        "class {}:\n    def run(self):\n        return 2\n\n    def stop(self):\n        pass\n",
        "{} = 3\n",
        "if LIMIT:\n    def {}():\n        pass\n",
        "class {}:\n    pass\n",
        "'''text\ndef {}():\n'''\n",
    ),
    "typescript": (
        "function {}() {{\n  return 1;\n}}\n",
        "// of it\nexport class {} {{\n  run() {{ return 2; }}\n  stop(): void {{}}\n}}\n",
        "const {} = {{\n  go() {{\n    return 1\n  }},\n}};\n",
        "interface {} {{ a: number; }}\n",
        "call(`${{ {} }}`)\n",
        "enum {} {{ A, B }}\n",
    ),
    "java": (
        "class {} {{\n    int run() {{ return 1; }}\n    int run(int x) {{ return x; }}\n}}\n",
        "/** of it */\n@Late\ninterface {} {{\n    void stop();\n}}\n",
        "enum {} {{ A, B; int go() {{ return 1; }} }}\n",
    ),
    "go": (
        "func {}() int {{\n\treturn 1\n}}\n",
        "// of it\ntype {} struct {{\n\ta int\n}}\n",
        "func (c *Cart) {}() {{\n}}\n",
        "var {} = 3\n",
        "const (\n\t{} = iota\n)\n",
    ),
    "rust": (
        "fn {}() -> i32 {{\n    1\n}}\n",
        "/// of it\n#[derive(Debug)]\nstruct {} {{\n    a: i32,\n}}\n",
        "impl {} {{\n    fn run(&self) {{}}\n    fn stop(&self) {{}}\n}}\n",
        "const {}: i32 = 3;\n",
    ),
    "c": (
        "int {}(void)\n{{\n    return 1;\n}}\n",
        "/* of it */\nstruct {} {{\n    int a;\n}};\n",
        "int {}(void);\n",
        "#define {} 3\n",
        "#if A\nint {}(void) {{ return 2; }}\n#endif\n",
    ),
    "cpp": (
        "int {}() {{\n    return 1;\n}}\n",
        "class {} {{\npublic:\n    int run() {{ return 2; }}\n    void stop();\n}};\n",
        "template <class T>\nT {}(T x) {{ return x; }}\n",
        "namespace {} {{\nint b() {{ return 1; }}\n}}\n",
    ),
    "ruby": (
        "def {}\n  1\nend\n",
        "# of it\nclass {}\n  def run\n    2\n  end\n\n  def stop; end\nend\n",
        "module {}\nend\n",
        "if A\n  def {}\n  end\nend\n",
    ),
    "php": (
        "function {}() {{\n    return 1;\n}}\n",
        "/** of it */\nclass {} {{\n    public function run() {{ return 2; }}\n}}\n",
        "?>\n<b>{}</b>\n<?php\n",
        "const {} = 3;\n",
    ),
    "c_sharp": (
        "class {} {{\n    int Run() {{ return 1; }}\n    int Run(int x) {{ return x; }}\n}}\n",
        "// of it\n[Late]\ninterface {} {{\n    void Stop();\n}}\n",
        "enum {} {{ A, B }}\n",
        "namespace {} {{ class B {{ }} }}\n",
    ),
    "kotlin": (
        "fun {}(): Int {{\n    return 1\n}}\n",
        "fun {}() = 1\n",
        "// of it\nclass {}(val a: Int) {{\n    fun run() = 2\n}}\n",
        "val {} = 3\n",
        "class {}\n",
    ),
    "swift": (
        "func {}() -> Int {{\n    return 1\n}}\n",
        "// of it\nclass {} {{\n    func run() {{}}\n}}\n",
        "let {} = 3\n",
        "extension {} {{\n}}\n",
    ),
    "scala": (
        "def {}(): Int = {{\n  1\n}}\n",
        "def {}: Int =\n  1\n",
        "// of it\nclass {} {{\n  def run = 2\n}}\n",
        "object {}:\n  def go = 1\n",
        "val {} = 3\n",
    ),
    "lua": (
        "function {}()\n  return 1\nend\n",
        "-- of it\nlocal function {}() end\n",
        "{} = {{ a = 1 }}\n",
        "call{{{}}}\n",
    ),
    "bash": (
        "{}() {{\n  echo 1\n}}\n",
        "# of it\nfunction {} {{ echo 2; }}\n",
        "{}=3\n",
        "cat <<EOF\n{}() {{\nEOF\n",
        "if a; then\n  {}() {{ :; }}\nfi\n",
    ),
    "css": (".{} {{\n  a: b;\n}}\n", "/* of it */\n#{} {{ a: b }}\n", "@media {} {{\n  .run {{ a: b }}\n}}\n"),
    "sql": ("CREATE TABLE {} (\n  a INT,\n  b INT\n);\n", "-- of it\nCREATE VIEW {} AS SELECT 1;\n", "SELECT {};\n"),
    "elixir": (
        "def {}(x) do\n  x\nend\n",
        '# of it\n@doc "x"\ndefmodule {} do\n  def run, do: 1\nend\n',
        "@{} 3\n",
    ),
    "html": ('<p id="{}">\n  a\n</p>\n', '<!-- of it -->\n<div id="{}"><b id="run">c</b></div>\n', "<h1>{}</h1>\n"),
}
NAMES = [f"n{number}" for number in range(24)]
WITHIN = {
    "python": "    def {}(self):\n        return 1\n",
    "typescript": "  {}() {{\n    return 1;\n  }}\n",
    "java": "    int {}() {{\n        return 1;\n    }}\n",
    "cpp": "    int {}() {{ return 1; }}\n",
    "rust": "    fn {}() {{}}\n",
}
HOLDERS = {
    "python": ("import os\n\nclass Cart:\n", "\n\ndef last():\n    pass\n"),
    "typescript": ("import a from 'a';\n\nexport class Cart {\n", "}\n\nfunction last() {}\n"),
    "java": ("package a;\n\nclass Cart {\n    int size;\n\n", "}\n"),
    "cpp": ("#include <a>\n\nnamespace {\nclass Cart {\n", "};\n}\n"),
    "rust": ("use a;\n\nimpl Cart {\n", "}\n\nfn last() {}\n"),
}
SPACES = (
    "",
    "\n",
    "\n\n",
    "# a\n",
    "// a\n",
    "/*\n",
    "*/\n",
    "'''\n",
    "}\n",
    "{\n",
    "else:\n    pass\n",
    "x = 1\n",
    ";\n",
    "  ",
)


PROLOGUES = {"php": "<?php\n"}
SUFFIXES = {
    **{
        "python": "py",
        "typescript": "ts",
        "java": "java",
        "go": "go",
        "rust": "rs",
        "c": "c",
        "cpp": "cpp",
        "ruby": "rb",
    },
    **{"php": "php", "c_sharp": "cs", "kotlin": "kt", "swift": "swift", "scala": "scala", "lua": "lua", "bash": "sh"},
    **{"css": "css", "sql": "sql", "elixir": "ex", "html": "html"},
}


@st.composite
def sources(draw: st.DrawFn, language: str) -> str:
    """A file of some definitions, each of another name, or one class of them."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(6, 12))]
    inside = language in WITHIN and draw(st.booleans())
    pieces = st.just(WITHIN[language]) if inside else st.sampled_from(PIECES[language])
    gaps = st.sampled_from(("", "\n", "\n", "\n\n"))
    before, behind = HOLDERS[language] if inside else (PROLOGUES.get(language, ""), "")
    return before + "".join(draw(pieces).format(name) + draw(gaps) for name in names) + behind


def texts(language: str) -> st.SearchStrategy[str]:
    """What may be put into such a file: definitions, and what makes others of those beside it."""
    pieces = (*PIECES[language], *((WITHIN[language],) if language in WITHIN else ()))
    some = st.tuples(st.sampled_from(pieces), st.sampled_from(NAMES)).map(lambda pair: pair[0].format(pair[1]))
    return st.lists(st.one_of(some, st.sampled_from(SPACES)), max_size=3).map("".join)
