"""The programming languages whose grammars come with the extra `grammars`: one table each, data only."""

from glmcode.syntax import elixir, markup
from glmcode.syntax import morereading as m
from glmcode.syntax.language import Language
from glmcode.syntax.reading import Reader, plain

__all__ = ["MORE"]

_PHP_RULES: dict[str, Reader] = {
    "namespace_definition": m.dotted("namespace", "\\"),
    "class_declaration": plain("class"),
    "interface_declaration": plain("interface"),
    "trait_declaration": plain("trait"),
    "enum_declaration": plain("enum"),
    "enum_case": plain("constant", holds=False, body=""),
    "method_declaration": plain("method", holds=False, local=True),
    "function_definition": plain("function", holds=False, local=True),
    "const_declaration": m.php_elements("constant", "const_element"),
    "property_declaration": m.php_elements("field", "property_element"),
}

_CS_RULES: dict[str, Reader] = {
    "namespace_declaration": plain("namespace"),
    "class_declaration": plain("class"),
    "struct_declaration": plain("struct"),
    "interface_declaration": plain("interface"),
    "record_declaration": plain("record"),
    "enum_declaration": plain("enum"),
    "delegate_declaration": plain("type", holds=False, body=""),
    "method_declaration": plain("method", holds=False, local=True),
    "constructor_declaration": plain("method", holds=False, local=True),
    "destructor_declaration": m.cs_member,
    "operator_declaration": m.cs_member,
    "conversion_operator_declaration": m.cs_member,
    "indexer_declaration": m.named("this[]", "method"),
    "property_declaration": plain("property", holds=False, body=""),
    "event_declaration": plain("property", holds=False, body=""),
    "field_declaration": m.cs_variables,
    "event_field_declaration": m.cs_variables,
    "local_function_statement": plain("function", holds=False, local=True),
}

_SQL_RULES: dict[str, Reader] = {
    f"create_{what}": m.sql_create(what.replace("_", " "))
    for what in (
        *("table", "view", "materialized_view", "index", "function", "procedure", "trigger", "type", "sequence"),
        *("schema", "database", "role", "extension", "policy"),
    )
}

_BLOCKS = frozenset({"if_statement", "else_clause", "else_if_clause", "compound_statement", "ERROR"})
_BASH_VALUES = frozenset({"variable_assignment", "declaration_command"})

MORE: dict[str, Language] = {
    "ruby": Language(
        wheel="tree_sitter_ruby",
        suffixes=(".rb", ".rake", ".gemspec", ".ru"),
        names=("Gemfile", "Rakefile", "Vagrantfile", "Podfile"),
        rules={
            "class": m.ruby_class("class"),
            "module": m.ruby_class("module"),
            "method": plain("method", holds=False, local=True),
            "singleton_method": plain("method", holds=False, local=True),
            "assignment": m.ruby_assignment,
            "call": m.ruby_call,
        },
        through=frozenset(
            {
                *("program", "body_statement", "singleton_class", "if", "unless", "then", "else", "elsif", "begin"),
                *("rescue", "ensure", "ERROR"),
            }
        ),
        comment="#",
        unit=b"  ",
        ended=True,
        extra=True,
    ),
    "php": Language(
        wheel="tree_sitter_php",
        entry="language_php",
        suffixes=(".php", ".phtml"),
        rules=_PHP_RULES,
        through=frozenset({"program", "declaration_list", "enum_declaration_list", "colon_block", *_BLOCKS}),
        decorators=frozenset({"attribute_list"}),
        imports=frozenset({"namespace_use_declaration"}),
        prologue=frozenset({"php_tag", "declare_statement", "namespace_definition"}),
        extra=True,
    ),
    "c_sharp": Language(
        wheel="tree_sitter_c_sharp",
        suffixes=(".cs", ".csx"),
        rules=_CS_RULES,
        through=frozenset(
            {
                *("compilation_unit", "declaration_list", "preproc_if", "preproc_else", "preproc_elif"),
                *("global_statement", "block", "ERROR"),
            }
        ),
        decorators=frozenset({"attribute_list"}),
        imports=frozenset({"using_directive", "extern_alias_directive"}),
        lists=frozenset({"enum_member_declaration_list"}),
        extra=True,
    ),
    "kotlin": Language(
        wheel="tree_sitter_kotlin",
        suffixes=(".kt", ".kts"),
        rules={
            "class_declaration": m.kotlin_class,
            "object_declaration": m.kotlin_class,
            "companion_object": m.kotlin_class,
            "function_declaration": m.kotlin_function,
            "property_declaration": m.kotlin_property,
            "secondary_constructor": m.named("constructor", "method", body="block"),
            "anonymous_initializer": m.named("init", "method", body="block"),
            "type_alias": plain("type", field="type", holds=False, body=""),
        },
        through=frozenset({"source_file", "class_body", "enum_class_body", "block", "ERROR"}),
        values=frozenset({"property_declaration"}),
        decorators=frozenset({"annotation"}),
        comments=frozenset({"line_comment", "block_comment"}),
        imports=frozenset({"import"}),
        prologue=frozenset({"package_header", "file_annotation", "shebang"}),
        lists=frozenset({"enum_class_body"}),
        extra=True,
    ),
    "swift": Language(
        wheel="tree_sitter_swift",
        suffixes=(".swift",),
        rules={
            "class_declaration": m.swift_class,
            "protocol_declaration": plain("protocol"),
            "function_declaration": plain("function", holds=False, local=True),
            "protocol_function_declaration": plain("method", holds=False, body=""),
            "init_declaration": m.named("init", "method"),
            "deinit_declaration": m.named("deinit", "method"),
            "subscript_declaration": m.named("subscript", "method"),
            "property_declaration": m.swift_property,
            "protocol_property_declaration": m.swift_property,
            "typealias_declaration": plain("type", holds=False, body=""),
            "associatedtype_declaration": plain("type", holds=False, body=""),
            "enum_entry": m.swift_property,
        },
        through=frozenset(
            {"source_file", "class_body", "enum_class_body", "protocol_body", "statements", "if_directive", "ERROR"}
        ),
        values=frozenset({"property_declaration"}),
        decorators=frozenset({"attribute"}),
        comments=frozenset({"comment", "multiline_comment"}),
        imports=frozenset({"import_declaration"}),
        prologue=frozenset({"shebang_line"}),
        extra=True,
    ),
    "scala": Language(
        wheel="tree_sitter_scala",
        suffixes=(".scala", ".sc", ".sbt"),
        rules={
            "class_definition": plain("class"),
            "object_definition": plain("object"),
            "package_object": plain("object"),
            "trait_definition": plain("trait"),
            "enum_definition": plain("enum"),
            "function_definition": plain("function", holds=False, local=True),
            "function_declaration": plain("function", holds=False, body=""),
            "type_definition": plain("type", holds=False, body=""),
            "given_definition": plain("variable", holds=False, body=""),
            "val_definition": m.scala_value("variable"),
            "var_definition": m.scala_value("variable"),
            "val_declaration": m.scala_value("variable"),
            "var_declaration": m.scala_value("variable"),
        },
        through=frozenset(
            {
                *("compilation_unit", "template_body", "enum_body", "package_clause", "extension_definition"),
                *("block", "indented_block", "ERROR"),
            }
        ),
        values=frozenset({"val_definition", "var_definition", "given_definition"}),
        decorators=frozenset({"annotation"}),
        comments=frozenset({"comment", "block_comment"}),
        imports=frozenset({"import_declaration"}),
        prologue=frozenset({"package_clause"}),
        unit=b"  ",
        suites=True,
        extra=True,
    ),
    "lua": Language(
        wheel="tree_sitter_lua",
        suffixes=(".lua",),
        rules={
            "function_declaration": m.lua_function,
            "variable_declaration": m.lua_assignment,
            "assignment_statement": m.lua_assignment,
            "field": m.lua_field,
        },
        through=frozenset(
            {
                *("chunk", "block", "do_statement", "if_statement", "elseif_statement", "else_statement"),
                *("table_constructor", "ERROR"),
            }
        ),
        values=frozenset({"variable_declaration", "assignment_statement"}),
        comment="--",
        prologue=frozenset({"hash_bang_line"}),
        unit=b"  ",
        lists=frozenset({"table_constructor"}),
        extra=True,
    ),
    "bash": Language(
        wheel="tree_sitter_bash",
        suffixes=(".sh", ".bash", ".bats", ".ksh"),
        names=(".bashrc", ".bash_profile", ".profile", "PKGBUILD"),
        rules={
            "function_definition": plain("function", holds=False, local=True),
            "variable_assignment": m.bash_variables,
            "declaration_command": m.bash_variables,
        },
        through=frozenset({"program", "elif_clause", "subshell", "list", *_BLOCKS}),
        values=_BASH_VALUES,
        comment="#",
        extra=True,
        # 12 of 192 scripts that the shell reads have an error in their tree.
        judged=False,
    ),
    "elixir": Language(
        wheel="tree_sitter_elixir",
        suffixes=(".ex", ".exs"),
        rules={"call": elixir.call, "unary_operator": elixir.attribute},
        through=frozenset({"source", "do_block", "ERROR"}),
        belongs={"unary_operator": elixir.belongs},
        comment="#",
        unit=b"  ",
        ended=True,
        extra=True,
    ),
    "html": Language(
        wheel="tree_sitter_html",
        suffixes=(".html", ".htm", ".xhtml"),
        rules=dict.fromkeys(("element", "script_element", "style_element"), markup.html_element),
        through=frozenset({"document", "element", "ERROR"}),
        comment="<!--",
        unit=b"  ",
        extra=True,
        # Browsers read everything, and templates are full of what is no HTML yet.
        judged=False,
    ),
    "css": Language(
        wheel="tree_sitter_css",
        suffixes=(".css",),
        rules={
            **dict.fromkeys(
                (
                    *("rule_set", "media_statement", "at_rule", "keyframes_statement", "supports_statement"),
                    *("keyframe_block", "layer_statement", "container_statement", "scope_statement"),
                ),
                markup.css_block,
            ),
            "declaration": markup.css_property,
        },
        through=frozenset({"stylesheet", "block", "ERROR"}),
        comments=frozenset({"comment", "js_comment"}),
        imports=frozenset({"import_statement"}),
        prologue=frozenset({"charset_statement"}),
        unit=b"  ",
        extra=True,
        # 42 of 400 style sheets that browsers read have an error in their tree: `! important`, a bare url.
        judged=False,
    ),
    "sql": Language(
        wheel="tree_sitter_sql",
        suffixes=(".sql", ".ddl", ".pgsql"),
        rules={"column_definition": plain("column", holds=False, body="")},
        wrappers={"statement": _SQL_RULES},
        through=frozenset({"program", "transaction", "statement", "block", "ERROR"}),
        comments=frozenset({"comment", "marginalia"}),
        comment="--",
        lists=frozenset({"column_definitions"}),
        extra=True,
        # Every database has a dialect of its own, and the grammar reads what most of them share.
        judged=False,
    ),
}
