"""Folders as lists of files: patterns applied, links followed within the folder, names the same on every system."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.archive import File, digest, opened
from constructs_lambda.packaging.trim import matcher

_IMPORTS = re.compile(
    rb"(?:^|[;:])[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n;#]*)|import[ \t]+([^\n;#]*))",
    re.MULTILINE,
)


def source_files(root: Path, patterns: tuple[str, ...], within: Path | None = None) -> list[File]:
    """List what a source folder holds, sorted by name.

    Args:
        root: The folder whose content is wanted.
        patterns: What is left out.
        within: The folder that links may not leave; `root` by default.

    Raises:
        PackagingError: For a link in a circle, to nowhere or out of the folder, for what is no file, and for names that
            can't stand in a zip or that differ in their Unicode form only.
    """
    unwanted, border = matcher(patterns), Path(os.path.realpath(within or root))
    found: dict[str, File] = {}

    def visit(folder: Path, prefix: str, at: str, above: frozenset[str]) -> None:
        try:
            with os.scandir(folder) as entries:
                children = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise PackagingError(f"{folder} can't be read: {error.strerror}") from error
        if prefix and any(entry.name == "pyvenv.cfg" for entry in children):
            return
        for entry in children:
            name = prefix + _portable(entry)
            if unwanted.fullmatch(name):
                continue
            path = Path(entry.path)
            real = _followed(path, border) if entry.is_symlink() else ""
            try:
                status = entry.stat()
            except OSError as error:
                raise PackagingError(f"{path} can't be read: {error.strerror}") from error
            if stat.S_ISDIR(status.st_mode):
                real = real or f"{at}{os.sep}{entry.name}"  # `realpath` asks for each folder above
                if real in above:
                    raise PackagingError(f"{path} is a link to a folder that it stands in: it has no end")
                visit(path, f"{name}/", real, above | {real})
            elif stat.S_ISREG(status.st_mode):
                if name in found:
                    raise PackagingError(f"{path} and {found[name].path} have the same name but for their Unicode form")
                found[name] = File(name, path, status.st_size, bool(status.st_mode & stat.S_IXUSR))
            else:
                raise PackagingError(f"{path} is neither a file nor a folder; leave it out with a pattern")

    top = os.path.realpath(root)
    visit(root, "", top, frozenset({top}))
    return [found[name] for name in sorted(found)]


def _portable(entry: os.DirEntry[str]) -> str:
    """The name in composed form, which Python imports by, and which every file system gives."""
    name = unicodedata.normalize("NFC", entry.name)
    try:
        name.encode()
    except UnicodeEncodeError:
        raise PackagingError(f"{os.fsencode(entry.path)!r} is not named in UTF-8; rename it") from None
    return name


def _followed(link: Path, border: Path) -> str:
    try:
        real = link.resolve(strict=True)
    except FileNotFoundError:
        raise PackagingError(f"{link} is a link to {link.readlink()}, which isn't there") from None
    except (OSError, RuntimeError):  # Python before 3.13 says RuntimeError
        raise PackagingError(f"{link} is a link in a circle") from None
    if not real.is_relative_to(border):
        raise PackagingError(
            f"{link} is a link out of {border}; copy what it leads to, make it a dependency, or leave it out "
            "with a pattern"
        )
    return str(real)


def installed_files(
    root: Path, patterns: tuple[str, ...], leave_out: frozenset[str] = frozenset(), used: Collection[str] = ()
) -> list[File]:
    """List what uv installed into a folder: the patterns applied, and scripts of the building machine left out.

    A folder that a pattern fits stays if a module that stays imports it: `numpy.testing` needs one of numpy's `tests`.

    Args:
        root: The folder.
        patterns: What is left out.
        leave_out: Files that are left out.
        used: Dotted names that somebody else imports.
    """
    unwanted = matcher(patterns)
    reads_stubs = (root / "lazy_loader").is_dir()
    found: list[File] = []
    dropped: dict[str, str] = {}  # a folder's dotted name, as it is imported, to its path

    def visit(folder: str, prefix: str) -> None:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = prefix + entry.name
                if name in leave_out:
                    continue
                directory = entry.is_dir(follow_symlinks=False)
                if unwanted.fullmatch(name) and not (
                    (reads_stubs and name.endswith(".pyi")) or _is_sourceless(entry.path)
                ):
                    if directory and entry.name.isidentifier() and entry.name != "__pycache__":
                        dropped[name.replace("/", ".")] = name
                elif directory:
                    visit(entry.path, f"{name}/")
                elif not (prefix == "bin/" and _is_script(entry.path)):
                    status = entry.stat()
                    found.append(File(name, Path(entry.path), status.st_size, bool(status.st_mode & stat.S_IXUSR)))

    visit(str(root), "")
    needed, read = {name for name in dropped if name in used}, 0
    while dropped:
        needed |= imported(found[read:], dropped)
        read = len(found)
        if not needed:
            break
        for name in sorted(needed):
            path = dropped.pop(name)
            visit(str(root / path), f"{path}/")
        needed = set()
    return found


def imported(files: Iterable[File], folders: Iterable[str]) -> set[str]:
    """Which of these folders, by their dotted names, the modules among some files import.

    Args:
        files: The files.
        folders: Dotted names.
    """
    wanted = frozenset(folders)
    words = [name.rpartition(".")[2].encode() for name in wanted]
    return {
        name
        for file in files
        if file.name.endswith(".py")
        for name in named_in(opened_bytes(file.path, words), file.name)
        if name in wanted
    }


def named_in(code: bytes, name: str) -> Iterator[str]:
    """The dotted names that a module imports, and all that they stand in.

    Args:
        code: The module.
        name: Its path below where modules are found, for relative imports.
    """
    for dots, module, names, plain in _IMPORTS.findall(code):
        above = name.split("/")[: -len(dots)] if dots else []
        for each in re.findall(rb"[\w.]+", plain):
            yield from _prefixes(each.decode())
        start = ".".join([*above, *([module.decode()] if module else [])])
        yield from _prefixes(start)
        for each in re.findall(rb"\w+", names):
            yield f"{start}.{each.decode()}"


def _prefixes(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def opened_bytes(path: Path, words: Collection[bytes]) -> bytes:
    """What is in a file, nothing where none of the words is."""
    with opened(path) as content:
        code = content.read()
    return code if any(word in code for word in words) else b""


def _is_sourceless(path: str) -> bool:
    """Whether it is a compiled module that has no source beside it."""
    return path.endswith(".pyc") and "__pycache__" not in path and not os.path.exists(path[:-1])  # noqa: PTH110


def _is_script(path: str) -> bool:
    with opened(Path(path)) as content:
        return content.read(2) == b"#!"


def fingerprint(files: list[File]) -> str:
    """The digest of files by reading them, as `Writer.add` returns it; times are not trusted."""
    pairs = []
    for file in files:
        with opened(file.path) as content:
            pairs.append((file, hashlib.file_digest(content, "sha256").digest()))
    return digest(pairs)
