"""Pages of lists: `{count, next, previous, results}`, 50 a page, 200 at most."""

from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel

PAGE_SIZE = 50
MOST_PER_PAGE = 200
LAST_PAGE = 1_000_000

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next` and `previous` are the URLs of its neighbours."""

    count: int
    next: str | None
    previous: str | None
    results: list[Item]


class Paging:
    """Which page is asked for."""

    def __init__(
        self,
        request: Request,
        page: Annotated[int, Query(ge=1, le=LAST_PAGE, description="Which page, from 1.")] = 1,
        page_size: Annotated[int, Query(ge=1, le=MOST_PER_PAGE, description="How many on a page.")] = PAGE_SIZE,
    ) -> None:
        self._request = request
        self.page = page
        self.page_size = page_size

    @property
    def offset(self) -> int:
        """How many items come before the page."""
        return (self.page - 1) * self.page_size

    def of(self, count: int, results: list[Item]) -> Page[Item]:
        """The page as it is answered."""
        return Page(
            count=count,
            next=self._url(self.page + 1) if self.offset + self.page_size < count else None,
            previous=self._url(self.page - 1) if self.page > 1 else None,
            results=results,
        )

    def _url(self, page: int) -> str:
        return str(self._request.url.include_query_params(page=page))


Paged = Annotated[Paging, Depends(Paging)]
