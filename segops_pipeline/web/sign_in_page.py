"""How the sign-in page looks: one form in plain HTML, in the person's language, without a script.

What belongs here: the page. What doesn't: its routes (`sign_in`).
"""

from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from segops_pipeline.web.security.form_token import form_token, form_word, set_word
from segops_pipeline.web.security.headers import OF_FORMS
from segops_pipeline.web.security.next_page import HOME
from segops_pipeline.web.state import Web
from segops_pipeline.web.texts import Translate, preferred, translator

# the same as in the frame of the pages, which cannot be loaded without NiceGUI
LANGUAGE_COOKIE, THEME_COOKIE = "segops_language", "segops_theme"

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · {app}</title>
<link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/segops.css">
<link rel="stylesheet" href="/static/sign_in.css">
</head>
<body class="sign-in {theme}">
<main>
<span class="logo">{app}</span>
<div class="card">
<h1>{title}</h1>
{notice}
<form method="post" action="/login">
<input type="hidden" name="token" value="{token}">
<input type="hidden" name="next" value="{next}">
<label for="email">{email_label}</label>
<input id="email" name="email" type="email" value="{email}" autocomplete="username" maxlength="320" required{first}>
<label for="password">{password_label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{second}>
<button type="submit" class="main">{submit}</button>
</form>
{oidc}
</div>
<p class="soft">{other_ways}</p>
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page shows: a sentence of what went wrong (or well), what was typed, and where it leads."""

    notice: str = ""
    is_wrong: bool = True
    email: str = ""
    next_path: str = HOME
    status: HTTPStatus = HTTPStatus.OK

    def answer(self, request: Request, web: Web) -> HTMLResponse:
        """The page for a browser; nothing that comes from outside is taken for markup."""
        language = language_of(request)
        word = form_word(request)
        html = self._html(translator(language), language, request, web, form_token(web.secret, word))
        response = HTMLResponse(html, self.status, {"Content-Security-Policy": OF_FORMS})
        set_word(response, web.settings, word)
        return response

    def _html(self, t: Translate, language: str, request: Request, web: Web, token: str) -> str:
        theme = {"dark": "body--dark", "light": "body--light"}.get(request.cookies.get(THEME_COOKIE, ""), "")
        notice = ""
        if self.notice:
            kind, role = ("bad", "alert") if self.is_wrong else ("good", "status")
            notice = f'<p class="notice {kind}" role="{role}">{escape(self.notice)}</p>'
        oidc = ""
        if web.settings.oidc_issuer is not None:
            where = f"/login/oidc?next={quote(self.next_path, safe='/')}"
            oidc = (
                f'<p class="or">{escape(t("sign_in.or"))}</p>'
                f'<a class="button" href="{escape(where)}">{escape(t("sign_in.oidc"))}</a>'
            )
        values = {
            "language": language,
            "theme": theme,
            "app": t("frame.app"),
            "title": t("sign_in.title"),
            "token": token,
            "next": self.next_path,
            "email": self.email[:320],
            "email_label": t("sign_in.email"),
            "password_label": t("sign_in.password"),
            "submit": t("sign_in.submit"),
            "other_ways": t("sign_in.other_ways"),
        }
        focus = (" autofocus", "") if not self.email else ("", " autofocus")
        return PAGE.format(
            **{name: escape(value) for name, value in values.items()},
            notice=notice,
            oidc=oidc,
            first=focus[0],
            second=focus[1],
        )


def language_of(request: Request) -> str:
    """The language of a browser whose person is not known yet."""
    return preferred(request.headers.get("accept-language"), request.cookies.get(LANGUAGE_COOKIE))
