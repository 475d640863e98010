"""The server: headers, caching, errors."""

import gzip

import pytest
from starlette.testclient import TestClient

from tests.browser.fixture_evidence import RELEASE, invented_evidence
from whatworks.errors import NotFound, UserError
from whatworks.release import Evidence
from whatworks.web.app import create_app
from whatworks.web.headers import SECURITY_HEADERS

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'none'; form-action 'self'"
)


@pytest.fixture(scope="module")
def evidence():
    return invented_evidence()


@pytest.fixture(scope="module")
def client(evidence):
    return TestClient(create_app(lambda: evidence, RELEASE), raise_server_exceptions=False)


def failing(error):
    """Return a client of a server whose evidence cannot be read."""

    def load():
        raise error

    return TestClient(create_app(load, RELEASE), raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/strands/small-group.html", 200),
        ("GET", "/static/site.css", 200),
        ("GET", "/downloads/gap-map.csv", 200),
        ("GET", "/tables/effects.csv", 200),
        ("GET", "/favicon.ico", 200),
        ("GET", "/healthz", 200),
        ("HEAD", "/strands/small-group.html", 200),
        ("GET", "/strands/none.html", 404),
        ("GET", "/static/none.css", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/page.py", 404),
        ("POST", "/", 405),
        ("DELETE", "/strands/small-group.html", 405),
    ],
)
def test_every_answer_has_its_status_and_the_security_headers(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-security-policy"] == POLICY
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value


def test_a_head_request_has_no_body(client):
    assert client.head("/").content == b""


def test_the_first_page_is_the_home_page(client):
    assert client.get("/").text == client.get("/index.html").text


def test_a_page_that_is_not_there_links_from_the_root_at_any_depth(client):
    html = client.get("/a/b/c/d.html").text
    assert "Page not found" in html
    assert 'href="/static/site.css' in html
    assert 'href="/index.html"' in html


def test_under_a_sub_path_the_error_page_links_below_it(evidence):
    app = create_app(lambda: evidence, RELEASE)
    html = TestClient(app, root_path="/toolkit").get("/toolkit/none.html").text
    assert 'href="/toolkit/index.html"' in html


def test_a_method_that_is_not_allowed_names_those_that_are(client):
    response = client.post("/")
    assert {"GET", "HEAD"} == {part.strip() for part in response.headers["allow"].split(",")}
    assert "nothing can be sent" in response.text


def test_a_bug_shows_no_traceback_and_keeps_the_headers():
    response = failing(RuntimeError("secret detail")).get("/")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert "problem with this page" in response.text
    assert response.headers["content-security-policy"] == POLICY


def test_an_error_a_person_can_mend_is_shown_as_it_is():
    response = failing(UserError("The store is of an older version. Run <upgrade>.")).get("/")
    assert response.status_code == 422
    assert "Run &lt;upgrade&gt;." in response.text
    assert failing(NotFound("There is no such thing.")).get("/").status_code == 404


def test_an_unchanged_page_is_answered_with_not_modified(client):
    first = client.get("/data.html")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/data.html", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["content-security-policy"] == POLICY


def test_static_files_are_kept_for_a_year_when_the_address_holds_their_digits(client):
    assert "immutable" in client.get("/static/site.css?v=0123456789").headers["cache-control"]
    assert "immutable" not in client.get("/static/site.css").headers["cache-control"]
    assert client.get("/static/site.css").headers["content-type"] == "text/css; charset=utf-8"


def test_bodies_are_compressed_for_readers_that_can_read_it(client):
    with client.stream("GET", "/gap-map.html", headers={"Accept-Encoding": "gzip"}) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    plain = client.get("/gap-map.html", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 4


def test_pages_follow_the_evidence_and_are_made_once_for_each(evidence):
    held = [evidence]
    app_client = TestClient(create_app(lambda: held[0], RELEASE))
    assert app_client.get("/strands/small-group.html").status_code == 200
    held[0] = Evidence()
    assert app_client.get("/strands/small-group.html").status_code == 404
    assert app_client.get("/").status_code == 200


def test_health_is_answered_without_reading_the_evidence():
    assert failing(RuntimeError()).get("/healthz").text == "ok"
