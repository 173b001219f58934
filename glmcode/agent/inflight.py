"""Places for requests under way at a provider: as many lock files as it takes requests at once, so that all runs of this
user count, and a place is free however its holder ended. Requests beside others begin one after another: services refuse
those that come in the same moment.
"""

import contextlib
import os
import re
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Final

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.providers import Provider
from glmcode.repo.ledger import ledger_dir
from glmcode.repo.lock import held

__all__ = ["STAGGER", "slot"]

STAGGER: Final = 1.0
"""Seconds between two requests that are under way at once."""


def slot(provider: Provider, alone: bool = False) -> AbstractContextManager[object] | None:
    """A place for one more request to this provider, to be left when it has ended; `alone`, all of its places. None where
    they are taken. Where no lock can be had, none is needed: no work stops for that."""
    name = re.sub("[^a-z0-9.-]+", "-", f"{provider.name}-{provider.base_url.split('://')[-1]}".lower())[:100]
    folder = os.path.join(ledger_dir(), "in-flight")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return nullcontext()
    places = [_place(os.path.join(folder, f"{name}.{number}")) for number in range(provider.in_flight)]
    free = [place for place in places if place is not None]
    beside = len(free) < len(places)
    mine = free[:1] if not alone else [] if beside else free
    for place in free[len(mine) :]:
        place.close()
    if not mine:
        return None
    _stagger(os.path.join(folder, f"{name}.last"), beside)
    all_mine = ExitStack()
    for place in mine:
        all_mine.push(place)
    return all_mine


def _place(path: str) -> ExitStack | None:
    """The place of this lock file; None where it is taken."""
    place = ExitStack()
    try:
        place.enter_context(held(path, patience=0, again=False))
    except GlmcodeError as error:
        if error.exit_code is Exit.CONFLICT:
            return None
    return place


def _stagger(path: str, beside: bool) -> None:
    """Waits, where others are under way, until the last one has begun a moment ago."""
    with contextlib.suppress(GlmcodeError, OSError), held(path + ".lock", patience=10 * STAGGER):
        if beside and os.path.exists(path):
            time.sleep(min(STAGGER, max(0.0, os.stat(path).st_mtime + STAGGER - time.time())))
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        os.utime(path)
