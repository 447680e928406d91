"""Who may open the page: everybody on this machine, and from elsewhere only who logs in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.errors import SettingsError
from rag.serving.guard import is_loopback


def check_host(host: str, protected: bool, insecure: bool) -> None:
    """Raises SettingsError for an address that others can reach, unless a login protects it or `insecure` is said."""
    if not (is_loopback(host) or protected or insecure):
        raise SettingsError(
            f"{host} can be reached by others: add --auth USER:PASSWORD-FILE, or --insecure to let everybody in"
        )


def is_owner(request: Any) -> bool:
    """Whether a request comes from this machine, and from nobody in between."""
    client = getattr(request, "client", None)
    forwarded = "x-forwarded-for" in (getattr(request, "headers", None) or {})
    return bool(client and client.host and is_loopback(client.host) and not forwarded)


def login(setting: str) -> tuple[str, str]:
    """User and password for USER:PASSWORD-FILE; the password is the file's first line. Raises SettingsError."""
    user, _, file = setting.partition(":")
    if not user or not file:
        raise SettingsError("--auth takes USER:PASSWORD-FILE, such as me:~/askpapers-password")
    try:
        password = Path(file).expanduser().read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--auth: cannot read {file}: {getattr(error, 'strerror', None) or error}") from None
    if not password:
        raise SettingsError(f"--auth: {file} is empty; put the password on its first line")
    return user, password
