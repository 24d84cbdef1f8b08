"""Where somebody wanted to go before they signed in: only ever a page of ours.

What belongs here: what a `next` parameter may be. What doesn't: going there.
"""

HOME = "/pim"
_MOST_CHARACTERS = 2_000
_NEVER = ("/login", "/logout", "/api/", "/_nicegui")


def next_page(asked: str | None) -> str:
    r"""The local path that was asked for, or the home page if it is none.

    Browsers take `//host`, `/\host` and paths with tabs or line ends in them for other hosts.
    """
    if not asked or len(asked) > _MOST_CHARACTERS or not asked.startswith("/") or asked.startswith(_NEVER):
        return HOME
    if asked.startswith("//") or "\\" in asked or not asked.isprintable() or not asked.isascii():
        return HOME
    return asked
