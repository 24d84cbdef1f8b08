"""Whether the web process lives, for containers and `segops up`: says nothing of what is inside."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
def alive() -> PlainTextResponse:
    """Answer."""
    return PlainTextResponse("ok\n")
