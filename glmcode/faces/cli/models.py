"""`glmcode models`: the providers, which of them are configured, and what they really support."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app

if TYPE_CHECKING:
    from glmcode.model.probe import Probe
    from glmcode.model.providers import Provider

__all__ = ["models"]


@app.command()
def models(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these providers.", show_default=False)
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask each that is configured: a few requests of some dozen tokens.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """List the providers of the model: limits, prices, and where their keys come from.

    With --check each one that has a key is asked, and each server of this machine: whether it answers, how fast, whether it
    lists and counts, whether thinking can be switched, and whether it goes on behind a partial answer. Exits 0 when one
    answers, 75 when none does.

    \b
    glmcode models
    glmcode models --check
    glmcode models --check zai openrouter
    """
    from glmcode.agent.config import configured

    known = configured().providers
    for name in names or ():
        if name not in known:
            raise GlmcodeError(f"unknown provider {name!r}", hint=f"known: {', '.join(known)}")
    chosen = {name: provider for name, provider in known.items() if not names or name in names}
    if not check:
        _list(chosen, as_json=as_json)
        return Exit.OK
    probes = _probed(chosen, known, wanted=bool(names))
    ok = any(not probe.error for probe in probes)
    if as_json:
        answer = {"event": "result", "ok": ok, "exit_code": int(Exit.OK if ok else Exit.UNREACHABLE)}
        print(json.dumps({**answer, "providers": [asdict(probe) for probe in probes]}))
    else:
        _print_probes(probes)
    return Exit.OK if ok else Exit.UNREACHABLE


def _probed(chosen: "Mapping[str, Provider]", known: "Mapping[str, Provider]", *, wanted: bool) -> "list[Probe]":
    """What those say that are configured; where they were named, also why the others can't be asked."""
    from glmcode.model.probe import probe_all
    from glmcode.model.providers import Endpoint, choose, key_state

    def find(name: str) -> Endpoint:
        return choose(name, None, None, os.environ, known)

    # The one that stands for any server has its URL from the environment.
    placed = {name: bool(one.base_url or os.environ.get("OPENAI_BASE_URL", "").strip()) for name, one in chosen.items()}
    asked = [name for name, one in chosen.items() if wanted or (placed[name] and not one.opt_in)]
    if asked:
        print("asking each that is configured: an answer may take a minute", file=sys.stderr)
    probes = list(probe_all([(name, lambda name=name: find(name)) for name in asked]))  # type: ignore[misc]  # a lambda with a default
    if not wanted:
        # One without a key is not configured, and a server of this machine that does not run is no failure.
        probes = [one for one in probes if not one.error or key_state(chosen[one.name], os.environ)]
    return sorted(probes, key=lambda probe: list(chosen).index(probe.name))


def _list(chosen: "Mapping[str, Provider]", *, as_json: bool) -> None:
    from glmcode.model.providers import key_state

    if as_json:
        shown = (
            "name",
            "base_url",
            "model",
            "context",
            "max_output",
            "price_input",
            "price_output",
            "price_cached",
            "keys",
            "local",
        )
        rows = [
            {**{key: getattr(one, key) for key in shown}, "key": key_state(one, os.environ)} for one in chosen.values()
        ]
        print(json.dumps({"event": "result", "ok": True, "exit_code": 0, "providers": rows}))
        return
    table: list[tuple[str, ...]] = [("", "provider", "model", "context", "output", "$ in", "$ out", "$ cached", "key")]
    for one in chosen.values():
        key = key_state(one, os.environ)
        placed = one.base_url or os.environ.get("OPENAI_BASE_URL", "").strip()
        none = "none needed" if one.local else f"{' or '.join(one.keys)} is not set"
        table.append(
            (
                "✓" if placed and (key or one.local) else "",
                one.name,
                one.model or "as it lists",
                _number(one.context),
                _number(one.max_output),
                _price(one.price_input),
                _price(one.price_output),
                _price(one.price_cached),
                (key or none) if placed else "OPENAI_BASE_URL is not set",
            )
        )
    _table(table)


def _print_probes(probes: "Sequence[Probe]") -> None:
    if not probes:
        print(
            "no provider is configured: set a key (glmcode models lists their names), or start a server on this machine"
        )
        return
    rows = [("", "provider", "model", "list", "first", "context", "thinking", "counts", "goes on")]
    for probe in probes:
        found = "" if probe.has_model is not False else " (not listed)"
        rows.append(
            (
                "✗" if probe.error else "✓",
                probe.name,
                probe.model + found,
                "-" if probe.latency is None else f"{probe.latency:,} ms",
                "-" if probe.first is None else f"{probe.first:,} ms",
                _number(probe.context),
                "-" if probe.error else probe.thinking,
                _yes(probe.usage),
                _yes(probe.continues),
            )
        )
    _table(rows)
    for probe in probes:
        if probe.error:
            from glmcode.faces.terminal.text import printable

            print(printable(f"{probe.name}: {probe.error}"))
    spent = [probe.dollars for probe in probes if probe.dollars]
    if spent:
        print(f"asking cost ${sum(spent):.6f}")


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    from glmcode.faces.terminal.text import printable

    cells = [[printable(cell)[:60] for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _number(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _price(dollars: float | None) -> str:
    return "-" if dollars is None else f"{dollars:g}"


def _yes(known: bool | None) -> str:
    return "-" if known is None else "yes" if known else "no"
