"""Whether a handler for Java, .NET or Ruby exists, by the names of files and the beginning of some."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.verdicts import OK, Verdict, listed, problem, unknown
from constructs_lambda.errors import InputError

_LARGEST_SOURCE = 512 * 1024
_CLASS = re.compile(r"[\w$]+(?:\.[\w$]+)*")
_FIRST_CLASS_FORMAT = 44  # of Java 0, so to say: Java 8 writes 52, Java 21 writes 65
_DYNAMIC_RUBY = re.compile(
    r"\b(?:alias|alias_method|autoload|define_\w*|eval|extend|include|instance_eval|class_eval|load|method_missing"
    r"|module_eval|prepend|require|require_relative|send|public_send)\b"
)


def _check_java(package: Package, handler: str, runtime: str, layers: Sequence[Package]) -> Verdict:
    name = handler.partition("::")[0]
    if not _CLASS.fullmatch(name):
        return unknown(f"{name} is no name of a class")
    path = name.replace(".", "/") + ".class"
    if path in package.files:
        return _check_version(package, path, runtime)
    if any(re.fullmatch(r"lib/[^/]+\.jar", file) for file in package.files) or layers:
        return unknown(f"a library may bring {name}")
    if any(entry.kind == "link" for entry in package.entries):
        return unknown("a folder may be a link")
    if f"BOOT-INF/classes/{path}" in package.files:
        return problem(f"the class {name} is in BOOT-INF/classes/, where Lambda doesn't look")
    jars = sorted(file for file in package.files if file.endswith(".jar"))
    if jars:
        return problem(f"no class {name} exists; Lambda looks at jars in lib/ only, and found {listed(jars)}")
    last = f"/{path}".rpartition("/")[2].lower()
    near = sorted(file for file in package.files if file.rpartition("/")[2].lower() == last)
    return problem(f"no file {path} exists" + (f"; found {listed(near)}" if near else ""))


def _check_version(package: Package, path: str, runtime: str) -> Verdict:
    """Whether the Java of the runtime is new enough for a class."""
    match = re.match(r"java(\d+)", runtime)
    try:
        head = package.head(path, 8)
    except InputError:
        return OK
    if match and head.startswith(b"\xca\xfe\xba\xbe") and len(head) == 8:
        version = int.from_bytes(head[6:], "big") - _FIRST_CLASS_FORMAT
        if version > int(match[1]):
            return problem(f"{path} is compiled for Java {version}, and {runtime} can't load it")
    return OK


def _check_dotnet(package: Package, handler: str, runtime: str, layers: Sequence[Package]) -> Verdict:
    parts = handler.split("::")
    if "bootstrap" in package.files:
        return unknown("it is compiled ahead of time")
    if len(parts) not in (1, 3) or not all(parts):
        return problem(f"the handler {handler} has to be Assembly::Namespace.Class::Method, or an assembly")
    name = f"{parts[0]}.dll"
    if name in package.files:
        return OK
    if layers or any(entry.kind == "link" for entry in package.entries):
        return unknown(f"{name} may come from elsewhere")
    near = sorted(file for file in package.files if file.lower().rpartition("/")[2] in (name.lower(), parts[0].lower()))
    return problem(f"no {name} stands at the root of the package" + (f"; found {listed(near)}" if near else ""))


def _check_ruby(package: Package, handler: str, runtime: str, layers: Sequence[Package]) -> Verdict:
    folder, slash, last = handler.rpartition("/")
    parts = last.split(".")
    if len(parts) not in (2, 3) or not all(parts):
        return problem(f"the handler {handler} has to be a file, a dot and a method, as in app.handler")
    path = f"{folder}{slash}{parts[0]}".removeprefix("./") + ".rb"
    if path not in package.files:
        holders = (package, *layers)
        if any(
            entry.kind == "link" or f"/{entry.name}".endswith(f"/{path}") for each in holders for entry in each.entries
        ):
            return unknown(f"a library may bring {path}")
        near = sorted(name for name in package.folders[""] if name.endswith(".rb"))
        return problem(f"no {path} exists" + (f"; found {listed(near)}" if near else ""))
    text = package.read_text([path], _LARGEST_SOURCE)
    if package.files[path].kind != "file" or not text or _DYNAMIC_RUBY.search(text):
        return OK
    return OK if parts[-1] in text else problem(f"{path} defines no {parts[-1]}")


CHECKS: Mapping[str | None, Callable[[Package, str, str, Sequence[Package]], Verdict]] = {
    "java": _check_java,
    "dotnet": _check_dotnet,
    "ruby": _check_ruby,
}
"""By family of runtimes: package, handler, runtime and layers -> whether the handler exists."""
