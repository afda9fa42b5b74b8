"""A browser, as far as signing in needs one: cookies, redirects, a form that posts itself."""

import html
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar, DefaultCookiePolicy


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Page:
    def __init__(self, answer):
        self.url, self.status, self.headers = answer.geturl(), answer.status, answer.headers
        self.text = answer.read().decode()

    @property
    def form(self):
        """Where the page's form posts, and what."""
        action = html.unescape(re.search(r'action="([^"]*)"', self.text)[1])
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.text)
        return urllib.parse.urljoin(self.url, action), {name: html.unescape(value) for name, value in fields}


class Browser:
    def __init__(self):
        # On loopback browsers send cookies that are `Secure` without TLS, too.
        policy = DefaultCookiePolicy(secure_protocols=("http", "https"))
        self.cookies = CookieJar(policy)
        self.opener = urllib.request.build_opener(Stay, urllib.request.HTTPCookieProcessor(self.cookies))

    def load(self, url, form=None, headers=None):
        """One request, without following where it leads."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            return Page(self.opener.open(urllib.request.Request(url, data, headers or {}), timeout=30))
        except urllib.error.HTTPError as error:
            return Page(error)

    def open(self, url, form=None):
        """Loads a page, and follows its redirects."""
        page = self.load(url, form)
        while page.status == 303:
            page = self.load(urllib.parse.urljoin(page.url, page.headers["Location"]))
        return page

    def submit(self, page):
        return self.open(*page.form)
