"""Downloads are bounded, polite, and stay where they were sent."""

from __future__ import annotations

import pytest

from pvd_assistant.errors import SyncError
from pvd_assistant.sync.client import Client, Limits
from sync.conftest import Services, json_reply


def get(services: Services, path: str = "x", **options: object) -> bytes:
    with Client("service", services.url, **options) as client:  # type: ignore[arg-type]
        return client.get(path)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_passing_failure_is_tried_again(services: Services, status: int) -> None:
    services.routes["/x"] = [(status, {}, b""), (200, {}, b"ok")]

    assert get(services) == b"ok"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 500])
def test_a_lasting_failure_is_not(services: Services, status: int) -> None:
    services.routes["/x"] = [(status, {}, b"")]

    with pytest.raises(SyncError, match=str(status)):
        get(services)
    assert len(services.asked) == 1


def test_two_new_tries_at_most_and_further_and_further_apart(
    services: Services, no_waiting: list[float]
) -> None:
    services.routes["/x"] = [(503, {}, b"")]

    with pytest.raises(SyncError, match="503"):
        get(services)
    assert len(services.asked) == 3
    assert [pause for pause in no_waiting if pause >= 1] == [1, 2]


def test_the_service_says_how_long_to_wait(services: Services, no_waiting: list[float]) -> None:
    services.routes["/x"] = [(429, {"Retry-After": "7"}, b""), (200, {}, b"ok")]

    get(services)
    assert max(no_waiting) == 7


def test_a_cut_answer_is_a_failure(services: Services) -> None:
    services.routes["/x"] = [(200, {"Content-Length": "1000"}, b"only this")]

    with pytest.raises(SyncError, match="ne répond pas"):
        get(services)


def test_an_unreachable_service_is_said_so() -> None:
    with pytest.raises(SyncError, match="ne répond pas"):
        get(Services(url="http://127.0.0.1:9"))


def test_a_body_too_large_is_refused(services: Services) -> None:
    services.routes["/x"] = [(200, {}, b"x" * 1_500_000)]

    with pytest.raises(SyncError, match="1 Mo"):
        get(services, limits=Limits(megabytes=1))


def test_a_body_too_slow_is_refused(services: Services) -> None:
    services.routes["/x"] = [(200, {}, b"x" * 100)]

    with pytest.raises(SyncError, match="lentement"):
        get(services, limits=Limits(seconds=-1))


def test_redirections_are_followed_on_the_same_host(services: Services) -> None:
    services.routes["/x"] = [(302, {"Location": "/y"}, b"")]
    services.routes["/y"] = [(200, {}, b"there")]

    assert get(services) == b"there"


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest", "https://evil.example/", "file:///etc/passwd"]
)
def test_redirections_elsewhere_are_refused(services: Services, target: str) -> None:
    services.routes["/x"] = [(302, {"Location": target}, b"")]

    with pytest.raises(SyncError, match="pas une adresse prévue"):
        get(services, also=(".data.gouv.fr",))


def test_a_loop_of_redirections_ends(services: Services) -> None:
    services.routes["/x"] = [(302, {"Location": "/x"}, b"")]

    with pytest.raises(SyncError, match="sans fin"):
        get(services)


def test_what_is_not_json_is_said_so(services: Services) -> None:
    services.routes["/x"] = [(200, {}, b"<html>maintenance</html>")]

    with Client("service", services.url) as client, pytest.raises(SyncError, match="lisibles"):
        client.get_json("x")


def test_a_key_is_not_sent_after_a_redirection(services: Services) -> None:
    services.routes["/x"] = [(302, {"Location": "/y"}, b"")]
    services.routes["/y"] = [json_reply({})]

    with Client("service", services.url) as client:
        client.get_json("x", {"X-AUTH-TOKEN": "secret"})
    assert "secret" not in str(services.asked[1].headers)
