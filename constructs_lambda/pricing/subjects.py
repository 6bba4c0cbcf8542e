"""The resources of an app with the Region whose prices count, and with the usage that somebody stated for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.model import Function, Place, Topology
from constructs_lambda.pricing.charges import Subject
from constructs_lambda.pricing.tiers import shares
from constructs_lambda.pricing.usage import UNSAID, Use, keys_of, nearest, read_use, without_sense
from constructs_lambda.pricing.usage_file import AppUsage
from constructs_lambda.tokens import known

DEFAULT_REGION = "us-east-1"
_MOST_KB = {"AWS::SNS::Topic": 1_024, "AWS::SQS::Queue": 1_024}  # largest message that can be allowed
Key = tuple[str, str]
"""Template and logical id."""


class PricedApp:
    """One assembly, with the usage of its resources.

    Args:
        topology: Its stacks.
        region: The Region whose prices count, whatever the stacks name.
        default_region: The Region of stacks that name none.
    """

    def __init__(self, topology: Topology, region: str | None, default_region: str | None) -> None:
        self.topology = topology
        self._region = region
        self._default = default_region or DEFAULT_REGION
        self.uses: dict[Key, Use] = {}
        self.unsaid: dict[Key, str] = {}
        """Why the requests of a resource aren't known."""

    def region_of(self, template: str) -> str:
        """The Region whose prices count for a stack."""
        return self._region or self.topology.stacks[template].region or self._default

    @property
    def assumed_region(self) -> str | None:
        """The Region that was taken for stacks that name none, None where all do."""
        is_needed = not self._region and any(stack.region is None for stack in self.topology.stacks.values())
        return self._default if is_needed else None

    def subject(self, place: Place) -> Subject:
        """The resource at a place.

        Args:
            place: Where it stands.
        """
        stack, key = self.topology.stacks[place.template], (place.template, place.resource)
        resource = stack.resources[place.resource]
        return Subject(
            place=resource.place,
            type=resource.type,
            properties=resource.properties,
            account=stack.account,
            region=self.region_of(place.template),
            use=self.uses.get(key, UNSAID),
            unsaid=self.unsaid.get(key, ""),
        )

    @cached_property
    def subjects(self) -> Sequence[Subject]:
        """Every resource of the app; to be asked for when the usage is settled."""
        return [self.subject(resource.place) for resource in self.resources]

    @cached_property
    def resources(self) -> Sequence[_Named]:
        """The places and types of all resources."""
        return [
            _Named(each.place, each.type, each.usage)
            for stack in self.topology.stacks.values()
            for each in stack.resources.values()
        ]

    def use_of(self, place: Place) -> Use:
        """How much a resource is used, as far as somebody said it or it follows from what was said.

        Args:
            place: Where it stands.
        """
        return self.uses.get((place.template, place.resource), UNSAID)

    def set_use(self, place: Place, use: Use) -> None:
        """Takes how much a resource is used.

        Args:
            place: Where it stands.
            use: Its usage from now on.
        """
        self.uses[place.template, place.resource] = use

    def with_functions(self, change: Callable[[Function, Use], tuple[Function, Use]]) -> PricedApp:
        """The same app with other functions, or with other usage of them.

        Args:
            change: Gives the function and the usage that take the place of these.
        """
        uses, stacks = dict(self.uses), []
        for stack in self.topology.stacks.values():
            functions = {}
            for name, function in stack.functions.items():
                functions[name], use = change(function, self.use_of(function.place))
                uses[function.place.template, function.place.resource] = use
            stacks.append(replace(stack, functions=functions))
        changed = PricedApp(Topology(stacks), self._region, self._default)
        changed.uses, changed.unsaid = uses, self.unsaid
        return changed


class _Named:
    """A resource as usage names it."""

    __slots__ = ("place", "type", "written")

    def __init__(self, place: Place, type: str, written: object) -> None:
        self.place = place
        self.type = type
        self.written = written


def settle_usage(apps: Sequence[PricedApp], usage: AppUsage) -> None:
    """Gives each resource the usage that its own metadata states, and over that what the file says.

    Args:
        apps: The app, with its Stages.
        usage: The file.

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
    if problems:
        start = f"{usage.name}: " if usage.name else ""
        raise InputError("\n".join(f"{start}{one_line(each)}" for each in dict.fromkeys(problems)))


def _take(
    app: PricedApp, each: _Named, written: object, where: str, problems: list[str], share: tuple[int, int] = (0, 1)
) -> None:
    before = len(problems)
    use = read_use(written, where, problems)
    allowed = keys_of(each.type)
    if not allowed:
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
            duration, timeout = app.use_of(function.place).duration_ms, _timeout_ms(function)
            if duration is not None and timeout is not None and duration > timeout:
                problems.append(
                    f"{function.place.path}: duration_ms is {duration:,f}; the function times out after {timeout:,} ms"
                )


def _timeout_ms(function: Function) -> int | None:
    timeout = known(function.timeout_seconds)
    if function.timeout_seconds is None:
        return 3_000
    return None if timeout is None or function.durable is not None else int(timeout * 1000)


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
        self._by_path: dict[str, list[tuple[PricedApp, _Named]]] = {}
        self._by_id: dict[str, list[tuple[PricedApp, _Named]]] = {}
        for app in apps:
            for each in app.resources:
                self._by_path.setdefault(each.place.path, []).append((app, each))
                self._by_id.setdefault(each.place.resource, []).append((app, each))

    def meant(self, name: str, written: object, where: str, problems: list[str]) -> Iterator[tuple[PricedApp, _Named]]:
        """The resource that a name means, or those that share what is stated.

        Args:
            name: A construct path, that of a construct above the resource, or a logical id.
            written: What is stated.
            where: What a message calls it.
            problems: Filled where nothing has this name, or too much.
        """
        found, path = self._found(name, written), _path(name)
        if not found:
            problems.append(f"{where}: there is no such resource; {self._near(path)}")
        elif len(found) == 1 or all(each.type == "AWS::EC2::NatGateway" for _, each in found):
            yield from found
        else:
            shown = ", ".join(sorted(each.place.path for _, each in found)[:5])
            problems.append(f"{where} may mean {len(found)} resources; name one of them: {shown}")

    def has(self, name: str, written: object) -> bool:
        """Whether a name means anything."""
        return bool(self._found(name, written))

    def _found(self, name: str, written: object) -> list[tuple[PricedApp, _Named]]:
        path = _path(name)
        return self._by_path.get(path) or self._by_id.get(name) or self._below(path, written)

    def _below(self, path: str, written: object) -> list[tuple[PricedApp, _Named]]:
        """What lies below a construct and takes these keys; of several that which lies highest."""
        keys = set(written) if isinstance(written, Mapping) else set()
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

    def _near(self, path: str) -> str:
        usable = [*dict.fromkeys(self._usable())]
        return nearest(path, usable) if usable else "nothing here has usage that costs anything"

    def _usable(self) -> Iterable[str]:
        for name, found in (*self._by_path.items(), *self._by_id.items()):
            if any(keys_of(each.type) for _, each in found):
                yield name


def _path(name: str) -> str:
    return name.removeprefix("/").removesuffix("/Resource")
