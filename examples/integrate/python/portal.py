"""Application A: the portal, whose signed-in users follow a link into application B."""

import http.cookies
import json
import os
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = os.environ["AUTHMS_URL"]
API_KEY = os.environ["API_KEY"]  # scope ticket:mint; never leaves this backend
CLIENT_ID = os.environ["CLIENT_ID"]  # of application B: the only one that may redeem
APP = os.environ["APP_URL"]  # of application B, fixed: a ticket never goes where a request says
USERS = dict(pair.split("=") for pair in os.environ["USERS"].split(","))  # our name → authms's user_id

PAGE = """<!doctype html><title>One moment</title>
<form method="post" action="{app}/signin"><input type="hidden" name="ticket" value="{ticket}"><button>Continue</button>
</form><script nonce="{nonce}">document.forms[0].submit()</script>"""

sessions = {}


def mint(user_id, proof):
    """A ticket for this user, this client and this browser. If the answer is lost, mint another: the lost one expires."""
    body = {"user_id": user_id, "client_id": CLIENT_ID, "proof": proof, "ttl_seconds": 60}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {API_KEY}"}
    request = urllib.request.Request(f"{URL}/api/v1/auth/generate-ticket", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=3) as answer:
        return json.load(answer)["ticket"]


class Portal(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        user = sessions.get(cookies["portal"].value) if "portal" in cookies else None
        if url.path == "/login" and query.get("as") in USERS:
            self.login(query["as"])
        elif user is None:
            self.answer(401, "Sign in to the portal first.")
        elif url.path == "/":
            self.answer(200, f'Welcome. <a href="{APP}/start">Open application B</a>')
        elif url.path == "/handover" and re.fullmatch("[A-Za-z0-9_-]{43}", query.get("proof", "")):
            self.handover(user, query["proof"])
        else:
            self.answer(404, "nothing here")

    def login(self, name):
        """Stands for the portal's own sign-in, which is not the subject of this example."""
        cookie = secrets.token_urlsafe(32)
        sessions[cookie] = USERS[name]
        attributes = "Path=/; HttpOnly; Secure; SameSite=Lax"
        self.answer(303, "", {"Location": "/", "Set-Cookie": f"portal={cookie}; {attributes}"})

    def handover(self, user, proof):
        try:
            ticket = mint(user, proof)
        except OSError:
            return self.answer(503, "Application B cannot be reached now. Try again in a moment.")
        nonce = secrets.token_urlsafe(16)
        policy = f"default-src 'none'; script-src 'nonce-{nonce}'; form-action {APP}; frame-ancestors 'none'"
        page = PAGE.format(app=APP, ticket=ticket, nonce=nonce)
        self.answer(200, page, {"Content-Security-Policy": policy})

    def answer(self, status, text, headers=None):
        body = text.encode()
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **(headers or {})}
        headers |= {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        self.send_response(status)
        for header in headers.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Portal).serve_forever()
