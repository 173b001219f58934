"""The user's configuration: what it may say, and what it is told where it says something else."""

import os
from pathlib import Path

import pytest

from glmcode.agent.config import configured, repo_options
from glmcode.agent.options import Options, Phases
from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.options import asked_for
from glmcode.model.table import providers
from glmcode.repo.options import RepoOptions


def read(folder: Path, text: str) -> object:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return configured(str(path))


def test_without_a_file_all_is_as_by_default(tmp_path: Path) -> None:
    found = configured(str(tmp_path / "none.toml"))
    assert found.options == Options()
    assert found.providers == providers()


def test_every_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'provider = "mine"\nfallback = ["openrouter", "local"]\nresumptions = 5\n[budget]\ndollars = 2\nminutes = 1.5\n'
        "[retry]\ntries = 1\nwaits = [1, 2.5]\n[stop_early]\nrejected_share = 0.5\n[thinking]\nrepair = false\n"
        '[providers.mine]\nbase_url = "https://x.example/v1/"\nmodel = "m"\nprice_input = 1\nthinking = "flag"\n'
        "[providers.zai]\nin_flight = 1\n",
        encoding="utf-8",
    )
    found = configured(str(path))
    options = found.options
    assert (options.provider, options.fallback, options.resumptions) == ("mine", ("openrouter", "local"), 5)
    assert (options.limits.dollars, options.limits.minutes, options.limits.rounds) == (2, 1.5, 8)
    assert (options.retry.tries, options.retry.waits, options.retry.rest) == (1, (1, 2.5), 60.0)
    assert options.stopping.rejected_share == 0.5
    assert options.thinking == Phases(plan=True, repair=False)
    assert found.providers["mine"].base_url == "https://x.example/v1"
    assert (found.providers["zai"].in_flight, found.providers["zai"].price_input) == (1, 1.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("provider = 3", "provider can't be 3"),
        ("[budget]\ndolars = 2", "budget.dolars is not known"),
        ("[budget]\ndollars = -1", "budget.dollars can't be -1"),
        ("[budget]\nrounds = true", "budget.rounds can't be True"),
        ("[retry]\nwaits = 5", "retry.waits can't be 5"),
        ('[retry]\nwaits = ["x"]', "retry.waits can't be"),
        ("[retry]\ntries = [1]", "retry.tries can't be"),
        ("nonsense = 1", "nonsense is not known"),
        ("budget = 3", "budget is not known"),
        ("[providers]\nx = 1", "providers.x is no table"),
        ("[providers.x]\nmodel = 'm'", "providers.x has no base_url"),
        ("[providers.local]\nbase_url = 'http://x'", "the name local"),
        ("[providers.zai]\nbase_url = 'http://me:pw@x'", "holds a name or password"),
        ("[providers.zai]\nthinking = 'sometimes'", "thinking is not known, or not of its kind"),
        ("[providers.zai]\ncontext = 0", "context is not known, or not of its kind"),
        ("provider = ", "is no TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(GlmcodeError) as raised:
        read(tmp_path, text)
    assert raised.value.exit_code == Exit.USAGE
    assert says in raised.value.message
    assert "pw" not in raised.value.message


@pytest.mark.parametrize("name", ["key", "api_key", "token"])
def test_a_key_in_the_file_is_refused_and_not_shown(tmp_path: Path, name: str) -> None:
    with pytest.raises(GlmcodeError, match="no key belongs into a file") as raised:
        read(tmp_path, f'[providers.zai]\n{name} = "sk-secret"')
    assert "sk-secret" not in raised.value.message + raised.value.hint


def test_a_model_of_its_own_has_no_known_price(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[providers.zai]\nmodel = "glm-5.1"\n', encoding="utf-8")
    assert configured(str(path)).providers["zai"].price_input is None


def test_a_flag_that_names_a_place_replaces_all_that_the_file_says_of_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else the key of the configured provider would go to the URL of the flag."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    os.makedirs(tmp_path / "glmcode")
    (tmp_path / "glmcode" / "config.toml").write_text('provider = "openrouter"\nmodel = "m"\n', encoding="utf-8")
    assert asked_for(None, None, None).provider == "openrouter"
    assert asked_for(None, None, "n").provider == "openrouter"
    flagged = asked_for(None, "http://127.0.0.1:1/v1", None)
    assert (flagged.provider, flagged.base_url, flagged.model) == (None, "http://127.0.0.1:1/v1", None)


def test_the_documented_configuration_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    text = page.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    found = configured(str(path))
    assert found.options.retry == Options().retry
    assert found.options.stopping == Options().stopping
    assert found.options.thinking == Options().thinking


def repository(folder: Path, text: str, users: str = "") -> RepoOptions:
    (folder / "config.toml").write_text(users, encoding="utf-8")
    (folder / "glmcode.toml").write_text(text, encoding="utf-8")
    return repo_options(str(folder), str(folder / "config.toml"))


def test_a_repository_is_treated_as_the_user_says_and_then_as_it_says_itself(tmp_path: Path) -> None:
    found = repository(
        tmp_path,
        '[worktree]\ncarry = ["node_modules"]\n[protect]\npaths = ["deploy/**"]\n[commit]\ntrailer = ""\n',
        '[journal]\nlandings = 7\n[worktree]\npool = 1\ncarry = [".venv"]\n[protect]\npaths = ["ops/*"]\nallow = [".envrc"]\n',
    )
    assert (found.journal.landings, found.journal.days) == (7, RepoOptions().journal.days)
    assert (found.worktrees.pool, found.worktrees.carry) == (1, ("node_modules",))
    assert (found.protect.paths, found.protect.allow) == (("ops/*", "deploy/**"), (".envrc",))
    assert found.commits.trailer == ""


def test_without_files_a_repository_is_treated_as_by_default(tmp_path: Path) -> None:
    assert repo_options(str(tmp_path), str(tmp_path / "none.toml")) == RepoOptions()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[protect]\nallow = ["*"]', "protect.allow is not known"),
        ("[journal]\nlandings = 1", "journal is not known in a repository's file"),
        ('base_url = "http://elsewhere"', "base_url is not known in a repository's file"),
        ('[providers.zai]\nkey_command = ["sh"]', "providers is not known in a repository's file"),
        ("[worktree]\ncarry = 3", "worktree.carry can't be 3"),
        ('"a\\u001b[2J" = 1', "a\\x1b[2J is not known"),
        ("x = " + "[" * 100_000, "is no TOML"),
        ("x = 1 # " + "a" * (1 << 20), "is larger than 1 MiB"),
        ("= 3", "is no TOML"),
    ],
)
def test_a_repository_may_not_say_what_is_the_users_to_say(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(GlmcodeError) as raised:
        repository(tmp_path, text)
    assert raised.value.exit_code == Exit.USAGE
    assert says in raised.value.message
    assert raised.value.message.isprintable()


def test_the_repositorys_file_is_not_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("[commit]\ntrailer = 'x'\n", encoding="utf-8")
    (tmp_path / "glmcode.toml").symlink_to("elsewhere")
    with pytest.raises(GlmcodeError, match=r"glmcode\.toml is a link"):
        repo_options(str(tmp_path), str(tmp_path / "none.toml"))
