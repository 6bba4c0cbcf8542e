"""The usage that somebody stated for the resources of an app: in their metadata, and in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.model import Function, Place, Topology
from constructs_lambda.pricing.networks import vpc_of
from constructs_lambda.pricing.subjects import Named, PricedApp
from constructs_lambda.pricing.tiers import shares
from constructs_lambda.pricing.usage import KEYS, keys_of, nearest, read_use, without_sense
from constructs_lambda.pricing.usage_file import AppUsage
from constructs_lambda.tokens import known

_MOST_KB = {"AWS::SNS::Topic": 1_024, "AWS::SQS::Queue": 1_024}  # largest message that can be allowed
_TRANSFORMED = "AWS::Serverless::"


def settle_usage(apps: Sequence[PricedApp], usage: AppUsage, notes: list[str] | None = None) -> None:
    """Gives each resource the usage that its own metadata states, and over that what the file says.

    Args:
        apps: The app, with its Stages.
        usage: The file.
        notes: Filled with what doesn't fit, instead of the error.

    Raises:
        InputError: Usage that makes no sense, or of a resource that isn't there; one line for each.
    """
    problems: list[str] = []
    for app in apps:
        for each in app.resources:
            if each.written is not None:
                _take(app, each, each.written, f"{each.place.path}: usage", problems)
    index = _Index(apps)
    for name, written in usage.resources.items():
        where = f'resource."{name}"'
        meant = list(index.meant(name, written, where, problems))
        for number, (app, each) in enumerate(meant):
            _take(app, each, written, where, problems, (number, len(meant)))
    for app in apps:
        _judge_durations(app, problems)
        _judge_wholes(app, problems)
    if problems and notes is not None:
        notes.extend(f"this usage doesn't fit: {each}" for each in dict.fromkeys(problems))
    elif problems:
        start = f"{usage.name}: " if usage.name else ""
        raise InputError("\n".join(f"{start}{one_line(each)}" for each in dict.fromkeys(problems)))


def _take(
    app: PricedApp, each: Named, written: object, where: str, problems: list[str], share: tuple[int, int] = (0, 1)
) -> None:
    before = len(problems)
    use = read_use(written, where, problems)
    allowed = keys_of(each.type)
    if each.type.startswith(_TRANSFORMED):
        made = "is made by a transform, and only what it makes has usage"
        problems.append(f"{where}: {each.place.path} ({each.type}) {made}: name that in the transformed template")
    elif not allowed:
        problems.append(f"{where}: {each.place.path} ({each.type}) has no usage that costs anything")
    else:
        for name in use.stated:
            if name not in allowed:
                problems.append(f"{where}.{name} says nothing of an {each.type}; it takes {', '.join(allowed)}")
    most = _MOST_KB.get(each.type)
    if most and use.payload_kb is not None and use.payload_kb > most:
        problems.append(f"{where}.payload_kb is {use.payload_kb:,f}; a message may have at most {most:,} KB")
    if len(problems) > before:
        return
    number, of = share
    if of > 1 and use.data_gb is not None:
        use = replace(use, data_gb=shares([use.data_gb] * of, use.data_gb)[number])
    known_before = app.use_of(each.place)
    stated = {name: getattr(use, name) for name in use.stated}
    merged = replace(known_before, **stated)
    problems.extend(without_sense(merged, where))
    app.set_use(each.place, merged)


def _judge_durations(app: PricedApp, problems: list[str]) -> None:
    for stack in app.topology.stacks.values():
        for function in stack.functions.values():
            duration, timeout = app.use_of(function.place).duration_ms, timeout_ms(function)
            if duration is not None and timeout is not None and duration > timeout:
                problems.append(
                    f"{function.place.path}: duration_ms is {duration:,f}; the function times out after {timeout:,} ms"
                )


def timeout_ms(function: Function) -> int | None:
    """After how many milliseconds an invocation ends, None where that isn't known.

    Args:
        function: The function.
    """
    timeout = known(function.timeout_seconds)
    if function.timeout_seconds is None:
        return 3_000
    return None if timeout is None or function.durable is not None else int(timeout * 1000)


def _judge_wholes(app: PricedApp, problems: list[str]) -> None:
    """The data of a gateway is part of that of its VPC, and the logs of a function of what comes into its group."""
    for part, whole in _parts(app):
        if app.use_of(part).data_gb is not None and app.use_of(whole).data_gb is not None:
            problems.append(
                f"data_gb is stated of {whole.path} and of {part.path}, whose data is part of it: state one of them"
            )


def _parts(app: PricedApp) -> Iterator[tuple[Place, Place]]:
    for function, group in app.log_groups.items():
        if group.place is not None:
            yield function, group.place
    for stack in app.topology.stacks.values():
        for gateway in stack.networks.nat_gateways.values():
            vpc = vpc_of(app.topology, stack, gateway)
            if vpc is not None and vpc.template:
                yield gateway.place, app.topology.stacks[vpc.template].resources[vpc.name].place


def split_usage(usage: AppUsage, app: Iterable[Topology], other: Iterable[Topology]) -> tuple[AppUsage, AppUsage]:
    """The usage of two states of an app, for each without the resources that only the other one has.

    Args:
        usage: The usage of both.
        app: One state of the app; it keeps the names that neither has, so that they are reported.
        other: The other one.
    """
    indices = [_Index([PricedApp(each, None, None) for each in state]) for state in (app, other)]
    has = [{name for name, table in usage.resources.items() if index.has(name, table)} for index in indices]
    here = {name: table for name, table in usage.resources.items() if name in has[0] or name not in has[1]}
    there = {name: table for name, table in usage.resources.items() if name in has[1]}
    return replace(usage, resources=here), replace(usage, resources=there)


class _Index:
    """The resources of an app by what a usage file may call them."""

    def __init__(self, apps: Sequence[PricedApp]) -> None:
        self._by_path: dict[str, list[tuple[PricedApp, Named]]] = {}
        self._by_id: dict[str, list[tuple[PricedApp, Named]]] = {}
        for app in apps:
            for each in app.resources:
                self._by_path.setdefault(each.place.path, []).append((app, each))
                self._by_id.setdefault(each.place.resource, []).append((app, each))

    def meant(self, name: str, written: object, where: str, problems: list[str]) -> Iterator[tuple[PricedApp, Named]]:
        """The resource that a name means, or those that share what is stated.

        Args:
            name: A construct path, that of a construct above the resource, or a logical id.
            written: What is stated.
            where: What a message calls it.
            problems: Filled where nothing has this name, or too much.
        """
        found, path = self._found(name, written), _path(name)
        wrong: list[str] = []
        read_use(written, where, wrong)
        if wrong and len(found) != 1 and (found or self._lies_above(path)):  # what it means hangs on its keys
            problems.extend(wrong)
        elif not found:
            problems.append(f"{where}: there is no such resource; {self._near(path)}")
        elif len(found) == 1 or all(each.type == "AWS::EC2::NatGateway" for _, each in found):
            yield from found
        else:
            shown = ", ".join(sorted(each.place.path for _, each in found)[:5])
            problems.append(f"{where} may mean {len(found)} resources; name one of them: {shown}")

    def has(self, name: str, written: object) -> bool:
        """Whether a name means anything."""
        return bool(self._found(name, written))

    def _found(self, name: str, written: object) -> list[tuple[PricedApp, Named]]:
        path = _path(name)
        return self._by_path.get(path) or self._by_id.get(name) or self._below(path, written)

    def _below(self, path: str, written: object) -> list[tuple[PricedApp, Named]]:
        """What lies below a construct and takes these keys; of several that which lies highest."""
        keys = KEYS.keys() & set(written) if isinstance(written, Mapping) else set()
        found = [
            (app, each)
            for other, members in self._by_path.items()
            if other.startswith(f"{path}/")
            for app, each in members
            if keys_of(each.type) and keys <= {*keys_of(each.type)}
        ]
        if not found:
            return []
        least = min(each.place.path.count("/") for _, each in found)
        return [(app, each) for app, each in found if each.place.path.count("/") == least]

    def _lies_above(self, path: str) -> bool:
        return any(other.startswith(f"{path}/") for other in self._by_path)

    def _near(self, path: str) -> str:
        usable = [*dict.fromkeys(self._usable())]
        return nearest(path, usable) if usable else "nothing here has usage that costs anything"

    def _usable(self) -> Iterable[str]:
        for name, found in (*self._by_path.items(), *self._by_id.items()):
            if any(keys_of(each.type) for _, each in found):
                yield name


def _path(name: str) -> str:
    return name.removeprefix("/").removesuffix("/Resource")
