"""Answers: their bytes with what HTTP says of them, and the pages of Werkzeug and Odoo."""

from __future__ import annotations

from http import HTTPStatus

JSON, XML, HTML = "application/json; charset=utf-8", "text/xml; charset=utf-8", "text/html; charset=utf-8"


class Answer(bytes):
    """The body of an answer, with its status, its content type and its headers."""

    status: int
    kind: str
    headers: dict[str, str]
    nosniff: bool

    def __new__(cls, body: bytes, kind: str, status: int = 200, nosniff: bool = True) -> Answer:
        made = super().__new__(cls, body)
        made.status, made.kind, made.nosniff, made.headers = status, kind, nosniff, {}
        return made

    def __reduce__(self) -> tuple[type[bytes], tuple[bytes]]:
        """Pickled as its bytes: whoever replays recorded answers needs nothing of this package."""
        return bytes, (bytes(self),)

    def with_body(self, body: bytes) -> Answer:
        """Other bytes under the same head."""
        made = Answer(body, self.kind, self.status, self.nosniff)
        made.headers = self.headers
        return made


class Page(Exception):
    """A request that ends before it is a call: its answer is HTML or plain text."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def page(status: int, text: str, headers: dict[str, str] | None = None) -> Answer:
    """A page of Werkzeug."""
    title = HTTPStatus(status).phrase
    html = f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n"
    made = Answer(html.encode(), HTML, status, nosniff=False)
    made.headers.update(headers or {})
    return made


def not_found() -> Answer:
    return page(404, "The requested URL was not found on the server. If you entered the URL manually please check your "
                     "spelling and try again.")


def not_allowed() -> Answer:
    return page(405, "The method is not allowed for the requested URL.", {"Allow": "POST, OPTIONS"})


def bad_request() -> Answer:
    return page(400, "The browser (or proxy) sent a request that this server could not understand.")


def server_error() -> Answer:
    return page(500, "The server encountered an internal error and was unable to complete your request. Either the "
                     "server is overloaded or there is an error in the application.")


def wrong_type(route: str, kind: str, accepted: str) -> Answer:
    """The refusal of a content type that the route does not take."""
    return page(415, f"Request inferred type is compatible with [&#39;http&#39;] but &#39;{route}&#39; is "
                     f"type=&#39;{kind}&#39;.<br><br>Please verify the Content-Type request header and try again.",
                {"Accept": accepted})


def no_database() -> Answer:
    """The refusal of a request for a database that is not there, or for none where there are several."""
    html = ("<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and the "
            "requested URL was not found in the server-wide controllers.</p>\n<p>Please verify the hostname, "
            "<a href=/web/login>login</a> and try again.</p>\n\n<!-- Alternatively, use the X-Odoo-Database header. -->\n")
    return Answer(html.encode(), HTML, 404, nosniff=False)


def plain(status: int, text: str) -> Answer:
    """A bare text, which Odoo sends as HTML."""
    return Answer(text.encode(), HTML, status)
