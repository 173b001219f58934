"""`glmcode models`: what is listed, and what asking finds out, against real servers."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from glmcode.errors import Exit
from glmcode.model.table import providers
from tests.faces.rig import KEY, Ran, ended, environ, glmcode, start
from tests.model.faults import STOP, FaultServer, Line, answer, error, event, free_port, said, stalls, streamed

USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":3}}\n\n'


def ran(home: Path, config: str, *arguments: str, **env: str) -> Ran:
    folder = home / "config" / "glmcode"
    folder.mkdir(parents=True, exist_ok=True)
    nowhere = "".join(
        f'[providers.{one.name}]\nbase_url = "http://127.0.0.1:{free_port()}/v1"\n'
        for one in providers().values()
        if one.local
    )
    (folder / "config.toml").write_text(config + nowhere, encoding="utf-8")
    own = environ(home, XDG_CONFIG_HOME=str(home / "config"), **env)
    del own["OPENAI_API_KEY"]
    return glmcode(home, "models", *arguments, env=own)


def mine(server: FaultServer, **more: object) -> str:
    fields = {
        "base_url": server.url,
        "model": "glm-5",
        "price_input": 1.0,
        "price_output": 2.0,
        "keys": ["MINE_KEY"],
        **more,
    }
    return "[providers.mine]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


def serves(*, reasons: str = "switch", owner: str = "vllm", counts: bool = True) -> FaultServer:
    """A small model behind a server whose thinking can be switched, or that always or never thinks."""

    def script(line: Line) -> None:
        seen = server.seen[-1]
        if seen.head.startswith("GET"):
            answer(200, json.dumps({"data": [{"id": "glm-5", "owned_by": owner}]}))(line)
            return
        off = '"enable_thinking": false' in json.dumps(seen.json)
        thinks = reasons == "always" or (reasons == "switch" and not off)
        parts = [event(reasoning_content="hm")] if thinks else []
        streamed(*parts, said("ready"), *([USAGE] if counts else []), STOP)(line)

    server = FaultServer(script)
    return server


def test_every_provider_is_listed_with_where_its_key_comes_from(tmp_path: Path) -> None:
    listed = ran(tmp_path, '[providers.novita]\nkey_command = ["pass", "x"]\n', ZAI_API_KEY=KEY)
    rows = {line[3:].split()[0]: line for line in listed.out.decode().splitlines()[1:]}
    assert rows.keys() == providers().keys()
    assert rows["zai"].startswith("✓")
    assert rows["zai"].endswith("ZAI_API_KEY")
    assert rows["novita"].endswith("key_command")
    assert rows["openrouter"].endswith("OPENROUTER_API_KEY is not set")
    assert rows["vllm"].endswith("none needed")
    # A key without a URL to send it to is no provider that is configured.
    (row,) = glmcode(tmp_path, "models", "openai", env=environ(tmp_path)).out.decode().splitlines()[1:]
    assert row.strip().startswith("openai")
    assert row.endswith("OPENAI_BASE_URL is not set")
    as_json = ran(tmp_path, "", "--json", "zai", ZAI_API_KEY=KEY).result
    assert [row["name"] for row in as_json["providers"]] == ["zai"]
    assert as_json["providers"][0]["key"] == "ZAI_API_KEY"


@pytest.mark.parametrize(("reasons", "says"), [("switch", "on and off"), ("always", "always"), ("never", "never")])
def test_what_a_provider_supports_is_found_out_by_asking(tmp_path: Path, reasons: str, says: str) -> None:
    with serves(reasons=reasons, owner="sglang") as server:
        found = ran(tmp_path, mine(server, thinking="template", continues=True), "--check", "--json", MINE_KEY=KEY)
    assert found.code == Exit.OK
    (probe,) = found.result["providers"]
    assert (probe["name"], probe["error"], probe["has_model"]) == ("mine", "", True)
    assert probe["thinking"] == says
    assert probe["usage"] is probe["continues"] is True
    assert probe["latency"] >= 0 <= probe["first"]
    assert probe["dollars"] == pytest.approx(3 * 16 / 1e6)
    assert all(seen.header("authorization") == f"Bearer {KEY}" for seen in server.seen)


def test_a_server_that_neither_counts_nor_goes_on_is_told_so(tmp_path: Path) -> None:
    with serves(owner="someone", counts=False) as server:
        found = ran(tmp_path, mine(server, continues=True), "--check", MINE_KEY=KEY)
    line = next(line for line in found.out.decode().splitlines() if "mine" in line)
    assert "asking each that is configured" in found.err
    assert line.startswith("✓")
    assert line.split()[-2:] == ["no", "no"]


def test_what_is_not_configured_is_not_asked(tmp_path: Path) -> None:
    none = ran(
        tmp_path, '[providers.mine]\nbase_url = "https://mine.invalid/v1"\nmodel = "m"\nkeys = ["MINE"]\n', "--check"
    )
    assert none.code == Exit.UNREACHABLE
    assert "no provider is configured" in none.out.decode()


def test_a_subscription_is_asked_only_by_its_name(tmp_path: Path) -> None:
    with serves() as server:
        config = "".join(f'[providers.{name}]\nbase_url = "{server.url}"\n' for name in ("zai-coding",))
        others = "".join(
            f'[providers.{name}]\nbase_url = "http://127.0.0.1:{free_port()}/v1"\n' for name in ("zai", "zai-china")
        )
        assert ran(tmp_path, config + others, "--check", ZAI_API_KEY=KEY).code == Exit.UNREACHABLE
        assert server.seen == []
        assert ran(tmp_path, config + others, "--check", "zai-coding", ZAI_API_KEY=KEY).code == Exit.OK


def test_one_that_fails_is_told_beside_those_that_answer(tmp_path: Path) -> None:
    with FaultServer(error(401, "1000", f"bad key {KEY}")) as bad, serves() as good:
        config = mine(good) + mine(bad).replace("mine", "other").replace("MINE", "OTHER")
        found = ran(tmp_path, config, "--check", MINE_KEY=KEY, OTHER_KEY=KEY)
    assert found.code == Exit.OK
    out = found.out.decode()
    assert "other: 127.0.0.1" in out
    assert "refused the key in OTHER_KEY" in out
    assert KEY not in out


def test_a_local_server_is_found_with_its_model(tmp_path: Path) -> None:
    with serves() as server:
        folder = tmp_path / "config" / "glmcode"
        folder.mkdir(parents=True)
        nowhere = "".join(
            f'[providers.{one.name}]\nbase_url = "{server.url if one.name == "vllm" else f"http://127.0.0.1:{free_port()}/v1"}"\n'
            for one in providers().values() if one.local
        )  # fmt: skip
        (folder / "config.toml").write_text(nowhere, encoding="utf-8")
        found = glmcode(
            tmp_path, "models", "--check", "--json", env=environ(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "config"))
        )
    assert [(probe["name"], probe["model"], probe["dollars"]) for probe in found.result["providers"]] == [
        ("vllm", "glm-5", 0)
    ]


@pytest.mark.skipif(os.name != "posix", reason="a process is interrupted by a signal")
def test_ctrl_c_waits_for_no_provider(tmp_path: Path) -> None:
    """One that was silent kept the command alive for minutes."""
    folder = tmp_path / "config" / "glmcode"
    folder.mkdir(parents=True)
    with FaultServer(stalls(100)) as server:
        (folder / "config.toml").write_text(mine(server), encoding="utf-8")
        env = environ(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "config"), MINE_KEY=KEY)
        with start(tmp_path, "models", "--check", "mine", env=env) as process:
            while not server.seen and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=50)  # it is silent for twice as long
    assert ended(process, out, err).code == Exit.INTERRUPTED


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    refused = ran(tmp_path, "", "nowhere")
    assert refused.code == Exit.USAGE
    assert "known: zai" in refused.err
