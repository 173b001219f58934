"""The interactive session: each message is a task in the same worktree."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from glmcode.agent.conversation import Conversation, Options
from glmcode.agent.events import Finished
from glmcode.agent.task import open_conversation
from glmcode.errors import GlmcodeError
from glmcode.faces.terminal.ask import ask_to_take_along
from glmcode.faces.terminal.render import LANDED, Renderer, write_diff
from glmcode.faces.terminal.screen import Screen
from glmcode.repo.terms import HOWS, Terms

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

__all__ = ["converse"]

HELP = """\
Write what is to be done; Enter sends it, Alt-Enter begins a new line, and so does Enter behind a backslash. Ctrl-C stops
the model and keeps what has landed; Ctrl-D leaves.
/diff               what the session has changed
/land HOW [MESSAGE] land it: apply (uncommitted), commit, merge, patch (a file) or branch (left there)
/help               this text
/exit               leave"""


def converse(root: str, options: Options) -> int:
    """Reads messages until Ctrl-D. Returns the exit code 0: what went wrong on the way was shown when it did."""
    screen = Screen()
    talk = _Talk(root, options, screen)
    prompt = _prompt()
    screen.line("glmcode: write a task, or /help. Ctrl-D leaves.", "dim")
    while True:
        try:
            message = prompt.prompt("› ").strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            break
        if not message:
            continue
        try:
            if not talk.take(message):
                break
        except GlmcodeError as error:
            screen.line(error.message, "bold red", mark="✗ ", mark_style="red")
            if error.hint:
                screen.line(error.hint.strip("\n"), indent="  ")
        except KeyboardInterrupt:
            screen.line("interrupted", "yellow")
    talk.leave()
    return 0


class _Talk:
    """What the messages of one session share."""

    def __init__(self, root: str, options: Options, screen: Screen) -> None:
        self._root = root
        self._options = options
        self._screen = screen
        self._conversation: Conversation | None = None
        self._last: Finished | None = None
        self._commands: dict[str, Callable[[str], None]] = {
            "/diff": self._diff,
            "/land": self._land,
            "/help": lambda _: screen.line(HELP),
        }

    def take(self, message: str) -> bool:
        """One message: a command or a task. False where it asks to leave."""
        word, *more = message.split(maxsplit=1)
        rest = more[0] if more else ""
        if word in ("/exit", "/quit"):
            return False
        if command := self._commands.get(word):
            command(rest.strip())
        elif word.startswith("/") and word[1:].isalpha():
            raise GlmcodeError(f"there is no command {word}", hint="/help lists them")
        else:
            self._task(message)
        return True

    def take_along(self, uncommitted: str) -> bool:
        return ask_to_take_along(self._screen, uncommitted)

    def leave(self) -> None:
        """Ends the session, and says where its work is."""
        if self._conversation is None:
            return
        self._conversation.close()
        if self._last is not None and self._last.files and self._last.landed == "none":
            self._screen.line(
                f"the work is kept: glmcode land {self._conversation.session.id} --how apply|commit|merge"
            )

    def _task(self, message: str) -> None:
        renderer = Renderer(self._screen, intro="place" if self._conversation is None else "none")
        if self._conversation is None:
            self._conversation = open_conversation(message, self._root, self._options, self)
        finished = self._conversation.pursue(message, renderer)
        renderer(finished)
        if finished.files:
            self._screen.line("/land apply, /land commit or /land merge brings it to your branch", "dim", indent="  ")
        self._last = finished

    def _diff(self, _: str) -> None:
        if self._last is None or not self._last.diff:
            self._screen.line("nothing has changed yet", "dim")
        else:
            write_diff(self._last.diff)

    def _land(self, said: str) -> None:
        how, _, message = said.partition(" ")
        if how not in HOWS:
            raise GlmcodeError(f"/land takes {', '.join(HOWS[:-1])} or {HOWS[-1]}")
        if self._conversation is None or self._last is None or not self._last.files:
            raise GlmcodeError("there is nothing to land yet")
        from glmcode.agent.handing import hand_over
        from glmcode.faces.terminal.ask import consents
        from glmcode.repo.branch import refuse_unfit

        terms = Terms(message=message.strip() or None)
        refuse_unfit(how, terms)
        talk = self._conversation
        emit = Renderer(self._screen)
        landed = hand_over(talk.session, how, emit, terms=terms, consent=consents, write=talk.commit_message)
        self._last = replace(self._last, landed=how)
        self._screen.line(LANDED[how] if landed.paths else "there is nothing left to land", "green")
        if landed.output:
            self._screen.line(f"it is in {landed.output}", indent="  ")
        for path in landed.paths:
            self._screen.item(f"{path}  (merged with your changes)" if path in landed.merged else path, indent="  ")


def _prompt() -> "PromptSession[str]":
    """A prompt with a history that outlives the session; Enter sends."""
    from platformdirs import user_state_dir
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    # What is typed before the prompt is there comes with Ctrl-J for Enter: the terminal has translated it by then.
    @keys.add("enter")
    @keys.add("c-j")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    history: History
    try:
        folder = user_state_dir("glmcode", appauthor=False)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, "history")
        with open(path, "ab"):
            os.chmod(path, 0o600)
        history = FileHistory(path)
    except OSError:
        history = InMemoryHistory()
    commands = WordCompleter(
        ["/diff", "/land apply", "/land commit", "/land merge", "/land patch", "/land branch", "/help", "/exit"],
        sentence=True,
    )
    return PromptSession(
        history=history, key_bindings=keys, multiline=True, completer=commands, complete_while_typing=False
    )
