"""Drives the examples of docs/integrate.md as a browser would, against a real authms.

    drive.py AUTHMS EXAMPLES LANGUAGE=COMMAND…
"""

import base64
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import guide
import tokens
from browser import Browser
from wire import JWKS, REFRESH, SIGNIN, Wire

LOCAL = {"no_proxy": "*"}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Stage:
    """A real authms on a data directory of its own, the wire before it, and who takes part."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.processes, self.passed = binary, folder, [], 0
        port, wire = free_port(), free_port()
        self.issuer = f"http://127.0.0.1:{wire}"
        self.settings = {
            "AUTHMS_DATA__DIR": str(folder / "data"),
            "AUTHMS_SERVER__LISTEN": f"127.0.0.1:{port}",
            "AUTHMS_SERVER__ISSUER": self.issuer,
            "AUTHMS_LIMITS__EXEMPT": "127.0.0.1/32",
        }
        self.start("authms", [binary, "serve"], self.settings)
        self.until("authms", lambda: self.command("healthcheck").returncode == 0)
        self.wire = Wire(wire, f"http://127.0.0.1:{port}", list(tokens.public_keys()))
        self.users = {name: self.authms("user", "create", "--username", f"{name}.b")["id"] for name in ("alice", "mallory")}
        self.client = self.authms("client", "create", "--name", "driven-b")
        self.other = self.authms("client", "create", "--name", "driven-c")
        self.key = self.authms("key", "create", "--name", "portal", "--scope", "ticket:mint")["raw_key"]

    def environment(self, more=()):
        return {**os.environ, **LOCAL, **self.settings, **dict(more)}

    def command(self, *arguments, check=False):
        return subprocess.run([self.binary, *arguments], env=self.environment(), capture_output=True, check=check)

    def authms(self, *arguments):
        return json.loads(self.command(*arguments, "--json", check=True).stdout)

    def start(self, name, command, more):
        log = open(self.folder / f"{name}.log", "ab")
        environment = self.environment(more)
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def serve(self, name, command, more):
        """Starts an application, and waits until it listens."""
        process = self.start(name, command, more)

        def listens():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended: {(self.folder / f'{name}.log').read_text()}")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", int(more["PORT"]))) == 0

        self.until(name, listens)

    def until(self, name, ready):
        for _ in range(300):
            if ready():
                return
            time.sleep(0.1)
        raise AssertionError(f"{name} did not start: {(self.folder / f'{name}.log').read_text()}")

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)

    def call(self, method, path, body=None, **headers):
        """One request to authms, past the wire's faults."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **{n.replace("_", "-"): v for n, v in headers.items()}}
        request = urllib.request.Request(f"{self.wire.upstream}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def mint(self, user, **more):
        body = {"user_id": self.users[user], **more}
        status, minted = self.call("POST", "/auth/generate-ticket", body, Authorization=f"Bearer {self.key}")
        assert status == 200, minted
        return minted["ticket"]

    def redeem(self, ticket, client, **more):
        basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
        return self.call("POST", "/auth/ticket/signin", {"ticket": ticket, **more}, Authorization=f"Basic {basic}")


class Language:
    """Application B in one language, beside a portal, and what must hold of them."""

    def __init__(self, stage, name, command, portal):
        self.stage, self.name = stage, name
        self.portal, self.app = (f"http://localhost:{free_port()}" for _ in "ab")
        common = {"AUTHMS_URL": stage.issuer, "CLIENT_ID": stage.client["client_id"]}
        users = ",".join(f"{user}={id}" for user, id in stage.users.items())
        port = lambda url: url.rpartition(":")[2]
        at_portal = {"PORT": port(self.portal), "APP_URL": self.app, "USERS": users, "API_KEY": stage.key}
        at_app = {"PORT": port(self.app), "PORTAL_URL": self.portal, "CLIENT_SECRET": stage.client["client_secret"]}
        stage.serve(f"portal-{name}", portal, {**common, **at_portal})
        stage.serve(name, command, {**common, **at_app})

    def run(self):
        steps = [step for step in dir(self) if step.startswith("step")]
        for step in steps:
            getattr(self, step)()
            self.stage.passed += 1
            print(f"ok  {self.name}: {step[7:].replace('_', ' ')}", flush=True)

    def at_portal(self, user):
        browser = Browser()
        assert browser.open(f"{self.portal}/login?as={user}").status == 200
        return browser

    def handed_over(self, user):
        """A browser that has followed the portal's link, and the form that is about to post itself."""
        browser = self.at_portal(user)
        page = browser.open(f"{self.app}/start")
        assert page.status == 200 and page.form[0] == f"{self.app}/signin", page.text
        return browser, page

    def sign_in(self, user):
        self.stage.wire.take(SIGNIN)
        browser, page = self.handed_over(user)
        self.home_of(user, browser.submit(page))
        return browser, self.stage.wire.take(SIGNIN)[-1]["answered"]

    def home_of(self, user, page):
        assert page.status == 200 and f"Signed in as {self.stage.users[user]}." in page.text, (page.status, page.text)

    def signed_out(self, browser):
        return browser.open(f"{self.app}/").status == 401

    def whoami(self, token):
        return Browser().load(f"{self.app}/api/whoami", headers={"Authorization": f"Bearer {token}"})

    def step01_without_keys_no_token_is_called_bad(self):
        token = self.stage.redeem(self.stage.mint("alice"), self.stage.client)[1]["access_token"]
        self.stage.wire.fail(JWKS, *["busy"] * 4)
        assert self.whoami(token).status == 503
        self.stage.wire.fail(JWKS)
        assert self.whoami(token).status == 200

    def step02_a_click_signs_the_right_user_in(self):
        browser = self.at_portal("alice")
        assert self.signed_out(browser)
        link = browser.open(f"{self.portal}/")
        assert f'href="{self.app}/start"' in link.text
        begun = browser.load(f"{self.app}/start")
        assert begun.status == 303 and "SameSite=None" in begun.headers["Set-Cookie"]
        page = browser.open(begun.headers["Location"])
        posted = browser.load(*page.form)
        cookie = next(c for c in posted.headers.get_all("Set-Cookie") if c.startswith("session="))
        assert posted.status == 303 and all(a in cookie for a in ("HttpOnly", "Secure", "SameSite=Lax")), cookie
        assert "no-store" in page.headers["Cache-Control"] and page.headers["Referrer-Policy"] == "no-referrer"
        self.home_of("alice", browser.open(f"{self.app}/"))
        assert "tkt_" not in f"{begun.headers['Location']} {page.url} {posted.headers}"

    def step03_the_same_ticket_a_second_time_is_refused(self):
        browser, page = self.handed_over("alice")
        again = next(c.value for c in browser.cookies if c.name == "handover")
        self.home_of("alice", browser.submit(page))
        repeated = Browser().load(*page.form, headers={"Cookie": f"handover={again}"})
        assert repeated.status == 400 and not repeated.headers.get_all("Set-Cookie")
        first, second = self.stage.wire.take(SIGNIN)[-2:]
        assert first["key"] != second["key"] and second["answered"]["code"] == 40000401
        self.home_of("alice", browser.open(f"{self.app}/"))

    def step04_a_lost_answer_is_retried_with_the_same_key_and_yields_the_same_session(self):
        self.stage.wire.fail(SIGNIN, "lose")
        self.sign_in_after_a_retry([200, 200])

    def step05_a_busy_authms_is_asked_again_after_what_it_says(self):
        self.stage.wire.fail(SIGNIN, "busy")
        first, second = self.sign_in_after_a_retry([503, 200])
        assert second["at"] - first["at"] >= 0.9

    def sign_in_after_a_retry(self, statuses):
        self.stage.wire.take(SIGNIN)
        browser, page = self.handed_over("alice")
        self.home_of("alice", browser.submit(page))
        calls = self.stage.wire.take(SIGNIN)
        assert [call["status"] for call in calls] == statuses, calls
        assert len(calls[0]["key"]) >= 22 and calls[0]["key"] == calls[1]["key"]
        given = [call["answered"]["refresh_token"] for call in calls if call["status"] == 200]
        assert len(set(given)) == 1
        return calls

    def step06_a_ticket_of_somebody_elses_flow_signs_nobody_in(self):
        _, mallorys = self.handed_over("mallory")
        alice, alices = self.handed_over("alice")
        assert alice.load(*mallorys.form).status == 400 and self.signed_out(alice)
        self.stage.wire.take(SIGNIN)
        stranger = Browser()
        assert stranger.load(*mallorys.form).status == 400 and self.signed_out(stranger)
        assert self.stage.wire.take(SIGNIN) == []
        self.home_of("alice", alice.submit(alices))

    def step07_a_caught_ticket_is_worth_nothing_and_not_burnt_by_trying(self):
        browser, page = self.handed_over("alice")
        ticket = page.form[1]["ticket"]
        anonymous, _ = self.stage.call("POST", "/auth/ticket/signin", {"ticket": ticket})
        without_verifier, _ = self.stage.redeem(ticket, self.stage.client)
        elsewhere, _ = self.stage.redeem(ticket, self.stage.other)
        assert (anonymous, without_verifier, elsewhere) == (400, 400, 400)
        self.home_of("alice", browser.submit(page))

    def step07b_a_ticket_that_leaked_is_reported_and_signs_nobody_in(self):
        browser, page = self.handed_over("alice")
        reported, _ = self.stage.call("POST", "/auth/ticket/report", {"ticket": page.form[1]["ticket"]})
        assert reported == 202
        assert browser.submit(page).status == 400 and self.signed_out(browser)

    def step08_tokens_are_taken_and_refused(self):
        real = self.stage.redeem(self.stage.mint("alice"), self.stage.client)[1]["access_token"]
        others = self.stage.redeem(self.stage.mint("alice"), self.stage.other)[1]["access_token"]
        cases = tokens.cases(real, self.stage.client["client_id"], self.stage.issuer)
        for what, token, taken in [*cases, ("of another client's session", others, False)]:
            answer = self.whoami(token)
            assert answer.status == (200 if taken else 401), f"a token {what}: {answer.status} {answer.text}"
            assert not taken or json.loads(answer.text)["sub"] == self.stage.users["alice"]

    def step09_twenty_tabs_refresh_once(self):
        self.stage.wire.fail(SIGNIN, "short")
        browser, _ = self.sign_in_short()
        self.stage.wire.take(REFRESH)
        cookies = "; ".join(f"{c.name}={c.value}" for c in browser.cookies)
        with ThreadPoolExecutor(20) as tabs:
            pages = list(tabs.map(lambda _: Browser().load(f"{self.app}/", headers={"Cookie": cookies}), range(20)))
        for page in pages:
            self.home_of("alice", page)
        assert len(self.stage.wire.take(REFRESH)) == 1

    def step10_a_lost_refresh_is_retried_and_nobody_is_signed_out(self):
        self.stage.wire.fail(SIGNIN, "short")
        browser, _ = self.sign_in_short()
        self.stage.wire.take(REFRESH)
        self.stage.wire.fail(REFRESH, "lose")
        self.home_of("alice", browser.open(f"{self.app}/"))
        first, second = self.stage.wire.take(REFRESH)
        assert first["answered"]["refresh_token"] == second["answered"]["refresh_token"]

    def sign_in_short(self):
        """Signs in; B's session is to be refreshed at its next request."""
        self.stage.wire.take(SIGNIN)
        browser, page = self.handed_over("alice")
        assert browser.load(*page.form).status == 303
        return browser, self.stage.wire.take(SIGNIN)[-1]["answered"]

    def step11_a_session_that_ended_at_authms_ends_here_at_the_next_refresh(self):
        self.stage.wire.fail(SIGNIN, "short")
        browser, answered = self.sign_in_short()
        bearer = {"Authorization": f"Bearer {answered['access_token']}"}
        assert self.stage.call("POST", "/auth/logout", {}, **bearer)[0] == 200
        assert self.signed_out(browser)

    def step12_signing_out_ends_the_session_at_authms(self):
        browser, answered = self.sign_in("alice")
        bearer = {"Authorization": f"Bearer {answered['access_token']}"}
        assert self.stage.call("GET", "/auth/me", **bearer)[0] == 200
        assert browser.load(f"{self.app}/logout", {}).status == 303
        assert self.signed_out(browser)
        assert self.stage.call("GET", "/auth/me", **bearer)[0] == 401
        status, refused = self.stage.call("POST", "/auth/refresh", {"refresh_token": answered["refresh_token"]})
        assert (status, refused["code"]) == (401, 40000202), refused
        assert browser.open(f"{self.portal}/").status == 200, "the portal's session is its own"
        assert self.whoami(answered["access_token"]).status == 200, "locally a token is good until exp"

    def step13_rotated_keys_are_found(self):
        self.stage.command("keys", "rotate", "--now", check=True)
        by_the_next_key = self.stage.redeem(self.stage.mint("alice"), self.stage.client)[1]["access_token"]
        assert self.whoami(by_the_next_key).status == 200
        self.sign_in("alice")

    def step14_no_secret_is_in_any_log(self):
        for name in ("authms", self.name, f"portal-{self.name}"):
            log = (self.stage.folder / f"{name}.log").read_text()
            # Three letters alone stand in a random proof now and then: a JWT has a dot after its header.
            assert not re.search(r"eyJ[\w-]{8,}\.eyJ", log), f"a token is in the log of {name}"
            for secret in ("tkt_", self.stage.key, self.stage.client["client_secret"]):
                assert secret not in log, f"{secret[:8]} is in the log of {name}"


def main(binary, examples, *languages):
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(binary, Path(folder))
        try:
            stage.passed += guide.walk(examples.parent.parent / "docs/integrate.md", binary, stage)
            for name, _, command in (language.partition("=") for language in languages):
                Language(stage, name, shlex.split(command), [sys.executable, str(examples / "python/portal.py")]).run()
        finally:
            stage.stop()
    print(f"{stage.passed} steps of docs/integrate.md passed in {len(languages)} languages")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
