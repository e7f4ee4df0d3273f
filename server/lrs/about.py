"""What this store is: GET /xapi/about."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.lrs.client import Client

VERSIONS = ["1.0.3", "1.0.2", "1.0.1", "1.0.0"]


async def show_about(_request: Request, _client: Client) -> Response:
    """GET about: for anybody, of any version."""
    return JSONResponse({"version": VERSIONS})
