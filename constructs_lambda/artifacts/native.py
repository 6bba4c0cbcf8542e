"""Compiled code in a package: what it was built for, by file names, ELF headers and wheel tags."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from constructs_lambda.artifacts.handlers import python_version
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.sizes import Owners, distributions, find_owners
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.runtimes import RUNTIMES, family_of

_HEADER_BYTES = 64
_MOST_HEADERS = 5_000
_MACHINES = {3: "x86", 40: "arm", 62: "x86_64", 183: "arm64"}
_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_CANDIDATE = re.compile(
    r"\.(?:so(?:\.\d+)*|(?<!fsevents\.)node|pyd)$|(?:^|/)bin/[^/]+$|^(?:bootstrap|extensions/[^/]+)$"
)
# `.cpython-314-x86_64-linux-gnu.so`, `.cpython-314t-darwin.so`, `.cp314-win_amd64.pyd`
_EXTENSION = re.compile(r"\.(?:cpython-|cp)(\d)(\d+)([a-z]*)(?:-([a-z0-9_-]+))?\.(?:so|pyd)$")
_IN_NAME = (("aarch64", "arm64"), ("arm64", "arm64"), ("x86_64", "x86_64"), ("amd64", "x86_64"), ("x64", "x86_64"))
_PLACE_WORDS = re.compile(
    r"(?:(?<![a-z0-9])(?:x86_64|x86-64|amd64|x64|aarch64|arm64|armv?[78]?l?|i[36]86|ia32|linux|linuxmusl|musl|gnu|glibc"
    r"|darwin|macosx?|osx|win32|win|windows|debian|rhel|openssl|abi3|cpython-\d+[a-z]*|cp\d+)(?![a-z0-9]))"
)
_SEPARATORS = re.compile(r"[-_.]{2,}")
_SHARED_FOLDERS = ("bin", "extensions", "lib")
_MUSL = re.compile(r"(?<![a-z])(?:linux)?musl(?![a-z])")
# In a layer, folders that only one version of a runtime has on its path: Python's, that of Node.js, and Ruby's.
_OF_VERSION = re.compile(r"(?:python/lib/python|nodejs/node|ruby/gems/)(\d+(?:\.\d+)?)(?:\.\d+)?/")
# Of Node.js: what does without its library, and tools for building, which lie about and are never loaded.
_DISPENSABLE = re.compile(
    r"bufferutil|utf-8-validate|lightningcss-.+|turbo-.+"
    r"|@(?:biomejs/cli|esbuild/|next/swc|nx/nx|parcel/|rolldown/|rollup/rollup|rspack/|swc/core|tailwindcss/oxide).*"
)
_GLIBC = {"amzn1": (2, 17), "amzn2": (2, 26), "amzn2023": (2, 34)}


@dataclass(frozen=True, slots=True)
class NativeFile:
    """One file of compiled code.

    Args:
        name: Path in the package.
        system: `linux`, `darwin` or `windows`; None where it isn't known.
        architecture: `x86_64`, `arm64`, or another as ELF names it; None where it isn't known.
        python_tag: Python that alone can import it (`cp314`), `abi3` for any; None for other libraries.
        libc: `gnu` or `musl`; None where the name doesn't say.
    """

    name: str
    system: str | None
    architecture: str | None
    python_tag: str | None
    libc: str | None


@dataclass(frozen=True, slots=True)
class Misfit:
    """Compiled code that a function can't load.

    Args:
        name: Path in the package; of a wheel, its WHEEL file.
        reason: What it was built for, and what the function is, as a clause.
        package: Distribution or module that brought it, as the user knows it.
    """

    name: str
    reason: str
    package: str


def native_files(package: Package) -> tuple[NativeFile, ...]:
    """The compiled code of a package: libraries, extension modules, and programs in `bin/` and `extensions/`.

    Args:
        package: A function's package or a layer's. 64 bytes of each candidate are read.
    """
    found = []
    left = _MOST_HEADERS
    for entry in package.entries:
        match = _CANDIDATE.search(entry.name)
        if not match or entry.kind != "file":
            continue
        header = b""
        if left:
            left -= 1
            with contextlib.suppress(InputError):
                header = package.head(entry.name, _HEADER_BYTES)
        file = _native_file(entry.name, header)
        if file.system or file.python_tag:
            found.append(file)
    return tuple(found)


def wheel_tags(package: Package) -> Mapping[str, tuple[str, ...]]:
    """The tags of each installed wheel, by the name of its WHEEL file.

    Args:
        package: A function's package or a layer's.
    """
    tags = {}
    for site, folder, _ in distributions(package):
        name = f"{site}{folder}/WHEEL"
        lines = package.read_text([name], 64 * 1024).splitlines()
        found = tuple(line[4:].strip() for line in lines if line.startswith("Tag:"))
        if found:
            tags[name] = found
    return tags


def wrong_for(package: Package, architecture: str, runtime: str | None) -> tuple[Misfit, ...]:
    """The compiled code that a function can't load.

    Where a package brings a library for several machines or Pythons, it is fine as soon as one of them fits, also
    where each stands in a package of its own, named by its platform. A function that never loads a misfit works all
    the same. What a wheel for any platform brings is never a misfit. In a layer only the folder of the runtime's
    version counts. Java and .NET choose among many files: for them one fitting file in all is enough.

    Args:
        package: The function's package, or a layer's.
        architecture: `x86_64` or `arm64`.
        runtime: Identifier of the runtime, None for an unknown one: then only the machine is compared.
    """
    owners = find_owners(package)
    judged = [
        (file, _misfit(file, architecture, runtime))
        for file in native_files(package)
        if _is_on_path(file.name, runtime)
    ]
    fits = {key for file, reason in judged if not reason for key in _groups(file, owners)}
    chooses = family_of(runtime or "") in ("java", "dotnet")
    found = {
        file.name: reason
        for file, reason in judged
        if reason and fits.isdisjoint(_groups(file, owners)) and not (chooses and fits)
    }
    fitting = {owners.of(file.name) for file, reason in judged if not reason or file.name not in found}
    tags = {name: tags for name, tags in wheel_tags(package).items() if _is_on_path(name, runtime)}
    for name, of_wheel in tags.items():
        reasons = [_wrong_libc(tag, runtime) for tag in of_wheel]
        if not all(reasons) and owners.of(name) not in fitting:
            reasons = [_wrong_tag(tag, architecture, runtime) for tag in of_wheel]
        if reasons and all(reasons):
            found[name] = reasons[0]
    for_any = {owners.of(name) for name, of_wheel in tags.items() if any(tag.endswith("-any") for tag in of_wheel)}
    misfits = (Misfit(name, one_line(reason), owners.of(name)) for name, reason in sorted(found.items()))
    return tuple(each for each in misfits if each.package not in for_any and not _DISPENSABLE.fullmatch(each.package))


def _is_on_path(name: str, runtime: str | None) -> bool:
    """Whether a file isn't in a folder of a layer that is for another version of the runtime."""
    match = _OF_VERSION.match(name)
    family = family_of(runtime or "")
    if not match or runtime is None or not name.startswith(family or "/"):
        return True
    version = re.match(r"[a-z]+(\d+(?:\.\d+)?)", runtime)
    return version is None or version[1] == match[1]


def _groups(file: NativeFile, owners: Owners) -> tuple[tuple[str, ...], ...]:
    """What else a file may stand for: any of a group that fits makes up for the others.

    A library beside an extension module of Python doesn't make up for it: every Python loads that one.
    """
    kind = "python" if file.python_tag else "library"
    owner, lower = owners.of(file.name), file.name.lower()
    groups = [("name", kind, _without_place(lower))]
    if owner not in _SHARED_FOLDERS:
        groups.append(("owner", kind, _without_place(owner.lower())))
    base = lower.rpartition("/")[2]
    place = _PLACE_WORDS.search(base)
    if place and place.start() and kind == "library":  # as of Prisma, which puts its engines into several folders
        groups.append(("stem", kind, base[: place.start()]))
    return tuple(groups)


def _without_place(name: str) -> str:
    return _SEPARATORS.sub("-", _PLACE_WORDS.sub("", name))


def _native_file(name: str, header: bytes) -> NativeFile:
    system = architecture = python_tag = libc = None
    if header.startswith(b"\x7fELF") and len(header) >= 20:
        system = "linux"
        machine = int.from_bytes(header[18:20], "big" if header[5] == 2 else "little")
        architecture = _MACHINES.get(machine, f"ELF machine {machine}")
    elif header[:4] in _MACH_O:
        system = "darwin"
    elif header.startswith(b"MZ") and (name.endswith(".node") or name == "bootstrap"):
        system = "windows"
    base = name.rpartition("/")[2]
    if match := _EXTENSION.search(base):
        platform = match[4] or ""
        python_tag = f"cp{match[1]}{match[2]}{match[3]}"
        libc = "musl" if "musl" in platform else "gnu" if "gnu" in platform else None
        system = system or _system(platform)
        architecture = architecture or next((known for word, known in _IN_NAME if word in platform), None)
    elif base.endswith(".abi3.so"):
        python_tag = "abi3"
    if base.endswith(".pyd"):
        system = "windows"
    if base.startswith("libc.musl-") or (base.endswith(".node") and _MUSL.search("/".join(name.split("/")[-2:]))):
        libc = "musl"
    return NativeFile(name, system, architecture, python_tag, libc)


def _system(platform: str) -> str | None:
    return next(
        (system for word, system in (("linux", "linux"), ("darwin", "darwin"), ("win", "windows")) if word in platform),
        None,
    )


def _misfit(file: NativeFile, architecture: str, runtime: str | None) -> str:
    """Why a file can't be loaded, empty where it can or nothing is known."""
    if file.system in ("darwin", "windows"):
        return f"is built for {'macOS' if file.system == 'darwin' else 'Windows'}, and Lambda runs Linux"
    named = next(_architectures_in(file), None)
    for built_for in (file.architecture, named):
        if built_for and built_for != architecture:
            return f"is built for the architecture {built_for}, and the function runs on {architecture}"
    if file.libc == "musl" and family_of(runtime or "") in ("nodejs", "python"):
        return f"is built for musl (Alpine Linux), and {runtime} uses glibc"
    version = python_version(runtime or "")
    if version is None:
        return ""
    if file.python_tag and file.python_tag != "abi3":
        expected = f"cp{version[0]}{version[1]}"
        if file.python_tag != expected:
            return f"is built for {_python(file.python_tag)}, and the function runs on {runtime}"
    return ""


def _architectures_in(file: NativeFile) -> Iterator[str]:
    """The architecture in an extension module's name: Python imports it under that name only."""
    match = _EXTENSION.search(file.name)
    if match and match[4]:
        yield from (known for word, known in _IN_NAME if word in match[4])


def _wrong_tag(tag: str, architecture: str, runtime: str | None) -> str:
    """Why a wheel with this tag doesn't fit, empty where it does or nothing is known."""
    parts = tag.split("-")
    if len(parts) != 3 or parts[2] == "any":
        return ""
    platform = parts[2]
    if platform.startswith(("macosx", "win")):
        return f"is a wheel for {'macOS' if platform.startswith('mac') else 'Windows'}, and Lambda runs Linux"
    built_for = next((known for word, known in _IN_NAME if platform.endswith(word)), None)
    if built_for and built_for != architecture:
        return f"is a wheel for {built_for}, and the function runs on {architecture}"
    version = python_version(runtime or "")
    if version is None:
        return ""
    if parts[1] not in ("abi3", "none") and parts[0].startswith("cp") and parts[1] != f"cp{version[0]}{version[1]}":
        return f"is a wheel for {_python(parts[1])}, and the function runs on {runtime}"
    return ""


def _wrong_libc(tag: str, runtime: str | None) -> str:
    """Why a wheel with this tag can't be loaded with the runtime's C library, empty where it can."""
    if runtime is None or family_of(runtime) != "python":
        return ""
    platform = tag.rpartition("-")[2]
    if platform.startswith("musllinux"):
        return f"is a wheel for musl (Alpine Linux), and {runtime} uses glibc"
    glibc = re.match(r"manylinux_(\d+)_(\d+)_", platform)
    known = _GLIBC.get(RUNTIMES[runtime].operating_system) if runtime in RUNTIMES else None
    if glibc and known and (int(glibc[1]), int(glibc[2])) > known:
        return f"is a wheel for glibc {glibc[1]}.{glibc[2]}, and {runtime} has {known[0]}.{known[1]}"
    return ""


def _python(tag: str) -> str:
    match = re.fullmatch(r"cp(\d)(\d+)([a-z]*)", tag)
    if not match:
        return tag
    kind = " without its lock" if match[3] == "t" else ""
    return f"Python {match[1]}.{match[2]}{kind}"
