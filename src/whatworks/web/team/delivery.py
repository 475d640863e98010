"""How a link reaches the person it is for: a file on the server, or an e-mail."""

from __future__ import annotations

import os
import secrets
import stat
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from whatworks.errors import UserError
from whatworks.site.figures import date_in_words
from whatworks.store import Invitation
from whatworks.web.team.config import FileLinks, SmtpLinks, TeamConfig

__all__ = ["deliver_link", "invitation_link"]

_TIMEOUT_SECONDS = 20
_SUBJECT = "Your link to whatworks"


def invitation_link(address: str, invitation: Invitation) -> str:
    """Return the whole link of an invitation."""
    return f"{address}/invitation/{invitation.token}"


def deliver_link(
    config: TeamConfig, *, name: str, email: str, invitation: Invitation, at: datetime
) -> str:
    """Hand a link over, after its invitation is stored; return where it went, for whoever invited.

    Raises
    ------
    UserError
        It could not be handed over; the message says why, and never what the link is.
    """
    text = _text(config, name, invitation)
    if isinstance(config.links, FileLinks):
        return _to_file(config.links, email, text, invitation.pseudonym, at)
    return _by_mail(config.links, email, text, at)


def _text(config: TeamConfig, name: str, invitation: Invitation) -> str:
    until = date_in_words(invitation.expires_at[:10])
    return (
        f"Hello {name},\n\n"
        f"with this link you choose a password for {config.address}:\n\n"
        f"{invitation_link(config.address, invitation)}\n\n"
        f"It works once, until {until}. Do not hand it on: whoever opens it can sign in as you.\n"
        "If you did not expect it, leave it alone and tell whoever runs the server.\n"
    )


def _to_file(links: FileLinks, email: str, text: str, pseudonym: str, at: datetime) -> str:
    """Write a link into a file of its own that nobody but the server's user can read."""
    path = links.folder / (
        f"{at.strftime('%Y-%m-%d-%H%M%S-%f')}-{pseudonym}-{secrets.token_hex(4)}.txt"
    )
    try:
        links.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"To: {email}\n\n{text}")
    except OSError as error:
        raise UserError(
            f"The link could not be written to {links.folder}: {error.strerror}. Mend that, then send "
            "a new link."
        ) from None
    return (
        f"The link is in the server's folder for links, in {path.name}. Whoever runs the server hands it "
        "over, then deletes the file."
    )


def _by_mail(links: SmtpLinks, email: str, text: str, at: datetime) -> str:
    import smtplib
    import ssl

    message = EmailMessage()
    message["Subject"] = _SUBJECT
    message["From"] = links.sender
    message["To"] = email
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(domain=links.sender.rpartition("@")[2].rstrip(">") or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    context = ssl.create_default_context()
    try:
        if links.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                links.host, links.port, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(links.host, links.port, timeout=_TIMEOUT_SECONDS)
        with server:
            if links.security == "starttls":
                server.starttls(context=context)
            if links.user is not None and links.password_file is not None:
                server.login(links.user, _secret(links.password_file))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        # Answers of mail servers may repeat what was sent to them: only their kind is told.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else None
        code = getattr(error, "smtp_code", None)
        words = reason or (f"it answered {code}" if code else type(error).__name__)
        raise UserError(
            f"The link could not be sent by {links.host}, port {links.port}: {words}. Mend that, then "
            "send a new link."
        ) from None
    return f"The link was sent to {email}."


def _secret(path: Path) -> str:
    """Return what a file of one password holds; one that everybody can read is refused."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o007:
        raise UserError(f"{path} can be read by everybody. Say: chmod 600 {path}")
    return path.read_text(encoding="utf-8").rstrip("\r\n")
