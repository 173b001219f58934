"""Paths as models write them: which lines are nothing but a path, and what the path is without its decoration."""

import re

__all__ = ["files_named", "is_document", "is_sure", "names_a_file", "path_of_info", "path_on_line", "plain"]

_LONGEST = 300
_LEAD = re.compile(r"(?:#{1,6}|//|--|<!--|/\*|;;?|\d{1,3}[.)]|[-*+])[ \t]+")
_LABEL = re.compile(
    r"(?:\*\*|__)?(?:(?:(?:new|updated|modified|create[ds]?|full|complete|target) )?file ?(?:name|path)?|path)[ \t]*(?:\*\*|__)?:(?:\*\*|__)?[ \t]*",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?<=\S)(?:\s*[-–—]\s+|\s*[(\[])(?:an? |the |this is an? )?(?:(?:new|updated?|modified|changed|created?|added|edited|full|complete|entire|revised|fixed|final|"
    r"rewritten|refactored|replaced?|unchanged|existing)\b ?){1,3}(?:file|version|contents?|code|implementation)?[)\]]?(?=[*_:]*$)",
    re.IGNORECASE,
)
"""What models say of the file behind its path."""
_WINDOWS = re.compile(r"[\w.-]+(?:\\[\w.-]+)+\.\w+")
_NO_FILES = re.compile(
    r"(?:Alpine|Angular|Backbone|Chart|D3|Discord|Ember|Express|Moment|Next|Node|Nuxt|P5|React|Require|Three|Vue)\.js$|[Ss]ocket\.io$"
    r"|(?:application|audio|font|image|multipart|text|video)/[\w.+-]+$|[AI]/[BO]$|and/or$"
)
"""Products, media types and words that are written as paths are."""
_TITLES = frozenset({"AUTHORS", "BUILD", "MANIFEST", "NOTICE", "TODO", "VERSION"})
_DOTTED = re.compile(r"\.(?:\w+(?:rc|ignore|attributes|config|keep|modules)|env|\w[\w-]*[.-]\w[\w.-]*)")
_OBJECTS = re.compile(r"(?:self|this|cls|super|window|document|console|process|module|exports)\.")
_QUOTES = ("**", "__", "`", "*", '"', "'")
_NOT_IN_PATHS = re.compile(r"[\x00-\x20:<>\"'|?*`,;\\]|\.\.\.")
_NAMES = (
    " AUTHORS BUILD Berksfile Brewfile CHANGELOG CODEOWNERS CONTRIBUTING COPYING Caddyfile Capfile Containerfile Dangerfile "
    "Dockerfile Earthfile Fastfile Gemfile GNUmakefile Guardfile Jenkinsfile Justfile LICENSE MANIFEST Makefile NOTICE Pipfile Podfile "
    "Procfile README Rakefile Snakefile TODO Tiltfile VERSION Vagrantfile WORKSPACE justfile makefile "
)
_EXTENSIONS = (
    " adoc asm astro avsc awk bash bat bazel bib bzl c cc cfg cjs clj cljs cmake cmd coffee conf config cpp cr cs "
    "cshtml csproj css csv cts cu cuh cxx d dart diff el elm env erb erl ex example exs f f90 fish fs fsx gd gdshader gemspec gleam "
    "gitignore glsl go gql gradle graphql groovy h haml hbs hcl hh hlsl hpp hrl hs htm html hxx in inc ini ipynb "
    "java jinja jinja2 jl js json json5 jsonc jsonl jsonnet jsx kt kts less lisp lock log lua m make markdown md mdx mjs "
    "mk ml mli mm mod mts nim nix php pl plist pm po prisma proto properties ps1 pug purs pxd py pyi pyx r rake rb rs rst s "
    "sass sbt scala scm scss sh sln sol sql styl sum sv svelte svg swift tcl template tres tscn tex tf tfvars thrift tmpl "
    "toml ts tsv tsx twig txt v vb vhd vim vue wat webmanifest wgsl xhtml xml xsd xsl yaml yml zig zsh "
)
_DOCUMENTS = frozenset({"md", "markdown", "mdx", "rst", "adoc", "txt"})
_WORDS_TOO = frozenset({"conf", "config", "env", "in", "inc", "lock", "log", "mod", "sum", "template"})
"""Extensions that attributes are often named like."""
_BARE_WORDS_TOO = frozenset({"js", "json", "html", "css", "example", "make", "properties", "proto", "el", "ex"})
"""Those that, without a mark around the word, may be a library's name or an attribute."""
_LINK = re.compile(r"\[([^\[\]]+)\](?:\(([^()]+)\))?$")
_NAMED = re.compile(
    r"`([^`\s]+)`|\*\*([^*\s]+)\*\*|(?<![\w`*/.:-])([\w.@-]+(?:/[\w.@()\[\]-]+)+)"
    r"|(?<![\w`*/.:@-])([\w-]+(?:\.[\w-]+)+|[A-Z][a-z]+file)(?![\w`*/(\[@-])"
)
_INFO = re.compile(r"(?:file|filename|filepath|path|title)[ \t]*=[ \t]*(\"[^\"]*\"|'[^']*'|[^\s{}]+)", re.IGNORECASE)
_COMMENTED = re.compile(r"(?:\w+[ \t]+)?(?://|#|--)[ \t]*(\S+)$")


def plain(path: str) -> str:
    """The path without white space, quotes of Markdown and a leading `./` around it."""
    path = path.strip()
    while True:
        for quote in _QUOTES[:3]:
            if len(path) > 2 * len(quote) and path.startswith(quote) and path.endswith(quote):
                path = path[len(quote) : -len(quote)].strip()
                break
        else:
            break
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def path_on_line(text: str) -> str | None:
    """The path that the line spells where it is nothing but a path; None otherwise.

    Around it may stand what models put there: a heading's or a comment's mark, bold or code marks, `File:`, a colon.
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip()
    if text.startswith("#!"):
        return None
    labelled = quoted = False
    for _ in range(8):  # more decorations than any model nests
        before = text
        text = text.removesuffix("-->").removesuffix("*/").rstrip()
        if text[-1:] in ")]*_:" or " - " in text or "– " in text or "— " in text:
            text = _NOTE.sub("", text)
        if len(text) > 1 and text[-1] == ":":
            text = text[:-1].rstrip()
        if not quoted and (match := _LEAD.match(text)):
            text = text[match.end() :]
        if match := _LABEL.match(text):
            text, labelled = text[match.end() :], True
        if (match := _LINK.match(text)) and (match[2] is None or match[2].endswith(match[1].strip("`"))):
            text = match[1]
        for quote in _QUOTES:
            if len(text) > 2 * len(quote) and text.startswith(quote) and text.endswith(quote):
                text = text[len(quote) : -len(quote)].strip()
                quoted = quoted or quote == "`"
        if text == before:
            break
    text = plain(text)
    if not text or text[-1] in "./" or "://" in text:
        return None
    if _WINDOWS.fullmatch(text):
        return text.replace("\\", "/")
    if _NOT_IN_PATHS.search(text.replace(" ", "_") if quoted or labelled else text):
        return None
    if _OBJECTS.match(text) or (_NO_FILES.match(text) and not labelled):
        return None
    if labelled or _is_known(text) or "/" in text or re.search(r"\.[A-Za-z]|^\.", text):
        return text
    return None


def is_sure(path: str, text: str) -> bool:
    """Whether the path that the line `text` spells is a file's beyond doubt: by its name, its ending or a word that says so.
    `and/or`, `Node.js` and `.btn` above a sample of code are none."""
    name = path.rpartition("/")[2]
    if _LABEL.search(text) or (_is_known(name) and (name not in _TITLES or "`" in text or "/" in path)):
        return True
    if name.startswith("."):
        return "/" in path or _DOTTED.fullmatch(name) is not None
    return f" {name.rpartition('.')[2].lower()} " in _EXTENSIONS and "." in name


def _is_known(name: str) -> bool:
    """Whether a file's whole name is one of those that need no ending, or begins as such."""
    return f" {name} " in _NAMES or f" {name.partition('.')[0]} " in _NAMES


def names_a_file(path: str) -> bool:
    """Whether the path looks like a file's beyond doubt: `self.run` above a sample of code is none."""
    name = path.rpartition("/")[2]
    return (
        _is_known(name) or name.startswith(".") or "/" in path or f" {name.rpartition('.')[2].lower()} " in _EXTENSIONS
    )


def files_named(text: str) -> list[str]:
    """The files that a line of prose speaks of: paths in code or bold marks, with a `/`, or that are words which end as files do."""
    found = []
    for match in _NAMED.finditer(text[:_LONGEST].replace("\\", "/")):
        path = plain(next(group for group in match.groups() if group).rstrip(".,:;"))
        extension = path.rpartition("/")[2].rpartition(".")[2].lower()
        sure = "/" in path or (len(extension) > 1 and extension not in _WORDS_TOO)
        if match[4]:
            sure = sure and extension not in _BARE_WORDS_TOO
        is_known = f" {path} " in _NAMES and path.endswith("file")
        ends_so = "." in path and sure and f" {extension} " in _EXTENSIONS and not _NOT_IN_PATHS.search(path)
        if is_known or ends_so:
            found.append(path)
    return found


def path_of_info(info: str) -> str | None:
    """The path behind a fence's opening: "src/a.py", "python src/a.py", "python:src/a.py", 'python title="src/a.py"'."""
    if len(info) > _LONGEST or not info:
        return None
    if match := _INFO.search(info):
        return path_on_line("`" + match[1].strip("\"'") + "`")
    if match := _COMMENTED.match(info):
        info = match[1]
    word = info.rsplit(maxsplit=1)[-1].strip("{}")
    if re.match(r"\d+:\d+:", word):  # a citation of lines that exist, not an edit
        return None
    alone = word == info.strip("{}")
    if word.count(":") == 1:
        word = word.partition(":")[2]
        alone = False
    elif len(info.split()) > 2:
        return None
    path = path_on_line(word)
    if path is None or (alone and f" {path} " in _NAMES) or not names_a_file(path):  # "Dockerfile" is a language too
        return None
    return path


def is_document(path: str) -> bool:
    """Whether the file is running text, which may hold fences, tags and markers as examples."""
    return path.rpartition(".")[2].lower() in _DOCUMENTS
