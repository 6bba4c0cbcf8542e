"""An issuer of tokens on this machine, for the tests of authorizers. Needs PyJWT and cryptography on the path."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

NAME, AUDIENCE = "https://login.example.com/", "shop"
CLAIMS = {"sub": "ada", "tenant": "acme", "role": "buyer"}


class Issuer:
    """Makes tokens, and publishes the keys that verify them while the `with` block runs."""

    def __init__(self) -> None:
        import jwt
        from cryptography.hazmat.primitives.asymmetric import ec, rsa

        self._encode = jwt.encode
        self.keys: dict[str, Any] = {
            "ES256": ec.generate_private_key(ec.SECP256R1()),
            "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        }
        self.stranger = ec.generate_private_key(ec.SECP256R1())
        published = [
            {**jwt.get_algorithm_by_name(name).to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"}
            for name, key in self.keys.items()
        ]
        self._published = json.dumps({"keys": published}).encode()
        self.requests = 0
        self.is_down = False

    def __enter__(self) -> Self:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests += 1
                self.send_response(503 if issuer.is_down else 200)
                self.end_headers()
                self.wfile.write(b"" if issuer.is_down else issuer._published)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def jwks_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/jwks.json"

    def token(self, algorithm: str = "ES256", *, key: Any = None, kid: str | None = None, **claims: Any) -> str:
        """A signed token; a claim that is None is left out."""
        headers = {"kid": algorithm if kid is None else kid}
        made: str = self._encode(claims_of(**claims), key or self.keys[algorithm], algorithm, headers=headers)
        return made

    def signed_with_the_public_key(self) -> str:
        """A token of a symmetric algorithm, whose secret is what everybody knows."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self.keys["RS256"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return forged({"alg": "HS256", "kid": "RS256"}, lambda text: hmac.digest(public, text, hashlib.sha256))


def claims_of(**claims: Any) -> dict[str, Any]:
    """The claims of a good token, but for those given."""
    now = int(time.time())
    every = {"iss": NAME, "aud": AUDIENCE, "iat": now, "exp": now + 300, **CLAIMS, **claims}
    return {name: value for name, value in every.items() if value is not None}


def forged(header: dict[str, str], sign: Any) -> str:
    """A token of good claims that no library would make."""
    text = f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps(claims_of()).encode())}"
    return f"{text}.{_base64(sign(text.encode()))}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
