"""What a web application needs of authms: redeem a ticket, verify a token, refresh, sign out."""

import base64
import http.client
import json
import os
import secrets
import time
import urllib.error
import urllib.request

import jwt

URL = os.environ["AUTHMS_URL"]  # the issuer, byte for byte
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ["CLIENT_SECRET"]

TRIES, TIMEOUT, LONGEST_WAIT = 3, 3, 1  # the last try begins within the 10 seconds in which a refresh can be repeated
BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()


class Refused(Exception):
    """authms said no: asking again changes nothing."""


class Unavailable(Exception):
    """No answer that counts: the outcome is unknown, or it is too early."""


def post(path, body, headers):
    """Asks again after a 5xx, a broken connection or silence; each of our requests is safe to repeat."""
    data = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{URL}/api/v1{path}", data, headers)
    wait = 0
    for attempt in range(TRIES):
        time.sleep(min(wait, LONGEST_WAIT))
        wait = 0.1 * 2**attempt
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 429:
                raise Unavailable("429") from None
            if error.code < 500:
                raise Refused(error.code) from None
            after = error.headers.get("Retry-After", "")
            wait = max(wait, int(after) if after.isdigit() else 0)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # no answer, or half of one: whether it was done is unknown
    raise Unavailable(path)


def redeem(ticket, verifier):
    """Trades the ticket for tokens. The Idempotency-Key is new for each redemption and kept over its retries."""
    headers = {"Authorization": BASIC, "Idempotency-Key": secrets.token_urlsafe(32)}
    return post("/auth/ticket/signin", {"ticket": ticket, "verifier": verifier}, headers)


def refresh(refresh_token):
    """The next pair of tokens; the former refresh token is used up."""
    return post("/auth/refresh", {"refresh_token": refresh_token}, {})


def logout(tokens):
    """Ends the session at authms; either token is enough."""
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    return post("/auth/logout", {"refresh_token": tokens.get("refresh_token")}, bearer)


keys = jwt.PyJWKClient(f"{URL}/.well-known/jwks.json", timeout=TIMEOUT)


def verify(token):
    """The claims of an access token that authms issued for this client."""
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("no access token")
    return jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["ES256"],  # never what the token itself says
        issuer=URL,
        audience=CLIENT_ID,
        leeway=60,
        options={"require": ["iss", "aud", "exp", "sub"]},
    )
