"""What Schemathesis does not know by itself: how an administrator signs in, and what exists.

It makes identifiers up, so that nearly all it asks about would not exist. Whatever identifiers the answers hold are
kept, and every other request is about one of them.
"""

import json
import os
import random
import re
import subprocess
import threading
import urllib.error
import urllib.request

import schemathesis

API = os.environ["CONFORMANCE_API"]
BINARY = os.environ["CONFORMANCE_BINARY"]
IDENTIFIER = re.compile(r'"((tnt|usr|cli|key|tid|ses|inv|dev|fct|ipr)_[0-9A-Za-z]{22})"')
# What a member or parameter of this name holds; by path for those that are called `id` everywhere.
KINDS = {
    "user_id": "usr",
    "user_ids": "usr",
    "tenant_id": "tnt",
    "client_id": "cli",
    "client_ids": "cli",
    "ticket_id": "tid",
    "session_id": "ses",
    "invitation_id": "inv",
    "device_id": "dev",
    "credential_id": "fct",
    "restriction_id": "ipr",
}
PATHS = {"api-keys": "key", "devices": "dev", "webauthn-credentials": "fct", "totp": "fct"}
KEPT = 50

known = {}
chance = random.Random(1)
lock = threading.Lock()
token = None


def ask(path, body=None, bearer=None):
    headers = {"Content-Type": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    request = urllib.request.Request(API + path, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def lives(bearer):
    try:
        return bool(ask("/auth/me", bearer=bearer))
    except urllib.error.HTTPError:
        return False


def sign_in():
    ticket = subprocess.run([BINARY, "admin", "ticket"], check=True, capture_output=True, text=True).stdout.strip()
    return ask("/auth/ticket/signin", {"ticket": ticket})


@schemathesis.auth(refresh_interval=1)
class Administrator:
    """The first administrator; signs in again whenever a request has ended the session."""

    def get(self, case, context):
        global token
        with lock:
            if token is None or not lives(token):
                signed_in = sign_in()
                token = signed_in["access_token"]
            return token

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


def existing(name, path):
    kind = KINDS.get(name)
    if name in ("id", "ids", "device_id", "credential_id"):
        kind = next((kind for part, kind in PATHS.items() if f"/{part}" in path), kind)
    if kind and known.get(kind) and chance.random() < 0.5:
        return chance.choice(known[kind])
    return None


def fill(members, path):
    for name, value in list(members.items()):
        found = existing(name, path)
        if found:
            members[name] = [found] if isinstance(value, list) else found
        elif isinstance(value, dict):
            fill(value, path)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    fill(item, path)


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    with lock:
        for members in (case.path_parameters, case.body):
            if isinstance(members, dict):
                fill(members, path)


@schemathesis.hook
def after_call(context, case, response):
    if not 200 <= response.status_code < 300:
        return
    with lock:
        for found, kind in IDENTIFIER.findall(response.content.decode("utf-8", "replace")):
            kept = known.setdefault(kind, [])
            # The administrator and their tenant stay as they are: without them everything else is 401.
            if found not in kept and found not in OWN and len(kept) < KEPT:
                kept.append(found)


OWN = set(os.environ["CONFORMANCE_OWN"].split())
