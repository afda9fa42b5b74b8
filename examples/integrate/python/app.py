"""Application B: signs its users in with tickets that the portal hands over."""

import hashlib
import http.cookies
import json
import os
import secrets
import threading
import time
import urllib.parse
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

import authms

PORTAL = os.environ["PORTAL_URL"]
RENEW_BEFORE = 60  # seconds before the access token ends

# SameSite=None: the portal's form comes from another site. Behind https call them __Host-handover and __Host-session.
HANDOVER = "handover={}; Path=/; HttpOnly; Secure; SameSite=None; Max-Age={}"
SESSION = "session={}; Path=/; HttpOnly; Secure; SameSite=Lax"

sessions = {}  # by cookie; a real application keeps them where all of its processes find them


class Session:
    """Our own session: the tokens never reach the browser."""

    def __init__(self, tokens):
        self.lock = threading.Lock()
        self.take(tokens)

    def take(self, tokens):
        if "access_token" not in tokens:
            raise authms.Refused(200)  # a second factor is asked for: sign in again
        self.claims = authms.verify(tokens["access_token"])
        self.tokens = tokens
        # By our own clock: `expires_in` is right even where the clocks disagree.
        self.renew_at = time.monotonic() + tokens["expires_in"] - RENEW_BEFORE


def signed_in(cookie):
    """The session behind the cookie, if it lives at authms, too."""
    session = sessions.get(cookie)
    if session is None:
        return None
    with session.lock:  # one refresh at a time, however many tabs ask
        if time.monotonic() >= session.renew_at:
            try:
                session.take(authms.refresh(session.tokens.get("refresh_token", "")))
            except authms.Refused:
                sessions.pop(cookie, None)
        return sessions.get(cookie)


class App(BaseHTTPRequestHandler):
    def do_GET(self):
        self.route({"/": self.home, "/start": self.start, "/api/whoami": self.whoami})

    def do_POST(self):
        self.route({"/signin": self.signin, "/logout": self.logout})

    def route(self, routes):
        cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        self.cookies = {name: morsel.value for name, morsel in cookies.items()}
        try:
            routes.get(self.path, lambda: self.answer(404, "nothing here"))()
        except (authms.Unavailable, jwt.PyJWTError):
            self.answer(503, "try again in a moment")

    def home(self):
        session = signed_in(self.cookies.get("session"))
        if session is None:
            return self.answer(401, 'Not signed in. <a href="/start">Sign in</a>')
        button = '<form method="post" action="/logout"><button>Sign out</button></form>'
        self.answer(200, f"Signed in as {session.claims['sub']}. {button}")

    def start(self):
        """Ties what the portal hands over to this browser: only it holds the verifier."""
        verifier = secrets.token_urlsafe(32)
        proof = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        self.answer(303, "", Location=f"{PORTAL}/handover?proof={proof}", cookies=[HANDOVER.format(verifier, 300)])

    def signin(self):
        verifier = self.cookies.get("handover")
        if not verifier:
            return self.answer(400, 'This sign-in was not begun here. <a href="/start">Sign in</a>')
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(min(int(length), 4096) if length.isdigit() else 0)
        form = urllib.parse.parse_qs(body.decode("ascii", "replace"))
        try:
            session = Session(authms.redeem(form.get("ticket", [""])[0], verifier))
        except authms.Refused:
            return self.answer(400, 'This link does not work any more. <a href="/start">Sign in</a>')
        cookie = secrets.token_urlsafe(32)  # always a new one
        sessions[cookie] = session
        self.answer(303, "", Location="/", cookies=[SESSION.format(cookie), HANDOVER.format("", 0)])

    def logout(self):
        session = sessions.pop(self.cookies.get("session"), None)  # here at once, whatever authms answers
        if session:
            try:
                authms.logout(session.tokens)
            except authms.Refused:
                pass  # it had ended already
        self.answer(303, "", Location="/", cookies=[SESSION.format("") + "; Max-Age=0"])

    def whoami(self):
        """For callers that bring an access token themselves: nobody is asked, the token is verified here."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            claims = authms.verify(token if scheme.lower() == "bearer" else "")
        except jwt.PyJWKClientConnectionError:
            raise
        except jwt.PyJWTError:
            return self.answer(401, "no valid token", **{"WWW-Authenticate": 'Bearer error="invalid_token"'})
        self.answer(200, json.dumps({"sub": claims["sub"]}), **{"Content-Type": "application/json"})

    def answer(self, status, text, cookies=(), **headers):
        body = text.encode()
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), **headers}
        headers |= {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        self.send_response(status)
        for name, value in [*headers.items(), *(("Set-Cookie", cookie) for cookie in cookies)]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), App).serve_forever()
