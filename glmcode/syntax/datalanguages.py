"""Languages of settings and documents, whose grammars come with the extra `grammars`: key paths, and headings."""

from glmcode.syntax.headings import markdown_outline
from glmcode.syntax.keys import json_pair
from glmcode.syntax.language import Language
from glmcode.syntax.tomlkeys import toml_outline
from glmcode.syntax.yamlkeys import yaml_outline

__all__ = ["DATA"]

DATA: dict[str, Language] = {
    "json": Language(
        wheel="tree_sitter_json",
        suffixes=(".json", ".jsonc", ".webmanifest", ".geojson"),
        names=(".prettierrc", ".babelrc", ".eslintrc", "composer.lock"),
        rules={"pair": json_pair},
        through=frozenset({"document", "object", "ERROR"}),
        unit=b"  ",
        lists=frozenset({"object", "array"}),
        extra=True,
    ),
    "toml": Language(
        wheel="tree_sitter_toml",
        suffixes=(".toml",),
        names=("Cargo.lock", "poetry.lock", "uv.lock", "Pipfile"),
        outline=toml_outline,
        comment="#",
        lists=frozenset({"array", "inline_table"}),
        extra=True,
    ),
    "yaml": Language(
        wheel="tree_sitter_yaml",
        suffixes=(".yaml", ".yml"),
        names=(".clang-format", "CITATION.cff"),
        outline=yaml_outline,
        comment="#",
        unit=b"  ",
        lists=frozenset({"flow_mapping", "flow_sequence"}),
        extra=True,
    ),
    "markdown": Language(
        wheel="tree_sitter_markdown",
        suffixes=(".md", ".markdown"),
        outline=markdown_outline,
        comment="<!--",
        extra=True,
    ),
}
