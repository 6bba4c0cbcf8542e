"""What libraries return while code is read for credentials, and AWS's clients."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from constructs_lambda.artifacts.credentials.frames import Class, Frame
from constructs_lambda.artifacts.credentials.reads import LIST, Reads
from constructs_lambda.artifacts.credentials.sources import ANSWERS, cookie, environment
from constructs_lambda.artifacts.credentials.values import PLAIN, UNKNOWN, Taint, Value, join, role, tainted, weakened

_FLAT = re.compile(
    r"(?:builtins\.(?:str|repr|bytes|bytearray|format|ascii|memoryview)|pickle\.dumps"
    r"|base64\.\w+|binascii\.(?!crc)\w+|zlib\.(?!crc|adler)\w+|codecs\.\w+|html\.(?:un)?escape|urllib\.parse\.\w+|shlex\.quote"
    r"|re\.(?:sub|findall|split|match|search|fullmatch)|regex\.\w+|textwrap\.\w+|pprint\.pformat|os\.path\.join)"
)
_SAME = re.compile(
    r"builtins\.(?:list|tuple|set|frozenset|sorted|reversed|iter|vars)|asyncio\.run|copy\.(?:deep)?copy|dataclasses\.asdict"
    r"|collections\.(?:OrderedDict|UserDict)|types\.MappingProxyType|os\.path\.expandvars"
)
_MASK = re.compile(r"^[*xX•#_.-]+$|redact|mask|hidden", re.IGNORECASE)
_PLAIN = re.compile(
    r"(?:hashlib|hmac|time|datetime|uuid|math|random|logging)\..*"
    r"|builtins\.(?:bool|len|int|float|isinstance|issubclass|any|all|hash|id|callable|abs|round|sum|ord|print|range)"
    r"|secrets\.compare_digest"
)
_SIGNERS = re.compile(r"(?:^|\.)(?:\w*jwt|JsonWebToken\(\)|PyJWT\(\))\.(?P<does>\w+)$")
_READS = frozenset({"decode", "decode_complete", "get_unverified_claims"})
_COOKIE = re.compile(r"([A-Za-z_][\w.-]*)=")
_RESPONSES = {
    "APIGatewayAuthorizerResponse": ("principal_id", "region", "aws_account_id", "api_id", "stage", "context"),
    "APIGatewayAuthorizerResponseWebSocket": ("principal_id", "region", "aws_account_id", "api_id", "stage", "context"),
    "APIGatewayAuthorizerResponseV2": ("authorize", "context"),
    "from_route_arn": ("arn", "principal_id", "context"),
}


class Libraries(Reads):
    """Follows calls out of the code."""

    def external(
        self, path: str, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.Call, frame: Frame
    ) -> Value:
        """What a function returns that isn't the code's own.

        Args:
            path: Its name with its module: `json.dumps`, `builtins.str`, `lib.Class().method`.
            arguments: What it is called with.
            keywords: What it is called with by name.
            node: The call.
            frame: Where it is called.
        """
        last = path.rpartition(".")[2]
        first = arguments[0] if arguments else UNKNOWN
        everything = [*arguments, *keywords.values()]
        if (answer := answer_of(last, keywords)) is not None:
            return answer
        if (secret := _of_library(path, last, keywords)) is not None:
            return secret
        if (signer := _SIGNERS.search(path)) is not None and arguments:
            if signer["does"] in _READS:
                return role("claims")
            if signer["does"] == "encode":
                return tainted("a signed token", is_certain=False)
        if path in ("os.getenv", "os.environ.get"):
            return join(*(environment(text) for text in first.texts), *arguments[1:2])
        if path == "builtins.dict":
            return self._dict(arguments, keywords, node, frame)
        if last == "sub" and len(arguments) > 1 and _MASK.search(arguments[1].text or ""):
            return PLAIN
        if path.startswith("re.") and len(arguments) > 1 and "cookie header" in arguments[1].roles:
            written = _COOKIE.search(first.text or "")
            return cookie("cookies", written[1]) if written else role("each:cookies")
        if _FLAT.fullmatch(path):
            return self.flat(*arguments[:1] if path.startswith("base64") else arguments)
        if _SAME.fullmatch(path):
            return first
        if path == "builtins.filter" and first.functions:
            return UNKNOWN
        if path in ("typing.cast", "builtins.filter") and len(arguments) > 1:
            return arguments[1]
        if path in ("builtins.max", "builtins.min"):
            return join(*arguments) if len(arguments) > 1 else self.elements(first)[1]
        if path == "builtins.next":
            return join(self.elements(first)[1], *arguments[1:2])
        if path in ("builtins.map", "builtins.zip", "builtins.enumerate"):
            return self._of_iterables(last, arguments, node, frame)
        if path in ("builtins.getattr", "builtins.setattr") and len(arguments) > 1:
            return self._by_name(last, arguments, node, frame)
        if last == "dumps":  # what is made of the text again is the same
            return first if first.refs or first.roles else self.flat(first)
        if last in ("loads", "eval", "literal_eval"):
            return first if first.refs or first.roles else _loaded(self.flat(first))
        if _PLAIN.fullmatch(path):
            return PLAIN
        if last in _RESPONSES:
            named = dict(zip(_RESPONSES[last], arguments, strict=False)) | keywords
            return self.memory.new({name: self.item(value, node, frame) for name, value in named.items()})
        if path == "collections.namedtuple" and len(arguments) > 1:
            fields = (arguments[1].text or "").replace(",", " ").split() or [
                each.text or "" for each in self.elements(arguments[1])[0] or ()
            ]
            of = Class(first.text or "", Frame(frame.file, frame.module), tuple(fields), ())
            return Value(functions=frozenset({of}))
        if first.functions:  # a wrapper
            return Value(functions=first.functions)
        if last[:1].isupper():
            return self._instance(path, arguments, keywords, node, frame)
        return self.unknown_call(everything, keywords, node, frame)

    def _dict(self, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        made = self.memory.new()
        for each in arguments[:1]:
            exact, other = self.elements(each)
            is_pairs = bool(each.refs) and all(self.memory.classes.get(ref) == LIST for ref in each.refs)
            if not is_pairs:
                made = self.merged_dict([each], node, frame)
                continue
            for pair in exact if exact is not None else [other]:
                keys = self.part(pair, frozenset({"0"}), node, frame).texts
                value = self.part(pair, frozenset({"1"}), node, frame)
                self.memory.write(made, keys, self.item(value, node, frame))
        for key, value in keywords.items():
            self.memory.write(made, frozenset({key}), self.item(value, node, frame))
        return made

    def _of_iterables(self, name: str, arguments: Sequence[Value], node: ast.AST, frame: Frame) -> Value:
        if name == "map":
            each = [self.elements(value)[1] for value in arguments[1:]]
            result = self.invoke(arguments[0], each, {}, node, frame) if arguments else UNKNOWN
            return self.listed([], node, frame, rest=result)
        if name == "enumerate":
            exact, other = self.elements(arguments[0]) if arguments else (None, UNKNOWN)
            pairs = [self.listed([PLAIN, value], node, frame) for value in exact or ()]
            return self.listed(
                pairs, node, frame, rest=self.listed([PLAIN, other], node, frame) if exact is None else None
            )
        columns = [self.elements(value) for value in arguments]
        exact_columns = [exact for exact, _ in columns if exact is not None]
        if len(exact_columns) == len(columns):
            rows = [self.listed(list(row), node, frame) for row in zip(*exact_columns, strict=False)]
            return self.listed(rows, node, frame)
        return self.listed([], node, frame, rest=self.listed([other for _, other in columns], node, frame))

    def _by_name(self, name: str, arguments: Sequence[Value], node: ast.AST, frame: Frame) -> Value:
        base, key = arguments[0], arguments[1].texts
        if name == "setattr":
            self.memory.write(base, key, self.item(arguments[2] if len(arguments) > 2 else UNKNOWN, node, frame))
            return PLAIN
        found = [self.attribute(base, text, node, frame) for text in sorted(key)]
        return join(*found, *arguments[2:3]) if found else UNKNOWN

    def _instance(
        self, path: str, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """An object of a library's class: a wrapper of the event or its headers is taken for what it wraps."""
        if "Cookie" in path and arguments and arguments[0].roles & {"cookies", "cookie header", "each:cookies"}:
            return replace(self.memory.new(), roles=frozenset({"cookies"}))
        for each in arguments[:1]:
            if wrapped := each.roles & {"event", "headers", "environ"}:
                return Value(roles=wrapped, refs=each.refs)
        items = {name: self.item(weakened(value), node, frame) for name, value in keywords.items()}
        return replace(self.memory.new(items), roles=frozenset({f"ext:{path}()"}))

    def unknown_call(
        self, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """What an unknown function returns: nothing is known, unless it is handed the context of an answer."""
        if "context" not in keywords or not keywords["context"].refs:
            return UNKNOWN
        weak = {
            key: item._replace(value=weakened(item.value))
            for key, item in self.memory.items(keywords["context"]).items()
        }
        return self.memory.new({"context": self.item(self.memory.new(weak), node, frame)})


def answer_of(name: str, keywords: dict[str, Value]) -> Value | None:
    """What a method of an AWS client returns that has credentials in it, by its name."""
    if name in ANSWERS:
        return role(ANSWERS[name])
    if name in ("get_parameter", "get_parameters", "get_parameters_by_path") and "WithDecryption" in keywords:
        flag = keywords["WithDecryption"]
        return (
            UNKNOWN if flag.texts == {"False"} else role("parameter" if flag.texts == {"True"} else "maybe parameter")
        )
    if name in ("get_secret_string", "get_secret_binary"):
        return tainted("a secret of Secrets Manager", "secret")
    if name == "get_credentials" and not keywords:
        return role("credentials")
    return None


def _of_library(path: str, last: str, keywords: dict[str, Value]) -> Value | None:
    """What Powertools' parameters return."""
    is_powertools = path.startswith("aws_lambda_powertools.")
    if last == "get_secret" or (is_powertools and path.endswith("SecretsProvider().get")):
        return tainted("a secret of Secrets Manager", "secret", is_certain=is_powertools)
    is_parameter = last.startswith("get_parameter") or path.endswith("SSMProvider().get")
    if is_powertools and is_parameter and keywords.get("decrypt", UNKNOWN).texts == {"True"}:
        return tainted("a decrypted parameter", "secret")
    return None


def _loaded(value: Value) -> Value:
    """JSON out of a text: the parts of a token are claims, the parts of a secret are secrets."""
    kept: frozenset[Taint] = frozenset(taint for taint in value.taints if taint.kind in ("secret", "aws"))
    return Value(taints=kept)
