"""`glmcode replay`: recorded answers from a server on this machine."""

import sys
from typing import Annotated

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app


@app.command()
def replay(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A cassette, as `glmcode run --record FILE` writes it.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes any free one.")] = 0,
    rate: Annotated[
        float | None, typer.Option(help="Tokens a second; as fast as they are read where it is left out.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a request that is not the one recorded, and say where it differs.")
    ] = False,
) -> int:
    """Serve recorded answers as a model's endpoint would.

    Anything that speaks the protocol of OpenAI-compatible services can ask it, such as glmcode run --base-url.

    The server listens on this machine only and streams the cassette's answers in their order, one a request, until Ctrl-C.
    Standard output gets the base URL and the environment to use it with. Where a request is not the one that was recorded, the end
    says where they differ, and the exit code is 1.

    \b
    glmcode replay answers.jsonl
    glmcode replay answers.jsonl --rate 62 --port 8000
    """
    from glmcode.faces.terminal.text import printable
    from glmcode.model.cassette import read_cassette
    from glmcode.model.replay import ReplayServer

    if rate is not None and not 0 < rate < 1e9:
        raise GlmcodeError("--rate is a number of tokens a second, more than 0")
    cassette = read_cassette(file)
    if not cassette.exchanges:
        raise GlmcodeError(f"{file} holds no answers")
    try:
        server = ReplayServer(cassette, rate, port=port, strict=strict)
    except OSError as error:
        raise GlmcodeError(
            f"can't listen on port {port}: {error.strerror}", hint="--port 0 takes any free one"
        ) from None
    count = len(cassette.exchanges)
    with server:
        try:
            print(server.url)
            print(f"export OPENAI_BASE_URL={server.url} OPENAI_API_KEY=none", flush=True)
            print(f"plays {count} answers, one a request: glmcode run --base-url {server.url} ...", file=sys.stderr)
            server.wait()
        except KeyboardInterrupt:
            print(f"played {min(count, len(server.requests))} of {count}", file=sys.stderr)
    for line in server.differences:
        print(printable(line), file=sys.stderr)
    return Exit.CHECKS_FAIL if server.differences else Exit.OK
