"""`Quotas`: what AWS has raised, or lowered, for the accounts that an app is deployed to.

The names are those of `limits`, in small letters: each quota that stands there can be given here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from constructs_lambda.errors import InputError
from constructs_lambda.limits import Limit, all_quotas
from constructs_lambda.small_files import read_toml

_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_BY_ENVIRONMENT = "by_environment"
_MOST_BYTES = 1_000_000
Environment = tuple[str, str]


@dataclass(frozen=True, slots=True, init=False)
class Quotas:
    """The quotas of the accounts that an app is deployed to, where they differ from AWS's defaults.

    `Quotas(concurrent_executions=3_000, by_environment={("111122223333", "eu-west-1"): {"elastic_ips": 20}})`

    Args:
        by_environment: By account and Region the quotas that count there, instead of the general ones.
        raised: The quotas that count everywhere, by the name that `limits.all_quotas()` gives them: whole numbers in
            the unit of the limit. They may be lower than the default, as in a new account.

    Raises:
        TypeError: A name that no quota has, with the nearest one or all that there are, or a value that is no whole
            number; all at once.
        InputError: A number that no quota can have, or a key that is no account and Region; all at once.
    """

    _raised: Mapping[str, int] = field(hash=False)
    _by_environment: Mapping[Environment, Mapping[str, int]] = field(hash=False)

    def __init__(self, *, by_environment: Mapping[Environment, Mapping[str, int]] | None = None, **raised: int) -> None:
        given = {} if by_environment is None else by_environment
        if not isinstance(given, Mapping):
            raise TypeError(
                "by_environment must be a mapping, such as "
                f'{{("111122223333", "eu-west-1"): {{"elastic_ips": 20}}}}; got {given!r}'
            )
        wrong = [*_wrong_types(raised, "")]
        invalid = [*_wrong_numbers(raised, "")]
        anything: Mapping[Any, Any] = given
        for key, quotas in anything.items():
            where = f"{'/'.join(map(str, key)) if isinstance(key, tuple) else key}: "
            if not _is_environment(key):
                invalid.append(f'{key!r} is no account and Region; write ("111122223333", "eu-west-1")')
            if isinstance(quotas, Mapping):
                wrong += _wrong_types(quotas, where)
                invalid += _wrong_numbers(quotas, where)
            else:
                wrong.append(f'{where}must be a mapping of quotas, such as {{"elastic_ips": 20}}; got {quotas!r}')
        if wrong:
            raise TypeError("; ".join([*wrong, *invalid]))
        if invalid:
            raise InputError("; ".join(invalid))
        object.__setattr__(self, "_raised", MappingProxyType(dict(raised)))
        each = {key: MappingProxyType(dict(quotas)) for key, quotas in given.items()}
        object.__setattr__(self, "_by_environment", MappingProxyType(each))

    def limit(self, limit: Limit, account: str | None, region: str | None) -> Limit:
        """The limit that counts in an account and Region: the one of `limits` itself where nothing is given for it.

        Args:
            limit: One of `limits`.
            account: AWS account id, None where it isn't known.
            region: AWS Region, None where it isn't known.
        """
        name = _names().get(limit)
        if name is None or not (self._raised or self._by_environment):
            return limit
        there = self._by_environment.get((account, region), {}) if account and region else {}
        value = there.get(name, self._raised.get(name))
        return limit if value is None else replace(limit, maximum=value, note=GIVEN)


GIVEN = "as Quotas says"
"""The note of a limit that `Quotas` gave."""


def quota_name(limit: Limit) -> str:
    """The name of a quota, also of one that `Quotas` gave."""
    return next(name for name, each in all_quotas().items() if each.title == limit.title)


def read_quotas(path: Path) -> Quotas:
    """The quotas in a TOML file: `name = number` for all accounts, `[by_environment.<account>.<Region>]` for one.

    Args:
        path: The file.

    Raises:
        InputError: It can't be read, or something in it is no quota; one line for each.
    """
    document = read_toml(path, most_bytes=_MOST_BYTES, of="quotas")
    general = {name: value for name, value in document.items() if name != _BY_ENVIRONMENT}
    problems = [*_wrong_types(general, ""), *_wrong_numbers(general, "")]
    by_environment: dict[Environment, Mapping[str, int]] = {}
    for key, quotas in _tables(document.get(_BY_ENVIRONMENT, {}), problems):
        where = f"{_BY_ENVIRONMENT}.{'.'.join(key)}: "
        if not _is_environment(key):
            problems.append(f"{where}is no account and Region; write [{_BY_ENVIRONMENT}.111122223333.eu-west-1]")
        problems += [*_wrong_types(quotas, where), *_wrong_numbers(quotas, where)]
        by_environment[key] = quotas
    if problems:
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems))
    return Quotas(by_environment=by_environment, **general)


def _tables(accounts: object, problems: list[str]) -> Iterator[tuple[Environment, Mapping[str, Any]]]:
    """The tables by account and Region; notes what is none."""
    expected = f"write [{_BY_ENVIRONMENT}.111122223333.eu-west-1]"
    if not isinstance(accounts, Mapping):
        problems.append(f"{_BY_ENVIRONMENT} must be a table; {expected}")
        return
    for account, regions in accounts.items():
        if not isinstance(regions, Mapping):
            problems.append(f"{_BY_ENVIRONMENT}.{account} must be a table of Regions; {expected}")
            continue
        for region, quotas in regions.items():
            if isinstance(quotas, Mapping):
                yield (account, region), quotas
            else:
                problems.append(f"{_BY_ENVIRONMENT}.{account}.{region} must be a table of quotas; {expected}")


def is_region(text: str) -> bool:
    """Whether a text has the form of an AWS Region, `eu-west-1`."""
    return _REGION.fullmatch(text) is not None


def _is_environment(key: object) -> bool:
    if not (isinstance(key, tuple) and len(key) == 2 and all(isinstance(part, str) for part in key)):
        return False
    return bool(_ACCOUNT.fullmatch(key[0]) and is_region(key[1]))


def _wrong_types(quotas: Mapping[Any, Any], where: str) -> Iterator[str]:
    for name, value in quotas.items():
        if name not in all_quotas():
            import difflib  # only loaded where it is needed

            near = difflib.get_close_matches(str(name), all_quotas(), 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(all_quotas())}"
            yield f"{where}there is no quota {name!r} ({hint})"
        elif not isinstance(value, int) or isinstance(value, bool):
            yield f"{where}{name} must be a whole number; got {value!r}"


def _wrong_numbers(quotas: Mapping[Any, Any], where: str) -> Iterator[str]:
    for name, value in quotas.items():
        limit = all_quotas().get(name)
        if limit is None or not isinstance(value, int) or isinstance(value, bool):
            continue
        least = max(limit.minimum or 1, 1)
        if value < least:
            yield f"{where}{name} is {value:,}; a quota is at least {limit.counted(least)}"


@cache
def _names() -> Mapping[Limit, str]:
    return {limit: name for name, limit in all_quotas().items()}
