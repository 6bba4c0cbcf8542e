"""What JavaScript files export: certain, or nothing is said."""

from __future__ import annotations

import time

import pytest

from constructs_lambda.artifacts.exports import exported_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("exports.main = async () => {};", "main"),
        ("exports.a = exports.b = 1;", "a b"),
        ("module.exports.main = f;", "main"),
        ("module.exports = { main, other: f.g, };", "main other"),
        ("// exports.handler = 1;\nexports.x = 1;", "x"),
        ("/* exports.handler = 1; */ exports.x = 'exports.handler';", "x"),
        ("exports.x = `a${b}c`;", "x"),
        ("const handler = 1;", ""),
        ("", ""),
        ("Object.defineProperty(exports, '__esModule', { value: true });\nexports.x = 1;", "x"),
        ("const load = () => import('./x');\nexports.x = load;", "x"),
        ("var a = /['\"]/; 0 && (module.exports = {\n  main,\n  b\n});\n// end\n", "main b"),
    ],
)
def test_common(text: str, names: str) -> None:
    assert exported_names(text, is_module=False) == frozenset(names.split())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("export const main = 1;", "main"),
        ("export let main;", "main"),
        ("export async function main() {}", "main"),
        ("export function* main() {}", "main"),
        ("export class Main {}", "Main"),
        ("export default async function handler() {}", "default"),
        ("var a = 1;export{a as main,b};", "main b"),
        ("export { default as main } from './a.mjs';", "main"),
        ("export const a = 1, b = 2;", "a b"),
        ("exports.handler = 1;", ""),
    ],
)
def test_module(text: str, names: str) -> None:
    assert exported_names(text, is_module=True) == frozenset(names.split())


@pytest.mark.parametrize(
    "text",
    [
        "module.exports = require('./lib');",
        "module.exports = { ...require('./lib') };",
        "module.exports = { [name]: f };",
        "module.exports = f;",
        "Object.assign(exports, f());",
        "exports[name] = f;",
        "exports['handler'] = f;",
        "module['exports'] = {};",
        "require('./register')(exports);",
        "require.cache[x].exports.handler = 1; exports.x = 1;",
        "require('./other');",
        "this.handler = f;",
        "eval(text);",
        "const r = /['\"`]/g;\nexports.main = f;",
        "const a = `x${`y${1}`}`;\nexports.main = f;",
        "exports.h\\u0061ndler = f;",
        "exports.x = 1; /* not closed",
        "exports.x = `not closed",
        "0 && (module.exports = { main, ...require('x') });",
        "import x from 'y'; exports.handler = 1;",
    ],
)
def test_uncertain(text: str) -> None:
    assert exported_names(text, is_module=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "export * from './a.mjs';",
        "export const { handler } = o;",
        "export const [handler] = o;",
        "export const a = 1, { handler } = o;",
        "export { h as 'handler' };",
        "export = f;",
    ],
)
def test_uncertain_module(text: str) -> None:
    assert exported_names(text, is_module=True) is None


@pytest.mark.parametrize("part", ["/*", "`", "${", "'", "module.exports = {a", "export {a", "0 && (", "exports."])
def test_hostile_text_takes_no_time(part: str) -> None:
    begin = time.process_time()
    exported_names(part * (200_000 // len(part)), is_module=False)
    exported_names(part * (200_000 // len(part)) + "!", is_module=True)
    assert time.process_time() - begin < 2
