"""Tokens that an application must take, and tokens that it must refuse."""

import base64
import hashlib
import hmac
import json
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

# Keys that the wire publishes beside authms's own, so that tokens can be wrong in one thing alone.
KEYS = {
    "test-ec": (ec.generate_private_key(ec.SECP256R1()), "ES256", jwt.algorithms.ECAlgorithm),
    "test-ed": (ed25519.Ed25519PrivateKey.generate(), "EdDSA", jwt.algorithms.OKPAlgorithm),
    "test-rsa": (rsa.generate_private_key(65537, 2048), "RS256", jwt.algorithms.RSAAlgorithm),
}


def public_keys():
    for kid, (key, alg, algorithm) in KEYS.items():
        yield {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": alg, "use": "sig"}


def part(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(claims, by="test-ec", **header):
    key, alg, _ = KEYS[by]
    return jwt.encode(claims, key, alg, {"kid": by, "typ": "at+jwt", **header})


def by_public_key(claims):
    """HMAC over the public key, which everybody knows."""
    public = KEYS["test-ec"][0].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": "test-ec"}).encode()
    text = f"{part(head)}.{part(json.dumps(claims).encode())}"
    return f"{text}.{part(hmac.digest(pem, text.encode(), hashlib.sha256))}"


def cases(real, client, issuer):
    """(what it is, the token, whether it is to be taken); `real` was issued by authms for the client."""
    claims = jwt.decode(real, options={"verify_signature": False})
    head, body, signature = real.split(".")
    now = int(time.time())
    without = lambda name: {n: v for n, v in claims.items() if n != name}
    other = part(json.dumps({**claims, "sub": "usr_somebody_else"}).encode())
    unsigned = part(b'{"alg":"none","typ":"at+jwt"}')
    return [
        ("from authms", real, True),
        ("with another subject", f"{head}.{other}.{signature}", False),
        ("with a changed signature", f"{head}.{body}.{signature[:-10]}{'A' * 10}", False),
        ("without signature", f"{unsigned}.{body}.", False),
        ("from a published key", signed(claims), True),
        ("with two audiences", signed({**claims, "aud": [issuer, client]}), True),
        ("expired within the leeway", signed({**claims, "exp": now - 30}), True),
        ("expired beyond the leeway", signed({**claims, "exp": now - 90}), False),
        ("without exp", signed(without("exp")), False),
        ("without sub", signed(without("sub")), False),
        ("without aud", signed(without("aud")), False),
        ("for authms alone", signed({**claims, "aud": [issuer]}), False),
        ("for another client", signed({**claims, "aud": [issuer, "cli_other"]}), False),
        ("from another issuer", signed({**claims, "iss": "https://elsewhere.example"}), False),
        ("of typ JWT", signed(claims, typ="JWT"), False),
        ("of typ logout+jwt", signed(claims, typ="logout+jwt"), False),
        ("by an algorithm that is not allowed: EdDSA", signed(claims, "test-ed"), False),
        ("by an algorithm that is not allowed: RS256", signed(claims, "test-rsa"), False),
        ("by HS256 over the public key", by_public_key(claims), False),
        ("with an unknown kid", signed(claims, kid="nobody"), False),
        ("empty", "", False),
        ("no JWT", "tkt_x", False),
    ]
