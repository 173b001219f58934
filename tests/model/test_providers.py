"""Which endpoint is chosen, and above all: which key goes where."""

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.providers import Endpoint, choose, is_loopback
from glmcode.model.request import request_body
from glmcode.model.stream import Message, Request
from glmcode.model.table import providers

ZAI = "https://api.z.ai/api/paas/v4"
OWN = "http://127.0.0.1:8000/v1"
OTHER = "https://llm.example.org/v1"
ALL_KEYS = {
    "ZAI_API_KEY": "zai-key",
    "ZHIPU_API_KEY": "zhipu-key",
    "OPENAI_API_KEY": "openai-key",
    "OPENROUTER_API_KEY": "openrouter-key",
}


def refused(*arguments: str | None, **environ: str) -> GlmcodeError:
    provider, base_url, model = (*arguments, None, None, None)[:3]
    with pytest.raises(GlmcodeError) as raised:
        choose(provider, base_url, model, environ)
    assert raised.value.exit_code == Exit.USAGE
    assert raised.value.message.isprintable()
    return raised.value


@pytest.mark.parametrize(
    ("provider", "base_url", "environ", "url", "key"),
    [
        (None, None, {"ZAI_API_KEY": "z"}, ZAI, "z"),
        (None, None, {"ZHIPU_API_KEY": "z"}, ZAI, "z"),
        (None, None, {"ZAI_API_KEY": " z\n", "ZHIPU_API_KEY": "y"}, ZAI, "z"),
        (None, None, {"ZAI_API_KEY": "", "ZHIPU_API_KEY": "y"}, ZAI, "y"),
        (None, None, {"OPENAI_BASE_URL": OTHER, "OPENAI_API_KEY": "o"}, OTHER, "o"),
        (None, None, {"OPENAI_BASE_URL": OWN}, OWN, ""),
        (None, None, ALL_KEYS | {"OPENAI_BASE_URL": OTHER}, ZAI, "zai-key"),
        (None, OTHER, ALL_KEYS, OTHER, "openai-key"),
        (None, OTHER + "/", ALL_KEYS, OTHER, "openai-key"),
        (None, OTHER, ALL_KEYS | {"OPENAI_BASE_URL": "https://llm.example.org/other"}, OTHER, "openai-key"),
        (None, OWN, {"ZAI_API_KEY": "z"}, OWN, ""),
        (None, OWN, {"OPENAI_API_KEY": "o"}, OWN, "o"),
        (None, OWN, {"OPENAI_API_KEY": "o", "OPENAI_BASE_URL": OTHER}, OWN, ""),
        (None, ZAI, ALL_KEYS, ZAI, "zai-key"),
        (None, "https://openrouter.ai/api/v1", ALL_KEYS, "https://openrouter.ai/api/v1", "openrouter-key"),
        ("openrouter", None, ALL_KEYS, "https://openrouter.ai/api/v1", "openrouter-key"),
        ("zai-china", None, ALL_KEYS, "https://open.bigmodel.cn/api/paas/v4", "zhipu-key"),
        ("zai", OTHER, ALL_KEYS, OTHER, "zai-key"),
        ("openai", OTHER, ALL_KEYS, OTHER, "openai-key"),
        ("openai", None, ALL_KEYS | {"OPENAI_BASE_URL": OTHER}, OTHER, "openai-key"),
    ],
)
def test_the_order_of_choice_and_the_key_that_goes_with_it(
    provider: str | None, base_url: str | None, environ: dict[str, str], url: str, key: str
) -> None:
    endpoint = choose(provider, base_url, None, environ)
    assert (endpoint.base_url, endpoint.key) == (url, key)


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        ((None, OTHER), {"ZAI_API_KEY": "z"}),
        ((None, OTHER), {"OPENAI_API_KEY": "o", "OPENAI_BASE_URL": "https://api.openai.com/v1"}),
        ((None, OTHER), {"OPENAI_API_KEY": "o", "OPENAI_BASE_URL": "http://llm.example.org/v1"}),
        ((None, OTHER), {"OPENAI_API_KEY": "o", "OPENAI_BASE_URL": "https://llm.example.org:8443/v1"}),
        ((None, "https://api.z.ai.evil.example/api/paas/v4"), {"ZAI_API_KEY": "z"}),
        ((None, "https://127.0.0.1.evil.example/v1"), {"ZAI_API_KEY": "z"}),
        (("openrouter",), {"ZAI_API_KEY": "z", "OPENAI_API_KEY": "o"}),
        (("zai",), {"OPENAI_API_KEY": "o"}),
        (("zai-china",), {"ZAI_API_KEY": "z"}),
        ((None,), {"OPENAI_API_KEY": "o"}),
        ((None,), {"OPENAI_BASE_URL": OTHER}),
    ],
)
def test_a_key_that_was_set_for_another_place_is_not_taken(
    arguments: tuple[str | None, ...], environ: dict[str, str]
) -> None:
    assert "set " in refused(*arguments, **environ).message


def test_without_a_key_three_lines_say_what_to_do() -> None:
    error = refused()
    lines = [error.message, *error.hint.splitlines()]
    assert len(lines) == 3
    assert "ZAI_API_KEY" in lines[0]
    assert "--base-url http://127.0.0.1:8000/v1" in lines[1]
    assert "glmcode demo" in lines[2]


def test_an_unknown_provider_lists_the_known_ones() -> None:
    error = refused("opnrouter\x1b[31m", **ALL_KEYS)
    assert "opnrouter" in error.message
    assert error.hint == f"known: {', '.join([*providers(), 'local'])}"


@pytest.mark.parametrize(
    "url",
    ["ftp://x/v1", "127.0.0.1:8000", "http://", "http://[::1", "http://x:99999", "http://x/v1?a=b", "http://x/v 1", "x\ny"],
)  # fmt: skip
def test_what_is_no_base_url_is_refused(url: str) -> None:
    assert "--base-url is not a base URL" in refused(None, url, **ALL_KEYS).message
    assert "OPENAI_BASE_URL is not a base URL" in refused(None, None, OPENAI_BASE_URL=url).message


def test_a_password_in_a_url_is_refused_without_being_shown() -> None:
    error = refused(None, "https://me:hunter2@llm.example.org/v1", **ALL_KEYS)
    assert "hunter2" not in error.message + error.hint


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "bell\x07"])
def test_what_can_be_no_key_is_refused_without_being_shown(key: str) -> None:
    error = refused(ZAI_API_KEY=key)
    assert "ZAI_API_KEY" in error.message
    assert key not in error.message + error.hint


def test_the_key_is_in_no_repr() -> None:
    assert "zai-key" not in repr(choose(None, None, None, ALL_KEYS))


def test_another_model_of_a_service_has_no_known_price() -> None:
    assert choose("zai", None, "glm-5", ALL_KEYS).provider.price_input == 1.0
    assert choose("zai", None, "glm-4.7", ALL_KEYS).provider.price_input is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://127.9.9.9:1", "http://[::1]:80", "http://localhost:8", "http://LOCALHOST"]
)
def test_this_machine_is_known(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.nip.io",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://x/127.0.0.1",
    ],
)
def test_other_machines_are_not_this_one(url: str) -> None:
    assert not is_loopback(url)


def test_every_provider_is_complete() -> None:
    assert next(iter(providers())) == "zai"
    for provider in providers().values():
        if provider.local:
            assert is_loopback(provider.base_url)
            assert provider.price_input == provider.price_output == 0
        else:
            assert provider.base_url.startswith("https://") or provider.name == "openai"
            assert provider.model
            assert provider.keys
        assert not provider.base_url.endswith("/")
        assert (provider.price_input is None) == (provider.price_output is None)


ASK = Request(
    (Message("user", "hello"), Message("assistant", "hi", reasoning="hm"), Message("user", "word " * 100_000)), 131_072
)


def endpoint(provider: str) -> Endpoint:
    return choose(
        provider, None, None, {name: "k" for p in providers().values() for name in p.keys} | {"OPENAI_BASE_URL": OWN}
    )


@pytest.mark.parametrize(
    ("provider", "on", "off"),
    [
        ("zai", {"thinking": {"type": "enabled", "clear_thinking": False}}, {"thinking": {"type": "disabled", "clear_thinking": False}}),
        ("vllm", {"chat_template_kwargs": {"enable_thinking": True, "clear_thinking": False}}, {"chat_template_kwargs": {"enable_thinking": False, "clear_thinking": False}}),
        ("openrouter", {"reasoning": {"enabled": True}}, {"reasoning": {"enabled": False}}),
        ("novita", {"enable_thinking": True}, {"enable_thinking": False}),
        ("friendli", {"chat_template_kwargs": {"enable_thinking": True}}, {"chat_template_kwargs": {"enable_thinking": False}}),
        ("baseten", {"chat_template_args": {"enable_thinking": True}}, {"chat_template_args": {"enable_thinking": False}}),
        ("openai", {}, {"chat_template_kwargs": {"enable_thinking": False}}),
        ("gmi", {}, {}),
    ],
)  # fmt: skip
def test_thinking_is_switched_as_each_service_wants_it(provider: str, on: object, off: object) -> None:
    usual = {"model", "messages", "stream", "stream_options", "max_tokens"}
    for thinking, fields in ((True, on), (False, off)):
        body = request_body(Request(ASK.messages, 100, thinking), endpoint(provider))
        assert {key: value for key, value in body.items() if key not in usual} == fields


def test_earlier_reasoning_is_kept_by_requests_without_thinking_too() -> None:
    """It was cleared, and with it the cached prefix, by every repair that did not think."""
    for provider in providers().values():
        for fields in (provider.thinking.on, provider.thinking.off):
            assert ("'clear_thinking': False" in str(fields)) == provider.keeps_reasoning


def test_earlier_reasoning_goes_back_only_where_it_is_kept() -> None:
    assert request_body(ASK, endpoint("zai"))["messages"][1] == {
        "role": "assistant",
        "content": "hi",
        "reasoning_content": "hm",
    }
    assert request_body(ASK, endpoint("openrouter"))["messages"][1] == {"role": "assistant", "content": "hi"}


def test_no_more_is_asked_for_than_the_provider_and_the_context_can_hold() -> None:
    short = Request(ASK.messages[:1], 131_072)
    assert request_body(short, endpoint("zai"))["max_tokens"] == 131_072
    assert request_body(short, endpoint("deepinfra"))["max_tokens"] == 16_384
    assert request_body(short, endpoint("openai"))["max_tokens"] == 131_072
    assert 70_000 < request_body(ASK, endpoint("zai"))["max_tokens"] < 202_752 - 100_000
    assert request_body(Request((Message("user", "x" * 2_000_000),), 500), endpoint("zai"))["max_tokens"] == 500
