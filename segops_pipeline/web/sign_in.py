"""Signing in and out: password, one-time link, an organisation's own account. Nothing here needs a script.

What belongs here: these routes. What doesn't: what a password, link or session is (`segops_pipeline.access`), how the
page looks (`sign_in_page`), and who asks afterwards (`segops_pipeline.web.security.who`).
"""

import logging
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from segops_pipeline.access.audit import record_of_installation
from segops_pipeline.access.credentials import check_password, match_oidc
from segops_pipeline.access.links import use_link_token
from segops_pipeline.access.sessions import end_session, open_session
from segops_pipeline.access.users import User, get_user_by_id
from segops_pipeline.errors import NotSignedIn, TooManyRequests
from segops_pipeline.web.api.depends import TheWeb
from segops_pipeline.web.security.form_token import is_own_form
from segops_pipeline.web.security.next_page import next_page
from segops_pipeline.web.security.oidc import Provider
from segops_pipeline.web.security.rates import SignInRates
from segops_pipeline.web.security.requests import address_of
from segops_pipeline.web.security.who import clear_session, set_session
from segops_pipeline.web.sign_in_page import SignInPage, language_of
from segops_pipeline.web.state import Web
from segops_pipeline.web.texts import text

NOBODY = "nobody"

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


def rates_of(request: Request) -> SignInRates:
    """How many wrong sign-ins there have been."""
    return request.app.state.sign_in_rates


def provider_of(request: Request, web: TheWeb) -> Provider | None:
    """The organisation's own sign-in, where the settings name one."""
    if web.settings.oidc_issuer is None:
        return None
    state = request.app.state
    if not hasattr(state, "oidc_provider"):
        state.oidc_provider = Provider(web.settings, web.secret)
    return state.oidc_provider


Rates = Annotated[SignInRates, Depends(rates_of)]
TheProvider = Annotated[Provider | None, Depends(provider_of)]
Line = Annotated[str, Form()]


@router.get("/login")
def show(request: Request, web: TheWeb, next: str = "") -> Response:  # noqa: A002 - the parameter's name in the URL
    """The sign-in page; who is signed in already goes on."""
    if getattr(request.state, "session", None) is not None:
        return RedirectResponse(next_page(next), HTTPStatus.SEE_OTHER)
    return SignInPage(next_path=next_page(next)).answer(request, web)


@router.post("/login")
def sign_in(
    request: Request,
    web: TheWeb,
    rates: Rates,
    email: Line = "",
    password: Line = "",
    token: Line = "",
    next: Line = "",  # noqa: A002 - the field's name in the form
) -> Response:
    """Sign in with a password. Whatever is wrong, the answer is the same, and takes as long."""
    where = next_page(next)
    if not is_own_form(web.secret, request, token):
        return _again(request, web, "stale_form", HTTPStatus.FORBIDDEN, email, where)
    try:
        rates.attempt(email, address_of(request.scope))
        user = check_password(web.database, email, password)
    except TooManyRequests as error:
        return _too_often(request, web, error, email, where)
    if user is None:
        _note(request, web, email or NOBODY, "sign_in.refused", "password")
        return _again(request, web, "wrong", HTTPStatus.UNAUTHORIZED, email, where)
    rates.right(email, address_of(request.scope))
    return _enter(request, web, user, "password", where)


@router.get("/login/link")
def use_link(request: Request, web: TheWeb, rates: Rates, token: str = "", next: str = "") -> Response:  # noqa: A002
    """Sign in with a link that counts once."""
    try:
        rates.attempt(None, address_of(request.scope))
    except TooManyRequests as error:
        return _too_often(request, web, error)
    user_id = use_link_token(web.database, token)
    if user_id is None:
        _note(request, web, NOBODY, "sign_in.refused", "link")
        return _again(request, web, "bad_link", HTTPStatus.UNAUTHORIZED)
    rates.right(None, address_of(request.scope))
    return _enter(request, web, get_user_by_id(web.database, user_id), "link", next_page(next))


@router.post("/logout")
def sign_out(request: Request, web: TheWeb) -> Response:
    """Sign out; scripts are answered without a page."""
    session: str | None = getattr(request.state, "session", None)
    if session is not None:
        end_session(web.database, session)
        _note(request, web, request.state.actor.name, "sign_out", "page")
    is_script = "application/json" in request.headers.get("accept", "")
    answer = (
        Response(status_code=HTTPStatus.NO_CONTENT) if is_script else RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    )
    clear_session(answer, web.settings)
    return answer


@router.get("/login/oidc")
async def begin_oidc(
    request: Request,
    web: TheWeb,
    provider: TheProvider,
    next: str = "",  # noqa: A002 - the parameter's name in the URL
) -> Response:
    """Go to the organisation's own sign-in."""
    from httpx2 import HTTPError

    if provider is None:
        return _again(request, web, "oidc_off", HTTPStatus.NOT_FOUND)
    try:
        return await provider.begin(request, here(request, web) + "/login/oidc/callback", next_page(next))
    except (HTTPError, ValueError, RuntimeError, NotSignedIn) as error:
        log.warning("The OpenID Connect provider cannot be used: %s", error)
        return _again(request, web, "oidc_unreachable", HTTPStatus.BAD_GATEWAY)


@router.get("/login/oidc/callback")
async def finish_oidc(request: Request, web: TheWeb, provider: TheProvider) -> Response:
    """Come back from the organisation's own sign-in."""
    from httpx2 import HTTPError

    if provider is None:
        return _again(request, web, "oidc_off", HTTPStatus.NOT_FOUND)
    try:
        vouched, where = await provider.finish(request)
    except NotSignedIn as error:
        log.warning("A sign-in by OpenID Connect was refused: %s", error)
        answer = _again(request, web, "oidc_failed", HTTPStatus.UNAUTHORIZED)
    except HTTPError as error:
        log.warning("The OpenID Connect provider cannot be used: %s", error)
        answer = _again(request, web, "oidc_unreachable", HTTPStatus.BAD_GATEWAY)
    else:
        answer = await run_in_threadpool(_enter_vouched, request, web, vouched.subject, vouched.verified_email, where)
    provider.forget(answer)
    return answer


def _enter_vouched(request: Request, web: Web, subject: str, verified_email: str | None, where: str) -> Response:
    user = match_oidc(web.database, subject, verified_email)
    if user is not None:
        return _enter(request, web, user, "oidc", next_page(where))
    _note(request, web, verified_email or subject, "sign_in.refused", "oidc")
    if verified_email is None:
        return _again(request, web, "oidc_unknown_unverified", HTTPStatus.FORBIDDEN)
    notice = text(language_of(request), "sign_in.oidc_unknown", email=verified_email)
    return SignInPage(notice, status=HTTPStatus.FORBIDDEN).answer(request, web)


def _enter(request: Request, web: Web, user: User, how: str, where: str) -> Response:
    """Open a session of its own, whatever one the browser had, and go on."""
    before: str | None = getattr(request.state, "session", None)
    if before is not None:
        end_session(web.database, before)
    session = open_session(web.database, user.id, web.settings)
    _note(request, web, user.email, "sign_in", how)
    answer = RedirectResponse(where, HTTPStatus.SEE_OTHER)
    set_session(answer, web.secret, web.settings, session)
    return answer


def _again(
    request: Request, web: Web, notice: str, status: HTTPStatus, email: str = "", where: str | None = None
) -> Response:
    words = text(language_of(request), f"sign_in.{notice}")
    return SignInPage(words, email=email, next_path=next_page(where), status=status).answer(request, web)


def _too_often(
    request: Request, web: Web, error: TooManyRequests, email: str = "", where: str | None = None
) -> Response:
    words = text(language_of(request), "sign_in.too_often", minutes=-(-error.retry_after_seconds // 60))
    page = SignInPage(words, email=email, next_path=next_page(where), status=HTTPStatus.TOO_MANY_REQUESTS)
    answer = page.answer(request, web)
    answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer


def _note(request: Request, web: Web, who: str, act: str, how: str) -> None:
    record_of_installation(web.database, who, "page", act, details={"how": how}, address=address_of(request.scope))


def here(request: Request, web: Web) -> str:
    """Where people reach the pages, without a slash at the end."""
    return (web.settings.pages_url or str(request.base_url)).rstrip("/")
