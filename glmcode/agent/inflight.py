"""Places for requests under way at a provider: as many lock files as it takes requests at once, so that all runs of this
user count, and a place is free however its holder ended.
"""

import os
import re
from contextlib import AbstractContextManager, ExitStack, nullcontext

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.providers import Provider
from glmcode.repo.ledger import ledger_dir
from glmcode.repo.lock import held

__all__ = ["slot"]


def slot(provider: Provider) -> AbstractContextManager[object] | None:
    """A place for one more request to this provider, to be left when it has ended; None where all are taken. Where no
    lock can be had, none is needed: no work stops for that."""
    name = re.sub("[^a-z0-9.-]+", "-", f"{provider.name}-{provider.base_url.split('://')[-1]}".lower())[:100]
    folder = os.path.join(ledger_dir(), "in-flight")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return nullcontext()
    for number in range(provider.in_flight):
        place = ExitStack()
        try:
            place.enter_context(held(os.path.join(folder, f"{name}.{number}"), patience=0))
        except GlmcodeError as error:
            if error.exit_code is not Exit.CONFLICT:
                return nullcontext()
            continue
        return place
    return None
