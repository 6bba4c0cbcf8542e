"""What the stacks of an app take together of the quotas of each account and Region."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from constructs_lambda import limits
from constructs_lambda.limits import Limit
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.networks import Subnet
from constructs_lambda.model.packages import LayerVersion
from constructs_lambda.model.provisions import Provisions
from constructs_lambda.model.references import Spot
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import known


@record()
class Part:
    """What one resource or stack takes of a quota."""

    place: Place
    number: int


@record(kw_only=True)
class NetworkUse:
    """What the app takes of a quota of networks in one account and Region, Availability Zone or VPC.

    Args:
        place: The stack that takes the most.
        limit: The quota.
        where: Where it counts, as a message says it.
        parts: How much each stack takes, the most first.
    """

    place: Place
    limit: Limit
    where: str
    parts: tuple[Part, ...]


@record(kw_only=True)
class ConcurrencyUse:
    """What the app takes of the concurrency of one account and Region.

    Args:
        place: The function that takes the most.
        where: Account and Region, as a message says it.
        is_certain: Whether all parts are certain to be in one account and Region.
        reserved: What each function has reserved, the most first.
        provisioned: What is provisioned for each function that has nothing reserved, the most first.
    """

    place: Place
    where: str
    is_certain: bool
    reserved: tuple[Part, ...]
    provisioned: tuple[Part, ...]


@record(kw_only=True)
class StorageUse:
    """What the app takes of Lambda's storage for code in one account and Region; each part is in bytes."""

    place: Place
    where: str
    parts: tuple[Part, ...]


@record(kw_only=True)
class ConfigUse:
    """The deployment configurations of CodeDeploy that the app makes in one account and Region, for each stack."""

    place: Place
    where: str
    is_certain: bool
    parts: tuple[Part, ...]


Member = tuple[Provisions, Stack]
Use = NetworkUse | ConcurrencyUse | StorageUse | ConfigUse


def sums(apps: Iterable[Provisions]) -> Iterator[Use]:
    """What counts against the quotas of each account and Region that an app deploys to.

    Args:
        apps: The stacks of the app and of its Stages, each with what they refer to.
    """
    environments: dict[tuple[str | None, ...], list[Member]] = defaultdict(list)
    for app in apps:
        for stack in app.stacks.values():
            # Stacks without an environment may go anywhere: only those of one Stage count together.
            folder = "" if stack.account and stack.region else stack.place.template.rpartition("/")[0]
            environments[stack.account, stack.region, folder].append((app, stack))
    for (account, region, _), members in environments.items():
        where = _where(account, region)
        stacks = [stack for _, stack in members]
        yield from _network(members)
        is_certain = bool(account and region) or _is_one(members)
        yield from _concurrency(members, where, is_certain=is_certain)
        yield from _storage(stacks, where)
        yield from _configs(stacks, where, is_certain=is_certain)


def _where(account: str | None, region: str | None) -> str:
    """Account and Region, as a message says it."""
    if account and region:
        return f"in {account}, {region}"
    if not (account or region):
        return "in an account and Region that the app doesn't name"
    return f"in {account or region}, {'a Region' if account else 'an account'} that the app doesn't name"


def _is_one(members: list[Member]) -> bool:
    """Whether these are one stack with its nested ones, which go to one place wherever that is."""
    inner = {template for _, stack in members for template in stack.nested}
    return sum(stack.place.template not in inner for _, stack in members) <= 1


def _network(members: list[Member]) -> Iterator[NetworkUse]:
    addresses: Counter[Place] = Counter()
    vpcs: Counter[Place] = Counter()
    gateways: dict[str, Counter[Place]] = defaultdict(Counter)
    interfaces: dict[Spot, dict[object, Place]] = defaultdict(dict)
    for app, stack in members:
        networks = stack.networks
        for address in networks.addresses.values():
            addresses[stack.place] += not (address.place.conditional or address.is_from_own_range)
        for place in networks.vpcs.values():
            vpcs[stack.place] += not place.conditional
        for gateway in networks.nat_gateways.values():
            subnet: Subnet | None = app.find("subnets", app.spot(stack, gateway.subnet))
            if subnet and subnet.zone and not gateway.place.conditional:
                gateways[subnet.zone][stack.place] += 1
        for function in stack.functions.values():
            for vpc, combination in _interfaces(app, stack, function):
                interfaces[vpc].setdefault(combination, stack.place)
    most = max(gateways.values(), key=lambda zone: zone.total(), default=Counter[Place]())
    yield from _network_use(limits.ELASTIC_IPS, "in one Region", addresses)
    yield from _network_use(limits.VPCS, "in one Region", vpcs)
    yield from _network_use(limits.NAT_GATEWAYS, "in one Availability Zone", most)
    for vpc, places in interfaces.items():
        counts = Counter(places.values())
        yield from _network_use(limits.LAMBDA_NETWORK_INTERFACES, f"of Lambda in {vpc.shown}", counts)


def _interfaces(app: Provisions, stack: Stack, function: Function) -> Iterator[tuple[Spot, object]]:
    """The VPC of each subnet of a function, and the subnet with the security groups: what makes an interface."""
    links = known(function.subnet_links)
    if not links:
        return
    groups = frozenset(app.spot(stack, each) for each in known(function.security_group_links) or ())
    for link in links:
        spot = app.spot(stack, link)
        at = app.find("subnets", spot)
        vpc = app.vpc(app.stacks[spot.template], at.vpc) if spot and at else None
        if spot and vpc:
            yield vpc, (spot, groups)


def _network_use(limit: Limit, where: str, counts: Mapping[Place, int]) -> Iterator[NetworkUse]:
    parts = _parts(counts)
    if parts:
        yield NetworkUse(place=parts[0].place, limit=limit, where=where, parts=parts)


def _parts(numbers: Mapping[Place, int]) -> tuple[Part, ...]:
    """What takes something, the most first."""
    found = [Part(place, number) for place, number in numbers.items() if number > 0]
    return tuple(sorted(found, key=lambda part: (-part.number, part.place.path)))


def _concurrency(members: list[Member], where: str, *, is_certain: bool) -> Iterator[ConcurrencyUse]:
    reserved: dict[Place, int] = {}
    provisioned: dict[Place, int] = {}
    for _, stack in members:
        for function in stack.functions.values():
            number = known(function.reserved_concurrency)
            if number and not function.place.conditional and function.managed_instances is None:
                reserved[function.place] = int(number)
    templates = {stack.place.template for _, stack in members}
    for app in {id(app): app for app, _ in members}.values():
        for each in app.provisioned():
            of = each.function
            if of.place.template not in templates or of.place.conditional:
                continue
            if of.reserved_concurrency is None and of.managed_instances is None:
                provisioned[of.place] = each.number
    parts = _parts(reserved), _parts(provisioned)
    if any(parts):
        first = min((part for each in parts for part in each), key=lambda part: (-part.number, part.place.path))
        yield ConcurrencyUse(
            place=first.place, where=where, is_certain=is_certain, reserved=parts[0], provisioned=parts[1]
        )


def _storage(stacks: list[Stack], where: str) -> Iterator[StorageUse]:
    stored: list[Function | LayerVersion] = [layer for stack in stacks for layer in stack.layers.values()]
    for stack in stacks:
        stored += (each for each in stack.functions.values() if each.code_storage_mode in (None, "COPY"))
    assets = {each.place: each.asset for each in stored if each.asset and not each.place.conditional}
    largest = (limits.UNZIPPED_ARCHIVE_SIZE.maximum or 0) * len(assets)
    if largest > CODE_STORAGE_BYTES:  # else nothing has to be read
        sizes = {place: asset.package.unpacked_bytes for place, asset in assets.items() if asset.package}
        parts = _parts(sizes)
        if parts:
            yield StorageUse(place=parts[0].place, where=where, parts=parts)


def _configs(stacks: list[Stack], where: str, *, is_certain: bool) -> Iterator[ConfigUse]:
    certain = {
        stack.place: sum(not each.place.conditional for each in stack.deployment_configs.values()) for stack in stacks
    }
    if parts := _parts(certain):
        yield ConfigUse(place=parts[0].place, where=where, is_certain=is_certain, parts=parts)


CODE_STORAGE_BYTES = (limits.CODE_STORAGE.maximum or 0) * 1024**3
