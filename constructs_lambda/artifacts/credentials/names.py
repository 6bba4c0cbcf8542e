"""Whether a name stands for a credential, word by word: `access_token` does, `token_use` doesn't."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CREDENTIALS = frozenset({
    "apikey", "authorization", "authtoken", "accesstoken", "bearer", "cookie", "cookies", "credential", "credentials",
    "passphrase", "passwd", "password", "passwords", "pwd", "secret", "secretkey", "secrets", "token", "tokens",
})  # fmt: skip
_KEYS = frozenset({"access", "api", "auth", "encryption", "hmac", "jwt", "master", "private", "secret", "signing"})
# Keys in the sense of a database, an object store or a public key.
_OTHER_KEYS = frozenset({
    "bucket", "cache", "claim", "context", "dedup", "foreign", "hash", "header", "idempotency", "kms", "lock", "log",
    "lookup", "map", "metric", "object", "partition", "primary", "public", "range", "role", "routing", "s3", "sort",
    "table", "tag", "tenant", "user",
})  # fmt: skip
# What may follow without changing what it is.
_TAILS = frozenset({"header", "hdr", "plain", "plaintext", "raw", "str", "string", "text", "val", "value"})
# What comes first where something is said about a credential, or where it was already understood.
_ABOUT = frozenset({
    "allow", "can", "decoded", "expired", "force", "forgot", "invalid", "missing", "needs", "no", "parsed", "requires",
    "supports", "use", "uses", "valid", "validated", "verified", "with",
})  # fmt: skip
# What makes a name the name of a state, wherever it stands in it.
_STATES = frozenset({"change", "changed", "has", "is", "must", "should"})
_HASHES = frozenset({"digest", "hash"})
_PASSWORDS = frozenset({"passphrase", "passwd", "password", "pwd"})
# Tokens that say nothing about who somebody is, and numbers of them.
_OTHER_TOKENS = frozenset({"continuation", "count", "csrf", "design", "idempotency", "marker", "max", "next", "num",
                           "page", "pagination", "remaining", "starting", "sync", "total", "used", "xsrf"})  # fmt: skip
_SESSIONS = frozenset({"auth", "sess", "session", "sso"})
_HEADERS = frozenset({"authentication", "authorization", "cookie", "jwt", "session", "set"})
# Parts of a secret that is a JSON object, which are none by themselves.
_HARMLESS = frozenset({
    "alg", "algorithm", "algorithms", "aud", "audience", "clientid", "database", "dbname", "domain", "endpoint",
    "engine", "host", "hostname", "iss", "issuer", "kid", "name", "port", "region", "tenant", "url", "user", "username",
})  # fmt: skip


def words(name: str) -> list[str]:
    """The words of a name in small letters, however it is written: `apiKey`, `API_KEY`, `x-api-key`."""
    return [word.lower() for word in _WORD.findall(name[:200])]


def is_credential(name: str) -> bool:
    """Whether what has this name is a credential, by its name alone."""
    found = words(name)
    while len(found) > 1 and (found[-1] in _TAILS or found[-1].isdigit()):
        found.pop()
    if not found or found[0] in _ABOUT or (_OTHER_TOKENS | _STATES) & set(found):
        return False
    if found[-1] == "id" and found[-3:-1] == ["access", "key"]:
        return True
    if found[-1] in _HASHES and found[-2:-1] and found[-2] in _PASSWORDS:
        return True
    return found[-1] in _CREDENTIALS or (found[-1] in ("key", "keys") and found[-2:-1] != [] and found[-2] in _KEYS)


def is_credential_header(name: str) -> bool:
    """Whether the value of a header is a credential."""
    found = words(name)
    return is_credential(name) or (bool(found) and found[-1] in _HEADERS and not _OTHER_TOKENS & set(found))


def is_credential_cookie(name: str) -> bool:
    """Whether the value of a cookie is a credential, such as that of `session`, `JSESSIONID` or `connect.sid`."""
    found = words(name)
    if not found or _OTHER_TOKENS & set(found):
        return False
    is_session = found[-1] in _SESSIONS or (found[-1] == "id" and found[-2:-1] != [] and found[-2] in _SESSIONS)
    return is_credential_header(name) or is_session or found[-1].endswith(("sessid", "sessionid", "sid"))


def is_identifier(name: str) -> bool:
    """Whether what has this name only says which one is meant: `token_id`, but not `access_key_id`."""
    return words(name)[-1:] in (["id"], ["ids"]) and not is_credential(name)


def of_environment(name: str) -> bool | None:
    """Whether a variable of the environment is a credential; None where its name leaves it open."""
    found = words(name)
    if is_credential(name):
        return True
    if found and found[-1] == "key" and len(found) > 1 and not (_OTHER_KEYS | _OTHER_TOKENS) & set(found):
        return None
    return False


def is_harmless_part(name: str) -> bool:
    """Whether a part of a secret with this name is none by itself, such as `username`."""
    return "".join(words(name)) in _HARMLESS or words(name)[-1:] in (["id"], ["arn"], ["name"], ["url"])
