"""How people may call what was deployed."""

from __future__ import annotations

import pytest

from constructs_lambda.errors import InputError
from constructs_lambda.local.resources import FUNCTION, QUEUE, URL, Resource, find


def resource(path: str, logical_id: str, *, type: str = FUNCTION, physical: str = "", name: str = "") -> Resource:
    return Resource(type, path, logical_id, physical or f"of-{logical_id}", "Shop", "0" * 12, "us-east-1", name)


ORDERS = resource("Shop/Orders/Resource", "Orders1A2B")
BOOKS = resource("Shop/Books/Handler/Resource", "BooksHandler3C")
FILMS = resource("Shop/Films/Handler/Resource", "FilmsHandler4D")
HANDLER = resource("Shop/Custom::Made/Handler", "Custom5E")
ADDRESS = resource("Shop/Orders/FunctionUrl/Resource", "Url6F", type=URL)
WAITING = resource("Shop/Waiting/Resource", "Waiting7G", type=QUEUE, physical="http://127.0.0.1:1/000000000000/waiting")
ALL = [ORDERS, BOOKS, FILMS, HANDLER, ADDRESS, WAITING]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Shop/Orders", ORDERS),
        ("Orders", ORDERS),
        ("Orders1A2B", ORDERS),
        ("of-Orders1A2B", ORDERS),
        ("Shop/Orders/Resource", ORDERS),
        ("Books/Handler", BOOKS),
        ("Custom::Made/Handler", HANDLER),
    ],
)
def test_the_names_of_a_function(name: str, expected: Resource) -> None:
    assert find(ALL, (FUNCTION,), name, "function") is expected


@pytest.mark.parametrize(
    "path",
    [
        "Shop/Custom::Made/Handler",
        "Shop/AWSCDK.TriggerCustomResourceProviderCustomResourceProvider/Handler",
        "Shop/Provider/framework-onEvent/Resource",
        "Shop/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a/Resource",
    ],
)
def test_what_cdk_makes_for_itself_is_only_meant_where_it_is_named(path: str) -> None:
    made = resource(path, "Made")
    assert made.is_of_cdk
    assert find([ORDERS, made], (FUNCTION,), None, "function") is ORDERS
    assert find([ORDERS, made], (FUNCTION,), made.shown, "function") is made


def test_the_url_of_a_function_has_its_name() -> None:
    assert find(ALL, (URL,), "Orders", "API") is ADDRESS
    assert ADDRESS.shown == "Shop/Orders"


def test_a_queue_has_the_name_in_its_address() -> None:
    assert find(ALL, (QUEUE,), "waiting", "queue") is WAITING


def test_the_only_one_needs_no_name() -> None:
    assert find([ORDERS, HANDLER, WAITING], (FUNCTION,), None, "function") is ORDERS


def test_the_whole_path_wins() -> None:
    inner = resource("Shop/Shop/Orders/Resource", "Inner")
    assert find([inner, ORDERS], (FUNCTION,), "Shop/Orders", "function") is ORDERS


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "the app has several functions, so name one: Shop/Books/Handler, Shop/Films/Handler, Shop/Orders"),
        ("order", "no function is called 'order'; did you mean Shop/Orders?"),
        ("x", "no function is called 'x'; there are: Shop/Books/Handler, Shop/Films/Handler, Shop/Orders"),
        ("rders", "no function is called 'rders'; did you mean Shop/Orders?"),
        (
            "Handler",
            "'Handler' is the name of several functions: Shop/Books/Handler, Shop/Films/Handler; name more of the path",
        ),
    ],
)
def test_names_that_fit_none_or_several(name: str | None, message: str) -> None:
    with pytest.raises(InputError) as refused:
        find(ALL, (FUNCTION,), name, "function")
    assert str(refused.value) == message


def test_there_is_none_of_the_kind() -> None:
    with pytest.raises(InputError, match="the app has no topic"):
        find(ALL, ("AWS::SNS::Topic",), "Sales", "topic")
