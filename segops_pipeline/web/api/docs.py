"""The page that shows what the API can do, drawn from its own description; nothing is loaded from elsewhere.

What belongs here: that page. What doesn't: the description (`web.openapi`), how it is drawn (`static/api-docs.js`).
"""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · Segops</title>
<link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/segops.css">
<link rel="stylesheet" href="/static/api-docs.css">
<script src="/static/api-docs.js" defer></script>
</head>
<body class="api-docs">
<header>
<p><a href="/pim">Segops</a></p>
<h1>API</h1>
<div id="about"></div>
<p><a href="/api/openapi.json">openapi.json</a> describes it for programs.</p>
<p role="search"><label for="filter">Search</label> <input id="filter" type="search" autocomplete="off"></p>
<p id="found" role="status"></p>
</header>
<main id="operations"><p class="soft">Loading …</p></main>
<noscript><p>This page needs JavaScript; <a href="/api/openapi.json">openapi.json</a> does not.</p></noscript>
</body>
</html>
"""


@router.get("/api/docs")
@router.get("/api/docs/")
def docs() -> HTMLResponse:
    """What the API can do."""
    return HTMLResponse(PAGE)
