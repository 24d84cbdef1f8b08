"""OpenID Connect: an organisation's own sign-in (authorization code with PKCE, state and nonce, by Authlib).

What belongs here: asking the provider, and who it says somebody is. What doesn't: which user that is
(`segops_pipeline.access.credentials.match_oidc`), and the routes (`segops_pipeline.web.sign_in`).
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from segops_pipeline.config import Settings
from segops_pipeline.errors import NotSignedIn, WrongUsage
from segops_pipeline.web.security.hosts import is_https

COOKIE = "segops_oidc"
FLOW_SECONDS = 600
METADATA = "/.well-known/openid-configuration"
TIMEOUT_SECONDS = 10.0
# None of those that a provider's public key could be taken for a password in, and not `none`.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for: `<issuer> <subject>`, and the address where it says that it is verified."""

    subject: str
    verified_email: str | None


class Provider:
    """The provider of the settings."""

    def __init__(self, settings: Settings, secret: bytes) -> None:
        from authlib.integrations.starlette_client import OAuth

        if settings.oidc_issuer is None or settings.oidc_client_id is None:
            raise WrongUsage("No provider is set.", "Set SEGOPS_OIDC_ISSUER, …_CLIENT_ID and …_CLIENT_SECRET.")
        self._settings = settings
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._cookies = URLSafeTimedSerializer(
            secret, salt="segops.oidc", signer_kwargs={"digest_method": hashlib.sha256}
        )
        hidden = settings.oidc_client_secret
        self._client: Any = OAuth().register(
            "segops",
            client_id=settings.oidc_client_id,
            client_secret=hidden.get_secret_value() if hidden is not None else None,
            server_metadata_url=self._issuer + METADATA,
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_SECONDS,
            },
        )

    async def begin(self, request: Request, back: str, next_path: str) -> Response:
        """Send a browser to the provider.

        Args:
            request: of the browser.
            back: the URL of ours that the provider sends it to.
            next_path: where it goes once somebody is signed in.

        Raises:
            NotSignedIn: what answers at the provider's address says that it is another.
        """
        await self._metadata()
        flow: dict[str, Any] = {"next": next_path}
        request.scope["session"] = flow
        response: Response = await self._client.authorize_redirect(request, back)
        response.set_cookie(
            COOKIE, self._cookies.dumps(flow), max_age=FLOW_SECONDS, path="/login/oidc", httponly=True,
            secure=is_https(self._settings), samesite="lax",
        )  # fmt: skip
        return response

    async def finish(self, request: Request) -> tuple[Vouched, str]:
        """Take somebody back from the provider.

        Returns:
            who it says they are, and where they wanted to go.

        Raises:
            NotSignedIn: the browser did not begin here, or the answer is none that counts.
        """
        from authlib.integrations.base_client import OAuthError
        from authlib.oauth2.rfc6749 import OAuth2Error
        from joserfc.errors import JoseError

        flow = self._flow(request)
        request.scope["session"] = flow
        if not any(key.startswith("_state_") and key.endswith(f"_{_state(request)}") for key in flow):
            raise NotSignedIn("The sign-in was not begun in this browser, or too long ago.", "Begin again.")
        await self._metadata()
        try:
            token: dict[str, Any] = await self._client.authorize_access_token(request)
            claims = dict(token.get("userinfo") or {})
            if not claims.get("sub"):
                raise NotSignedIn("The provider does not say who has signed in.", "Begin again.")
            if claims.get("email") is None:
                claims |= await self._userinfo(token, claims["sub"])
        except (OAuthError, OAuth2Error, JoseError, ValueError, KeyError) as error:
            raise NotSignedIn(f"The provider's answer does not count: {error}", "Begin again.") from error
        is_verified = str(claims.get("email_verified", "")).lower() == "true"
        email = str(claims["email"]) if is_verified and claims.get("email") else None
        return Vouched(f"{self._issuer} {claims['sub']}", email), str(flow.get("next", ""))

    def forget(self, response: Response) -> None:
        """Have the browser forget that it was sent."""
        response.delete_cookie(COOKIE, path="/login/oidc")

    def _flow(self, request: Request) -> dict[str, Any]:
        try:
            return self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=FLOW_SECONDS)
        except BadSignature:
            return {}

    async def _metadata(self) -> None:
        found = await self._client.load_server_metadata()
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise NotSignedIn(
                f"What answers at {self._issuer} says that it is {found.get('issuer')}.", "Correct SEGOPS_OIDC_ISSUER."
            )
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        self._client.server_metadata["id_token_signing_alg_values_supported"] = [
            name for name in offered if name in ALGORITHMS
        ]

    async def _userinfo(self, token: dict[str, Any], subject: str) -> dict[str, Any]:
        """What the provider tells of the address where its token does not."""
        if "userinfo_endpoint" not in self._client.server_metadata:
            return {}
        told = dict(await self._client.userinfo(token=token))
        return {name: told.get(name) for name in ("email", "email_verified")} if told.get("sub") == subject else {}


def _state(request: Request) -> str:
    return request.query_params.get("state") or " "
