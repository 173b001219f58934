"""The languages of the base installation, one table each, and all languages by file name. Data only.

A table says which nodes are definitions and how each is read, which only wrap one (`export`, decorators, `template`),
and which hold definitions without being one (`if` blocks, `extern "C"`, preprocessor branches).
"""

import re
from collections.abc import Mapping
from functools import cache

from glmcode.syntax import creading as c
from glmcode.syntax import reading as r
from glmcode.syntax.creading import typed
from glmcode.syntax.datalanguages import DATA
from glmcode.syntax.language import Comments, Language
from glmcode.syntax.morelanguages import MORE
from glmcode.syntax.reading import Reader, plain

__all__ = ["LANGUAGES", "Comments", "Language", "language_of", "without_grammar"]

_PYTHON_RULES: dict[str, Reader] = {
    "class_definition": plain("class"),
    "function_definition": plain("function", holds=False, local=True),
    "type_alias_statement": r.python_alias,
}

_JS_RULES: dict[str, Reader] = {
    "class_declaration": plain("class"),
    "function_declaration": plain("function", holds=False, local=True),
    "generator_function_declaration": plain("function", holds=False, local=True),
    "method_definition": plain("method", holds=False, local=True),
    "field_definition": r.js_field,
    "lexical_declaration": r.js_variable,
    "variable_declaration": r.js_variable,
    "pair": r.js_pair,
}
_JS_THROUGH = frozenset(
    {
        *(
            "program",
            "statement_block",
            "class_body",
            "object",
            "if_statement",
            "else_clause",
            "try_statement",
            "catch_clause",
        ),
        *("finally_clause", "for_statement", "for_in_statement", "while_statement", "labeled_statement", "ERROR"),
    }
)
_JS_VALUES: dict[str, Reader] = dict.fromkeys(
    ("function_expression", "generator_function", "arrow_function", "class", "object"), r.js_value
)
_JS_WRAPPERS: dict[str, Mapping[str, Reader]] = {
    "export_statement": {**_JS_RULES, **_JS_VALUES},
    "expression_statement": {"assignment_expression": r.js_assignment},
}
_JS_DECORATORS = frozenset({"decorator"})
_JS_IMPORTS = frozenset({"import_statement"})
_JS_LISTS = frozenset({"object"})
_TS_LISTS = _JS_LISTS | {"enum_body"}
_JS_PROLOGUE = frozenset({"hash_bang_line"})

_TS_RULES: dict[str, Reader] = {
    **_JS_RULES,
    "abstract_class_declaration": plain("class"),
    "interface_declaration": plain("interface"),
    "type_alias_declaration": r.ts_alias,
    "enum_declaration": plain("enum"),
    "internal_module": plain("namespace"),
    "module": plain("module"),
    "function_signature": plain("function", holds=False, forward="body"),
    "method_signature": plain("method", holds=False, forward="body"),
    "abstract_method_signature": plain("method", holds=False, forward="body"),
    "property_signature": plain("field", holds=False, body=""),
    "public_field_definition": r.js_field,
}
_TS_THROUGH = _JS_THROUGH | {"interface_body", "ambient_declaration"}
_TS_WRAPPERS: dict[str, Mapping[str, Reader]] = {
    "export_statement": {**_TS_RULES, **_JS_VALUES},
    "expression_statement": {"assignment_expression": r.js_assignment, "internal_module": plain("namespace")},
    "ambient_declaration": _TS_RULES,
}


def _typescript(suffixes: tuple[str, ...], entry: str) -> Language:
    return Language(
        wheel="tree_sitter_typescript",
        entry=entry,
        suffixes=suffixes,
        rules=_TS_RULES,
        through=_TS_THROUGH,
        wrappers=_TS_WRAPPERS,
        decorators=_JS_DECORATORS,
        attributes=_JS_DECORATORS,
        imports=_JS_IMPORTS,
        prologue=_JS_PROLOGUE,
        unit=b"  ",
        lists=_TS_LISTS,
    )


_C_RULES: dict[str, Reader] = {
    "function_definition": c.c_function,
    "declaration": c.c_declaration,
    "field_declaration": c.c_field,
    "type_definition": c.c_typedef,
    "struct_specifier": typed("struct"),
    "union_specifier": typed("union"),
    "enum_specifier": typed("enum"),
    "preproc_def": c.macro,
    "preproc_function_def": c.macro,
}
_C_THROUGH = frozenset(
    {
        *("translation_unit", "preproc_ifdef", "preproc_if", "preproc_else", "preproc_elif", "preproc_elifdef"),
        *("linkage_specification", "declaration_list", "field_declaration_list", "ERROR"),
    }
)
_C_IMPORTS = frozenset({"preproc_include"})
_C_LISTS = frozenset({"enumerator_list"})

_GO_RULES: dict[str, Reader] = {
    "function_declaration": plain("function", holds=False, local=True),
    "method_declaration": r.go_method,
    "type_spec": r.go_type,
    "type_alias": r.go_type,
    "const_spec": r.go_values("constant"),
    "var_spec": r.go_values("variable"),
    "method_elem": plain("method", holds=False, body=""),
}

_CPP_RULES: dict[str, Reader] = {
    **_C_RULES,
    "class_specifier": typed("class"),
    "namespace_definition": c.c_namespace,
    "alias_declaration": plain("type", holds=False, body=""),
    "concept_definition": plain("concept", holds=False, body=""),
    "namespace_alias_definition": plain("type", holds=False, body=""),
}

LANGUAGES: dict[str, Language] = {
    "python": Language(
        wheel="tree_sitter_python",
        suffixes=(".py", ".pyi", ".pyw"),
        rules=_PYTHON_RULES,
        through=frozenset(
            {
                *("module", "block", "if_statement", "elif_clause", "else_clause", "try_statement", "except_clause"),
                *("except_group_clause", "finally_clause", "with_statement", "for_statement", "while_statement"),
                *("match_statement", "case_clause", "ERROR"),
            }
        ),
        wrappers={
            "decorated_definition": {**_PYTHON_RULES, "function_definition": r.python_decorated},
            "expression_statement": {"assignment": r.python_assignment},
        },
        values=frozenset({"expression_statement"}),
        decorators=frozenset({"decorator"}),
        comment="#",
        imports=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
        braces=False,
    ),
    "javascript": Language(
        wheel="tree_sitter_javascript",
        suffixes=(".js", ".mjs", ".cjs", ".jsx"),
        rules=_JS_RULES,
        through=_JS_THROUGH,
        wrappers=_JS_WRAPPERS,
        decorators=_JS_DECORATORS,
        attributes=_JS_DECORATORS,
        imports=_JS_IMPORTS,
        prologue=_JS_PROLOGUE,
        unit=b"  ",
        lists=_JS_LISTS,
    ),
    "typescript": _typescript((".ts", ".mts", ".cts"), "language_typescript"),
    "tsx": _typescript((".tsx",), "language_tsx"),
    "go": Language(
        wheel="tree_sitter_go",
        suffixes=(".go",),
        rules=_GO_RULES,
        through=frozenset(
            {
                *("source_file", "type_declaration", "const_declaration", "var_declaration", "var_spec_list"),
                *("interface_type", "ERROR"),
            }
        ),
        wrappers=dict.fromkeys(("type_declaration", "const_declaration", "var_declaration"), _GO_RULES),
        imports=frozenset({"import_declaration"}),
        prologue=frozenset({"package_clause"}),
        unit=b"\t",
    ),
    "rust": Language(
        wheel="tree_sitter_rust",
        suffixes=(".rs",),
        rules={
            "function_item": plain("function", holds=False, local=True),
            "function_signature_item": plain("function", holds=False, body="", forward="body"),
            "struct_item": plain("struct"),
            "enum_item": plain("enum"),
            "union_item": plain("union"),
            "trait_item": plain("trait"),
            "impl_item": r.rust_impl,
            "mod_item": plain("module"),
            "const_item": plain("constant", holds=False, body=""),
            "static_item": plain("variable", holds=False, body=""),
            "type_item": plain("type", holds=False, body=""),
            "associated_type": plain("type", holds=False, body=""),
            "macro_definition": plain("macro", holds=False, body=""),
        },
        through=frozenset({"source_file", "declaration_list", "foreign_mod_item", "block", "ERROR"}),
        attributes=frozenset({"attribute_item"}),
        comments=frozenset({"line_comment", "block_comment"}),
        imports=frozenset({"use_declaration", "extern_crate_declaration"}),
        prologue=frozenset({"inner_attribute_item", "shebang"}),
        lists=frozenset({"enum_variant_list", "field_declaration_list"}),
    ),
    "java": Language(
        wheel="tree_sitter_java",
        suffixes=(".java",),
        rules={
            "class_declaration": plain("class"),
            "interface_declaration": plain("interface"),
            "enum_declaration": plain("enum"),
            "record_declaration": plain("record"),
            "annotation_type_declaration": plain("annotation"),
            "method_declaration": plain("method", holds=False, local=True),
            "constructor_declaration": plain("method", holds=False, local=True),
            "compact_constructor_declaration": plain("method", holds=False, local=True),
            "annotation_type_element_declaration": plain("method", holds=False, body=""),
            "field_declaration": r.java_field,
            "constant_declaration": r.java_field,
        },
        through=frozenset(
            {
                "program",
                "class_body",
                "interface_body",
                "enum_body",
                "enum_body_declarations",
                "annotation_type_body",
                "ERROR",
            }
        ),
        decorators=frozenset({"marker_annotation", "annotation"}),
        comments=frozenset({"line_comment", "block_comment"}),
        imports=frozenset({"import_declaration"}),
        prologue=frozenset({"package_declaration"}),
        lists=frozenset({"enum_body"}),
    ),
    "c": Language(
        wheel="tree_sitter_c",
        suffixes=(".c",),
        rules=_C_RULES,
        through=_C_THROUGH,
        wrappers={"linkage_specification": _C_RULES},
        decorators=frozenset({"attribute_declaration"}),
        imports=_C_IMPORTS,
        lists=_C_LISTS,
    ),
    "cpp": Language(
        wheel="tree_sitter_cpp",
        # A header may be C or C++: the grammar of C++ reads nearly all of C, not the other way round.
        suffixes=(".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".h", ".ipp", ".inl", ".cu", ".cuh"),
        rules=_CPP_RULES,
        through=_C_THROUGH | {"namespace_definition", "template_declaration"},
        wrappers={"linkage_specification": _CPP_RULES, "template_declaration": _CPP_RULES},
        decorators=frozenset({"attribute_declaration"}),
        imports=_C_IMPORTS,
        lists=_C_LISTS,
    ),
    **MORE,
    **DATA,
}

_OBJECTIVE_C = re.compile(rb"^@(?:interface|protocol|implementation)\b", re.MULTILINE)
_END = re.compile(rb"^@end\b", re.MULTILINE)
_BY_SUFFIX = {suffix: name for name, language in LANGUAGES.items() for suffix in language.suffixes}
_BY_NAME = {whole: name for name, language in LANGUAGES.items() for whole in language.names}


def language_of(path: str, data: bytes = b"") -> str | None:
    """The language of a file, by its name; None where there is no grammar for it, or where it is not installed.

    A header may be Objective-C, which only its content says: C++ would take its methods for something else.
    """
    language = _named(path)
    if language is None or (language == "cpp" and _is_objective_c(data)):
        return None
    table = LANGUAGES[language]
    return language if not table.extra or _is_installed(table.wheel) else None


def _is_objective_c(data: bytes) -> bool:
    """Whether it declares a class of Objective-C: Doxygen writes `@interface` too, but never closes it."""
    return b"@end" in data and bool(_END.search(data)) and bool(_OBJECTIVE_C.search(data))


def without_grammar(path: str) -> str:
    """What to say of a file for which `language_of` is None: the extra that reads it, where there is one."""
    language = _named(path)
    if language is None:
        return f"There is no grammar for {path}"
    if language_of(path) is not None:
        return f"{path} is Objective-C, for which there is no grammar"
    return f"The grammar for {path} comes with the extra glmcode[grammars], which is not installed"


@cache
def _is_installed(wheel: str) -> bool:
    from importlib.util import find_spec

    return find_spec(wheel) is not None


def _named(path: str) -> str | None:
    name = path.rpartition("/")[2]
    if name in _BY_NAME:
        return _BY_NAME[name]
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem:
        return None
    # ".C" and ".H" are C++ by an old habit of Unix; any other suffix may come in capitals from Windows.
    if suffix in ("C", "H"):
        return "cpp"
    return _BY_SUFFIX.get(f".{suffix.lower()}")
