"""What a JavaScript file exports, by its text: where the text is plain enough to be certain, else nothing is said."""

from __future__ import annotations

import re

_COMMENT_OR_TEXT = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*(?:`|\Z)", re.DOTALL
)
# Ends what esbuild writes for CommonJS: all names, so that Node.js can import them as an ES module.
_ESBUILD = re.compile(r"(?<![\w$])0\s*&&\s*\(\s*module\.exports\s*=\s*\{([^{}]*)\}\s*\);?\s*(?://[^\n]*\s*)*$")
_MARK = re.compile(
    r"Object\.defineProperty\(\s*exports\s*,\s*['\"]__esModule['\"]\s*,\s*\{\s*value\s*:\s*(?:true|!0)\s*\}\s*\);?"
)
# With one of these a name may be exported without being written.
_DYNAMIC = re.compile(r"(?<![\w$.])(?:this|arguments|eval|Function|require(?=\s*\.))(?![\w$])")
_NAMES = r"\s*(?:[\w$]+\s*(?::\s*[\w$.]+\s*)?(?:,\s*|(?=\})))*"
_ASSIGNED = re.compile(rf"(?<![\w$.])module\.exports\s*=\s*\{{({_NAMES})\}}")
_PROPERTY = re.compile(r"(?<![\w$.])(?:module\.)?exports\.([\w$]+)")
_LISTED = re.compile(r"(?<![\w$.])export\s*\{(\s*(?:[\w$]+(?:\s+as\s+[\w$]+)?\s*(?:,\s*|(?=\})))*)\}")
_DECLARED = re.compile(
    r"(?<![\w$.])export\s+(?:(default)(?![\w$])|(?:async\s+)?function\s*\*?\s*([\w$]+)|class\s+([\w$]+)"
    r"|(?:const|let|var)\s+([\w$]+)\s*[=;])"
)
_KEYWORD = re.compile(r"(?<![\w$.])(?:export(?![\w$:])|import(?![\w$:]|\s*[(.]))")
_COMMON = re.compile(r"(?<![\w$.])(?:module|exports)(?![\w$])")


def exported_names(text: str, *, is_module: bool | None) -> frozenset[str] | None:
    """The names that a file exports; None where that isn't certain.

    Args:
        text: The file.
        is_module: Whether it is an ES module, None where that isn't known.
    """
    if is_module is False and (match := _ESBUILD.search(text)):
        names = [name.strip() for name in match[1].split(",") if name.strip()]
        return frozenset(names) if all(re.fullmatch(r"[\w$]+", name) for name in names) else None
    code = _COMMENT_OR_TEXT.sub(_blank, _MARK.sub("", text.removeprefix("\ufeff")))
    if re.search(r"[/\\`'\"]", code.replace('""', "")) or _DYNAMIC.search(code):  # perhaps a regular expression
        return None
    if is_module is None:
        return None
    if is_module or (_KEYWORD.search(code) and not _COMMON.search(code)):
        return _of_module(code)
    return None if _KEYWORD.search(code) else _of_common(code)


def _blank(match: re.Match[str]) -> str:
    """What stands for a comment or a text; a backslash where its end isn't certain."""
    found = match[0]
    if found.startswith("//"):
        return " "
    if found.startswith("/*"):
        return " " if found.endswith("*/") and len(found) > len("/**") else "\\"
    if found.startswith("`"):
        is_whole = "${" not in found or "}" in found[found.rfind("${") :]  # else a template stands in it
        return '""' if is_whole and found.endswith("`") and len(found) > 1 else "\\"
    return '""'


def _of_module(code: str) -> frozenset[str] | None:
    names: set[str] = set()
    rest = code
    for match in _LISTED.finditer(code):
        names.update(part.split()[-1] for part in match[1].split(",") if part.split())
    rest = _LISTED.sub("", rest)
    for match in _DECLARED.finditer(rest):
        names.update(name for name in match.groups() if name)
    rest = _DECLARED.sub(" ", rest)
    if re.search(r"(?<![\w$.])export(?![\w$])", rest):
        return None
    # `export const a = 1, b = 2`: what else is declared there isn't told from what is assigned elsewhere
    if re.search(r"(?<![\w$.])export\s+(?:const|let|var)", code):
        if re.search(r"[\]}]\s*=(?![=>])", rest):
            return None
        names.update(re.findall(r"([\w$]+)\s*=(?![=>])", rest))
    return frozenset(names)


def _of_common(code: str) -> frozenset[str] | None:
    names: set[str] = set()
    for match in _ASSIGNED.finditer(code):
        names.update(part.partition(":")[0].strip() for part in match[1].split(",") if part.strip())
    rest = _ASSIGNED.sub("", code)
    names.update(_PROPERTY.findall(rest))
    rest = _PROPERTY.sub("", rest)
    if _COMMON.search(rest):
        return None
    if not names and re.search(r"(?<![\w$.])require(?![\w$])", code):
        return None  # what is loaded may do anything
    return frozenset(names)
