"""What forms of the door and the team's pages send."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from whatworks.web.work.uploads import form_of

__all__ = ["fields_of"]

_FORM_LIMIT = 20_000


async def fields_of(request: Request, names: Sequence[str]) -> dict[str, str]:
    """Return the named fields of a form as text, "" where one was not sent."""
    form = await form_of(request, limit=_FORM_LIMIT)
    return {name: value if isinstance(value := form.get(name), str) else "" for name in names}
