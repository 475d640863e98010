"""Sign in, and out."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from whatworks.actions.signing_in import sign_in, sign_out
from whatworks.release.read import ReleaseLabel
from whatworks.site.figures import plural
from whatworks.store.accounts import comparable_email
from whatworks.web.team.door import Door
from whatworks.web.team.fields import fields_of
from whatworks.web.team.next_page import local_page
from whatworks.web.team.rate_limit import address_key
from whatworks.web.work.render import door_page

__all__ = ["leave", "sign_in_form", "take_in"]

# The same words whatever was wrong: they must not tell which addresses have an account.
WRONG = "Enter the e-mail address and password of your account; one of them is wrong"
_DONE = {
    "set": "Your password is set. Sign in with it.",
    "out": "You are signed out.",
}


def sign_in_form(door: Door, release: ReleaseLabel, request: Request) -> Response:
    """Ask for address and password; whoever is signed in goes on."""
    wanted = local_page(request.query_params.get("next"))
    if request.state.user is not None:
        return RedirectResponse(wanted, status_code=303)
    done = _DONE.get(request.query_params.get("done", ""))
    return _form(release, request, wanted, message=done)


async def take_in(door: Door, release: ReleaseLabel, request: Request) -> Response:
    """Begin a session, or say that address and password do not belong together."""
    said = await fields_of(request, ("email", "password", "next"))
    wanted = local_page(said["next"])
    missing = [
        (field, words)
        for field, words in (
            ("email", "Enter your e-mail address"),
            ("password", "Enter your password"),
        )
        if not said[field].strip()
    ]
    if missing:
        return _form(release, request, wanted, email=said["email"], errors=missing)
    account = comparable_email(said["email"])
    host = address_key(request.client.host if request.client else None)
    # Both are asked, so that what one name used up is used up whatever the other says.
    seconds = max(door.limits.address.wait(host), door.limits.account.wait(account))
    if seconds:
        return _too_often(release, request, wanted, said["email"], seconds)
    token = await door.hashing(
        lambda: sign_in(
            door.store,
            email=said["email"],
            password=said["password"],
            passwords=door.passwords,
            at=door.clock(),
            lengths=door.config.lengths,
            agent=request.headers.get("user-agent"),
            instead_of=door.token(request),
        )
    )
    if token is None:
        return _form(release, request, wanted, email=said["email"], errors=[("email", WRONG)])
    door.limits.account.forget(account)
    response = RedirectResponse(wanted, status_code=303)
    door.give_cookie(response, token)
    return response


async def leave(door: Door, release: ReleaseLabel, request: Request) -> Response:
    """End the session of this browser."""
    token = door.token(request)
    if request.method == "POST" and token:
        await run_in_threadpool(sign_out, door.store, token)
    response = RedirectResponse(
        "/sign-in?done=out" if request.method == "POST" else "/desk/", status_code=303
    )
    if request.method == "POST":
        door.take_cookie(response)
    return response


def _too_often(
    release: ReleaseLabel, request: Request, wanted: str, email: str, seconds: int
) -> Response:
    words = f"Too many tries. Wait {plural(seconds, 'second')}, then try again"
    response = _form(release, request, wanted, email=email, errors=[("email", words)], status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _form(
    release: ReleaseLabel,
    request: Request,
    wanted: str,
    *,
    email: str = "",
    errors: list[tuple[str, str]] | None = None,
    message: str | None = None,
    status: int = 200,
) -> Response:
    return door_page(
        request,
        release,
        "sign_in.html",
        title="Sign in",
        values={"wanted": wanted, "email": email, "message": message},
        errors=errors or [],
        status=status,
    )
