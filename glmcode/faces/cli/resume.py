"""`glmcode resume`: a task goes on where its process ended."""

from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.faces.cli.app import app
from glmcode.faces.cli.run import (
    BaseUrl,
    CommitMessage,
    Fallback,
    Json,
    Land,
    MaxCost,
    MaxMinutes,
    MaxTokens,
    Model,
    Provider,
    Root,
    show,
)
from glmcode.faces.cli.sessions import Which
from glmcode.faces.cli.streams import Allow

if TYPE_CHECKING:
    from glmcode.agent import Emit, Landing
    from glmcode.agent.events import Finished
    from glmcode.agent.options import Options
    from glmcode.agent.task import Decisions

__all__ = ["resume"]

MaxRounds = Annotated[
    int | None,
    typer.Option("--max-rounds", metavar="N", min=1, help="The most further answers to ask for. Default: as begun."),
]


@app.command()
def resume(
    session: Which = None,
    root: Root = ".",
    provider: Provider = None,
    base_url: BaseUrl = None,
    model: Model = None,
    max_rounds: MaxRounds = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    max_minutes: MaxMinutes = None,
    fallback: Fallback = None,
    land: Land = None,
    message: CommitMessage = None,
    allow: Allow = None,
    as_json: Json = False,
) -> int:
    """Go on with a task that broke off: a crash, a closed laptop, a service that was down, Ctrl-C.

    What of the last answer had arrived is kept, and only its rest is asked for, of the same model or another one. Without
    options the task goes on as it was begun; limits count anew.

    \b
    glmcode resume                            the newest session
    glmcode resume fix-cart --max-cost 1
    glmcode resume --provider openrouter      the rest from another service
    """

    def change(begun: "Options") -> "Options":
        from dataclasses import replace

        from glmcode.faces.cli.options import limited

        begun = limited(begun, max_rounds, max_cost, max_tokens, None, max_minutes)
        if fallback:
            begun = replace(begun, fallback=() if fallback == ["none"] else tuple(fallback))
        if provider is None and base_url is None:
            return replace(begun, model=model or begun.model)
        return replace(begun, provider=provider, base_url=base_url, model=model)

    def work(emit: "Emit", decide: "Decisions | None", how: "Landing | None") -> "Finished":
        from glmcode.agent.task import resume_task
        from glmcode.repo.terms import Terms

        terms = Terms(message=message)
        return resume_task(
            session, root, change=change, emit=emit, decide=decide, land_as=how, allow=allow or [], terms=terms
        )

    return show(work, land, as_json=as_json)
