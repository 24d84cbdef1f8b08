"""What stands before every route and page: headers, hosts, who asks, how often, forged requests, too large bodies.

Each is plain ASGI in a file of its own; `secure` puts them around the application, in the order in which a request
meets them.
"""

from fastapi import FastAPI

from segops_pipeline.web.state import Web


def secure(app: FastAPI, web: Web) -> None:
    """Put everything around an application that already has its routes."""
    from segops_pipeline.web.security.body import BodyLimits
    from segops_pipeline.web.security.csrf import ForgeryGuard
    from segops_pipeline.web.security.headers import SafeHeaders
    from segops_pipeline.web.security.hosts import OwnHosts
    from segops_pipeline.web.security.rates import RequestRates, SignInRates
    from segops_pipeline.web.security.sockets import LiveSockets
    from segops_pipeline.web.security.who import Who

    app.state.sign_in_rates = SignInRates(web.settings)
    # what is added last is met first
    app.add_middleware(BodyLimits, settings=web.settings)
    app.add_middleware(LiveSockets, database=web.database)
    app.add_middleware(ForgeryGuard, settings=web.settings, secret=web.secret)
    app.add_middleware(RequestRates, settings=web.settings)
    app.add_middleware(Who, web=web)
    app.add_middleware(OwnHosts, settings=web.settings)
    app.add_middleware(SafeHeaders, settings=web.settings)
