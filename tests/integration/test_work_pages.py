"""The working pages without a browser: what each shows, does and refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from starlette.testclient import TestClient

from tests.work_files import (
    COPIED,
    EDITOR,
    IN_DOUBT,
    N_FIRST,
    N_IN_DOUBT,
    N_SECOND,
    REVIEW,
    begin_store,
    fill_store,
    first_search,
    second_search,
)
from whatworks.release import Evidence, ReleaseLabel
from whatworks.store import Store
from whatworks.web.app import create_app
from whatworks.web.headers import SECURITY_HEADERS
from whatworks.web.work import Desk

LABEL = ReleaseLabel("whatworks", "Working copy", "draft", "2026-11-24", "0")
HERE = "http://127.0.0.1:8000"
OWN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}


class Pages:
    """A store with one review behind its working pages."""

    def __init__(self, store: Store, *, upload_limit: int = 200_000_000) -> None:
        self.store = store
        self.desk = Desk(self.store, by=EDITOR, release=LABEL, upload_limit=upload_limit)
        app = create_app(Evidence, LABEL, desk=self.desk)
        self.client = TestClient(app, base_url=HERE, raise_server_exceptions=False)
        self.client.headers.update(OWN)

    def get(self, path: str, status: int = 200) -> str:
        response = self.client.get(f"/desk/{path}")
        assert response.status_code == status, response.text
        return response.text

    def post(self, path: str, data: dict[str, str], status: int = 200, **headers: str) -> str:
        response = self.client.post(f"/desk/{path}", data=data, headers=headers)
        assert response.status_code == status, response.text
        return response.text

    def upload(self, *files: tuple[str, bytes], search: str = "") -> str:
        """Send files, wait until they are imported, return the page of the work."""
        sent = self.client.post(
            "/desk/reviews/r/import",
            files=[("files", file) for file in files],
            data={"search": search},
            follow_redirects=False,
        )
        assert sent.status_code == 303, sent.text
        self.desk.tasks.settle()
        return self.client.get(sent.headers["location"]).text

    def join(self) -> str:
        sent = self.client.post("/desk/reviews/r/join", follow_redirects=False)
        assert sent.status_code == 303
        self.desk.tasks.settle()
        return self.client.get(sent.headers["location"]).text

    def decide(self, decision: str, **more: str) -> str:
        """Press a button of the pair that is shown, as the script does; return the next pair."""
        shown = fields_of(self.get("reviews/r/pairs"))
        headers = {"HX-Request": "true"}
        return self.post("reviews/r/pairs", {**shown, "decision": decision, **more}, **headers)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a review and a search, to be copied: making one takes longer than most tests."""
    return begin_store(tmp_path_factory.mktemp("begun") / "work.db")


@pytest.fixture(scope="module")
def joined(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two files imported, and their duplicates found."""
    return fill_store(Path(shutil.copy(begun, tmp_path_factory.mktemp("joined"))))


@pytest.fixture
def copied(begun: Path, tmp_path: Path) -> Iterator[Store]:
    with Store.open(shutil.copy(begun, tmp_path)) as store:
        yield store


@pytest.fixture
def pages(copied: Store) -> Pages:
    return Pages(copied)


@pytest.fixture
def filled(joined: Path, tmp_path: Path) -> Iterator[Pages]:
    with Store.open(shutil.copy(joined, tmp_path)) as store:
        yield Pages(store)


def fields_of(html: str) -> dict[str, str]:
    """Return the records of the pair that a page shows."""
    found = re.findall(r'name="(record|other)" value="([^"]+)"', html)
    return dict(found[:2])


def numbers_of(html: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- who may come in ---


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "10.0.0.7:8000"},
        {"X-Forwarded-For": "198.51.100.7"},
        {"Forwarded": "for=198.51.100.7"},
    ],
)
def test_pages_are_refused_by_another_name_or_through_another_server(pages: Pages, headers) -> None:
    response = pages.client.get("/desk/", headers=headers)
    assert response.status_code == 403
    assert "on the machine that whatworks runs on" in text_of(response.text)
    assert REVIEW.title not in response.text


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1", "127.1.2.3:80", "[::1]:9"]
)
def test_names_of_this_machine_are_let_in(pages: Pages, host: str) -> None:
    assert pages.client.get("/desk/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
        {"Sec-Fetch-Site": "none", "Origin": "null"},
        {},
    ],
)
@pytest.mark.parametrize(
    "path",
    ["new-review", "reviews/r/import", "reviews/r/join", "reviews/r/pairs", "reviews/r/take-back"],
)
def test_what_other_pages_send_is_refused_and_changes_nothing(
    pages: Pages, path: str, headers
) -> None:
    events = len(pages.store.events())
    del pages.client.headers["Origin"], pages.client.headers["Sec-Fetch-Site"]
    sent = {"title": "T", "question": "Q", "decision": "same"}
    response = pages.client.post(f"/desk/{path}", data=sent, headers=headers)
    assert response.status_code == 403
    assert "nothing was done" in response.text
    assert len(pages.store.events()) == events
    assert not pages.desk.tasks.under_way("r")


@pytest.mark.parametrize("headers", [{"Origin": HERE}, {"Sec-Fetch-Site": "none"}])
def test_either_sign_of_these_pages_is_enough(pages: Pages, headers) -> None:
    del pages.client.headers["Origin"], pages.client.headers["Sec-Fetch-Site"]
    sent = {"title": "Another", "question": "Q?"}
    assert pages.client.post("/desk/new-review", data=sent, headers=headers).status_code == 200
    assert len(pages.store.rows("reviews")) == 2


def test_answers_are_kept_by_nobody_and_carry_the_security_headers(pages: Pages) -> None:
    response = pages.client.get("/desk/")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value


def test_without_a_desk_there_are_no_working_pages() -> None:
    client = TestClient(create_app(Evidence, LABEL), base_url=HERE)
    assert client.get("/desk/").status_code == 404
    assert client.get("/static/work.js").status_code == 404
    assert client.post("/desk/new-review", headers=OWN).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "reviews/none",
        "reviews/none/import",
        "reviews/none/pairs",
        "reviews/none/decided",
        "reviews/none/related",
        "reviews/none/joined",
        "reviews/r/files/abc",
        "reviews/r/files/abc/issues.csv",
        "reviews/r/pairs?record=a&other=b",
        "tasks/none",
        "elsewhere",
    ],
)
def test_what_is_not_there_is_not_found(pages: Pages, path: str) -> None:
    assert "Page not found" in pages.get(path, 404)


@pytest.mark.parametrize(
    ("options", "shown"),
    [([], True), (["--no-work"], False), (["--host", "0.0.0.0"], False)],
)
def test_serve_shows_them_to_this_machine_alone(
    begun: Path, options: list[str], shown: bool
) -> None:
    command = [
        sys.executable,
        "-c",
        "from whatworks.cli import main; main()",
        "serve",
        "--store",
        str(begun),
        "--port",
        "0",
    ]
    server = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = re.search(r":(\d+)/ ", server.stdout.readline())
        assert port is not None
        if shown:
            assert f"http://127.0.0.1:{port[1]}/desk/" in server.stdout.readline()
        try:
            with urlopen(f"http://127.0.0.1:{port[1]}/desk/", timeout=20) as answer:
                status = answer.status
        except HTTPError as error:
            status = error.code
        assert status == (200 if shown else 404)
    finally:
        server.kill()
        server.wait()


# --- reviews ---


def test_a_review_is_started_and_listed(pages: Pages) -> None:
    page = pages.post(
        "new-review", {"title": "Sleep & <school>", "question": "What helps?", "name": "sleep"}
    )
    assert "Sleep &amp; &lt;school&gt;" in page
    assert "Nothing is imported yet" in page
    assert [row.review_id for row in pages.store.rows("reviews")] == ["r", "sleep"]
    assert "Sleep &amp; &lt;school&gt;" in pages.get("")
    assert pages.store.events()[-1].actor == "editor-1"


def test_a_short_name_is_made_from_the_title_when_none_is_given(pages: Pages) -> None:
    pages.post("new-review", {"title": "What helps pupils who can't sleep?", "question": "Q?"})
    assert pages.store.rows("reviews")[-1].review_id == "what-helps-pupils-who-can-t-sleep"


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"question": "Q?", "name": "n"}, "title", "Enter the title"),
        ({"title": "T", "name": "n"}, "question", "Enter the question"),
        ({"title": "T", "question": "Q?", "name": "a b/c"}, "name", "letters, digits and hyphens"),
        ({"title": "T", "question": "Q?", "name": "R"}, "name", "is a review called R already"),
        ({"title": "T", "question": "Q?", "name": "x" * 41}, "name", "at most 40 characters"),
        ({"title": "读写", "question": "Q?"}, "name", "letters, digits and hyphens"),
    ],
)
def test_what_is_wrong_with_a_new_review_is_said_above_the_form(
    pages: Pages, said: dict[str, str], field: str, words: str
) -> None:
    page = pages.post("new-review", said, 422)
    assert "<title>Error: Start a review" in page
    summary = page[page.index("There is a problem") : page.index("</ul>", page.index("There is a"))]
    assert f'<a href="#{field}">' in summary
    assert words in summary
    assert f'id="{field}-error"' in page
    for value in said.values():
        assert f'value="{value}"' in page, "what was typed must not be lost"
    assert len(pages.store.rows("reviews")) == 1


# --- import ---


def test_several_files_are_imported_each_with_its_report(pages: Pages) -> None:
    page = pages.upload(
        ("first.ris", first_search()), ("second.ris", second_search()), search="r.eric"
    )
    assert f"Done: {N_FIRST + N_SECOND:,} records from 2 files." in page
    files = {row.name: row for row in pages.store.rows("raw_files")}
    assert {name: row.n_items for name, row in files.items()} == {
        "first.ris": N_FIRST,
        "second.ris": N_SECOND,
    }
    assert {row.search_id for row in files.values()} == {"r.eric"}
    assert pages.store.file(files["first.ris"].raw_file_id) == first_search()
    review = text_of(pages.get("reviews/r"))
    assert f"Records identified {N_FIRST + N_SECOND:,}" in review
    assert "ERIC (Ovid), 3 May 2026" in review
    assert f"{N_FIRST + N_SECOND:,} records have not been compared" in review


def test_a_file_that_cannot_be_read_does_not_keep_out_the_others(pages: Pages) -> None:
    page = text_of(
        pages.upload(("holiday.png", b"\x89PNG\r\n\x1a\n" + bytes(300)), ("b.ris", second_search()))
    )
    assert "Done: 6 records from 1 file. 1 file could not be read." in page
    assert "holiday.png 0 Not read" in page
    assert [row.name for row in pages.store.rows("raw_files")] == ["b.ris"]


def test_the_same_bytes_again_are_told_and_change_nothing(pages: Pages) -> None:
    pages.upload(("b.ris", second_search()))
    events = len(pages.store.events())
    page = text_of(pages.upload(("copy of b.ris", second_search())))
    assert "Nothing new The same bytes are in the review already as b.ris." in page
    assert len(pages.store.events()) == events


def test_a_file_name_is_shown_and_never_a_path(pages: Pages) -> None:
    pages.upload(("..\\..\\etc/pass<wd>.ris", second_search()))
    (file,) = pages.store.rows("raw_files")
    assert file.name == "pass<wd>.ris"
    assert "pass&lt;wd&gt;.ris" in pages.get("reviews/r")


def test_no_file_is_an_error_of_the_form(pages: Pages) -> None:
    response = pages.client.post("/desk/reviews/r/import", files=[("files", ("", b""))])
    assert response.status_code == 422
    assert 'href="#files">Choose at least one file' in response.text


def test_a_search_of_another_review_is_refused(pages: Pages) -> None:
    response = pages.client.post(
        "/desk/reviews/r/import",
        files=[("files", ("b.ris", second_search()))],
        data={"search": "q"},
    )
    assert response.status_code == 422
    assert "Choose a search from the list" in response.text


def test_files_above_the_limit_are_refused_with_what_to_do(copied: Store) -> None:
    pages = Pages(copied, upload_limit=1_000)
    response = pages.client.post(
        "/desk/reviews/r/import", files=[("files", ("a.ris", first_search()))]
    )
    assert response.status_code == 413
    assert "larger than 1,000 bytes together. Nothing was saved." in response.text
    assert not pages.store.rows("raw_files")


def test_a_body_without_a_length_is_counted_as_it_comes(copied: Store) -> None:
    pages = Pages(copied, upload_limit=1_000)
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n',
        b"a" * 5_000,
    ]
    response = pages.client.post(
        "/desk/reviews/r/import",
        content=iter(parts),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert response.status_code == 413


def test_a_broken_form_is_refused(pages: Pages) -> None:
    response = pages.client.post(
        "/desk/reviews/r/import",
        content=b"no boundary here",
        headers={"Content-Type": "multipart/form-data"},
    )
    assert response.status_code == 400


def test_the_import_report_tells_every_line_and_can_be_downloaded(pages: Pages) -> None:
    pages.upload(("first.ris", first_search()))
    (file,) = pages.store.rows("raw_files")
    at_once = pages.get(f"reviews/r/files/{file.raw_file_id}")
    # Another process has to read the kept file again.
    desk = Desk(pages.store, by=EDITOR, release=LABEL)
    later = TestClient(create_app(Evidence, LABEL, desk=desk), base_url=HERE)
    page = later.get(f"/desk/reviews/r/files/{file.raw_file_id}").text
    assert page == at_once
    text = text_of(page)
    assert (
        f"{N_FIRST} records from {N_FIRST} record starts counted in the file: none is missing"
        in text
    )
    assert "Text outside any record. It was skipped. 1 1 these" in text
    assert "Exported today" in text
    sheet = later.get(f"/desk/reviews/r/files/{file.raw_file_id}/issues.csv")
    assert sheet.headers["content-disposition"].startswith("attachment; filename=")
    header, line = sheet.text.splitlines()
    assert header == "file,line,n_lines,what,done,text"
    assert line.startswith("first.ris,1,2,Text outside any record.,It was skipped.,Exported today")


def test_lines_of_one_kind_can_be_shown_and_long_lists_come_in_pages(pages: Pages) -> None:
    stray = "\n".join(f"TY  - JOUR\nTI  - Title {at}\nER  - \nstray {at}" for at in range(150))
    pages.upload(("stray.ris", stray.encode()))
    (file,) = pages.store.rows("raw_files")
    address = f"reviews/r/files/{file.raw_file_id}"
    first = pages.get(address)
    assert "1 to 100 of 150" in first
    assert "Page 1 of 2" in first
    second = pages.get(f"{address}?kind=1&page=2")
    assert "101 to 150 of 150" in second
    assert "stray 149" in second
    assert "?kind=1&amp;page=1" in second
    for odd in ("0", "-1", "99", "x", "9" * 30):
        assert "of 150" in pages.get(f"{address}?page={odd}")


# --- duplicates ---


def test_joining_gives_the_numbers_of_identification(filled: Pages) -> None:
    numbers = numbers_of(filled.get("reviews/r"))
    records = N_FIRST + N_SECOND
    assert numbers == {
        "Records identified": f"{records:,}",
        "Duplicates removed": "1",
        "Reports to screen": f"{records - 1:,}",
    }
    listed = text_of(filled.get(""))
    assert f"Reading &amp; more {records:,} 1 {records - 1:,} {N_IN_DOUBT}" in listed
    joined = filled.get("reviews/r/joined")
    assert COPIED in joined
    assert "an exact copy" in joined
    related = text_of(filled.get("reviews/r/related"))
    assert "One corrects the other" in related


def test_a_pair_stands_side_by_side_with_what_differs_marked(filled: Pages) -> None:
    page = filled.get("reviews/r/pairs")
    assert f"Pair 1 of {N_IN_DOUBT}" in page
    text = text_of(page)
    assert re.search(r"of 10 pairs as alike as these, about \d (is|are) one", text)
    assert re.search(r"Against it first pages differ \((strong|fair|weak)\)", text)
    row = re.search(r"<tr[^>]*><th[^>]*>Pages.*?</tr>", page, re.S)
    assert row is not None
    assert len(re.findall(r'<mark class="wk-differs">\d+-\d+</mark>', row[0])) == 2
    title = re.search(r"<tr[^>]*><th[^>]*>Title.*?</tr>", page, re.S)
    assert title is not None
    assert "<mark" not in title[0]


def test_decisions_are_saved_at_once_and_the_next_pair_comes(filled: Pages) -> None:
    first = fields_of(filled.get("reviews/r/pairs"))
    answer = filled.decide("same", note="Same trial,  see methods")
    assert 'id="status" hx-swap-oob="innerHTML">Saved: same.' in answer
    assert "Press Z to undo." in answer
    assert f"Pair 2 of {N_IN_DOUBT}" in answer
    assert "<html" not in answer
    (decision,) = filled.store.rows("pair_decisions")
    assert (decision.record_id, decision.other_record_id) == (first["record"], first["other"])
    assert (decision.decision, decision.decided_by) == ("same", "editor-1")
    assert decision.note == "Same trial, see methods"


def test_undo_brings_the_pair_back_and_withdraws_the_decision(filled: Pages) -> None:
    first = fields_of(filled.get("reviews/r/pairs"))
    filled.decide("different")
    answer = filled.decide("undo")
    assert "Taken back: different." in answer
    assert fields_of(answer) == first
    assert not filled.store.rows("pair_decisions")
    assert "Nothing to undo" in filled.decide("undo")


def test_undo_of_a_second_decision_brings_the_first_back(filled: Pages) -> None:
    first = fields_of(filled.get("reviews/r/pairs"))
    filled.decide("same", note="sure")
    filled.post("reviews/r/pairs", {**first, "decision": "different"})
    assert filled.store.rows("pair_decisions")[0].decision == "different"
    filled.decide("undo")
    (decision,) = filled.store.rows("pair_decisions")
    assert (decision.decision, decision.note) == ("same", "sure")


def test_a_skipped_pair_comes_again_at_the_end(filled: Pages) -> None:
    first = fields_of(filled.get("reviews/r/pairs"))
    answer = filled.decide("skip")
    assert "Skipped; it comes again at the end." in answer
    assert f"Pair 2 of {N_IN_DOUBT}" in answer
    assert fields_of(answer) != first
    for _ in range(N_IN_DOUBT - 1):
        answer = filled.decide("different")
    assert fields_of(answer) == first
    assert f"Pair {N_IN_DOUBT} of {N_IN_DOUBT}" in answer
    assert "You skipped this pair before" in answer


def test_without_a_script_a_decision_leads_to_the_next_page(filled: Pages) -> None:
    shown = fields_of(filled.get("reviews/r/pairs"))
    page = filled.post("reviews/r/pairs", {**shown, "decision": "same"})
    assert "<html" in page
    assert "Saved: same." in page
    assert "Saved: same." not in filled.get("reviews/r/pairs"), "a message is told once"


@pytest.mark.parametrize(
    "sent",
    [
        {"decision": "maybe"},
        {"decision": ""},
        {"record": "r:none:1"},
        {"other": ""},
    ],
)
def test_a_decision_that_cannot_be_made_is_told_and_not_saved(filled: Pages, sent) -> None:
    answer = filled.decide(**{"decision": "same", **sent})
    assert "Not saved." in answer
    assert f"Pair 1 of {N_IN_DOUBT}" in answer
    assert not filled.store.rows("pair_decisions")


def test_decisions_are_applied_and_taken_back(filled: Pages) -> None:
    for _ in range(N_IN_DOUBT - 1):
        filled.decide("same")
    answer = filled.decide("different")
    assert f"You have decided all {N_IN_DOUBT} pairs" in answer
    assert f"Apply {N_IN_DOUBT - 1} decisions" in answer
    assert "Done:" in filled.join()
    numbers = numbers_of(filled.get("reviews/r"))
    assert numbers["Duplicates removed"] == str(N_IN_DOUBT)
    assert "No pair waits for you" in filled.get("reviews/r/pairs")

    decided = filled.get("reviews/r/decided")
    assert f"{N_IN_DOUBT} pairs." in decided
    taken = next(one for one in filled.store.rows("pair_decisions") if one.decision == "same")
    page = filled.post(
        "reviews/r/take-back", {"record": taken.record_id, "other": taken.other_record_id}
    )
    assert "The decision is taken back." in page
    assert "Apply 2 decisions" in page, "both records were joined by it"
    filled.join()
    assert "Pair 1 of 1" in filled.get("reviews/r/pairs")
    assert filled.store.check().problems == ()


def test_a_wrong_join_is_found_compared_and_undone(filled: Pages) -> None:
    joined = filled.get("reviews/r/joined")
    compare = re.search(r'href="/desk/(reviews/r/pairs\?record=[^"]+)"', joined)
    assert compare is not None
    page = filled.get(compare[1].replace("&amp;", "&"))
    assert "A pair you chose" in page
    filled.post("reviews/r/pairs", {**fields_of(page), "decision": "different"})
    filled.join()
    assert numbers_of(filled.get("reviews/r"))["Duplicates removed"] == "0"


def test_a_decision_that_was_never_made_cannot_be_taken_back(filled: Pages) -> None:
    shown = fields_of(filled.get("reviews/r/pairs"))
    assert "nothing to take back" in filled.post("reviews/r/take-back", shown, 404)


def test_joining_that_waits_is_not_begun_twice(pages: Pages) -> None:
    hold = threading.Event()
    pages.desk.tasks.start(lambda report: hold.wait(20), review_id="x", kind="wait", title="Wait")
    addresses = {
        pages.client.post("/desk/reviews/r/join", follow_redirects=False).headers["location"]
        for _ in range(3)
    }
    assert len(addresses) == 1
    (address,) = addresses
    waiting = pages.client.get(address).text
    assert 'hx-trigger="every 1s"' in waiting
    assert "You can leave this page" in waiting
    assert "Finding duplicates" in pages.get("reviews/r")
    hold.set()
    pages.desk.tasks.settle()
    over = pages.client.get(f"{address}/progress").text
    assert "hx-trigger" not in over
    assert "<html" not in over


def test_a_fault_in_a_task_is_told_and_the_next_task_goes_on(pages: Pages) -> None:
    def fail(report) -> None:
        raise RuntimeError("secret detail")

    failed = pages.desk.tasks.start(fail, review_id="r", kind="import", title="Importing 1 file")
    pages.desk.tasks.settle()
    page = pages.get(f"tasks/{failed.task_id}")
    assert "It could not be done" in page
    assert "secret detail" not in page
    assert "Done:" in pages.upload(("b.ris", second_search()))


def test_the_words_of_the_files_in_doubt_are_all_asked_about(filled: Pages) -> None:
    titles = set()
    for _ in range(N_IN_DOUBT):
        page = filled.get("reviews/r/pairs")
        titles.update(title for title in IN_DOUBT if title in page.replace("&#39;", "'"))
        filled.decide("different")
    assert titles == set(IN_DOUBT)
