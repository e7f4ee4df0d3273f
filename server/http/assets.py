"""Scripts, styles and third-party modules: served with their content's hash in the address."""

import hashlib
import json
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.errors import NotFound

WEB = Path(__file__).parent.parent.parent / "web"
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".bcmap": "application/octet-stream"}


class Assets:
    """`/assets/<hash>/<path>` is our own js, css and pictures; `/vendor/<hash>/<name>/<path>` the
    npm packages that `web/importmap.json` names, and nothing else of `node_modules`."""

    def __init__(self, web: Path = WEB) -> None:
        self.web = web
        listed = json.loads((web / "importmap.json").read_text("utf-8"))
        self.imports: dict[str, str] = listed["imports"]
        self.folders: dict[str, str] = listed["folders"]
        self.mark = self._mark()

    def _mark(self) -> str:
        digest = hashlib.sha256()
        own = [file for folder in ("js", "css", "img") for file in (self.web / folder).rglob("*")]
        for file in sorted([*own, self.web / "package-lock.json"]):
            if file.is_file():
                digest.update(file.relative_to(self.web).as_posix().encode())
                digest.update(file.read_bytes())
        return digest.hexdigest()[:12]

    def address(self, path: str) -> str:
        """Where a browser finds `js/…`, `css/…`, `img/…` or `vendor:<folder>/…`."""
        if path.startswith("vendor:"):
            return f"/vendor/{self.mark}/{path.removeprefix('vendor:')}"
        return f"/assets/{self.mark}/{path}"

    def import_map(self) -> str:
        """The import map of every page, as JSON: npm modules and our own `jt/` prefix."""
        imports = {name: f"/vendor/{self.mark}/{path}" for name, path in self.imports.items()}
        return json.dumps({"imports": {**imports, "jt/": self.address("js/")}})

    def own_file(self, path: str) -> Path:
        """The file behind one of our own addresses. NotFound for anything else."""
        if path.split("/")[0] not in ("js", "css", "img"):
            raise NotFound
        return _inside(self.web, path)

    def vendor_file(self, path: str) -> Path:
        """The file of an npm package the import map names. NotFound for anything else."""
        name, _, rest = path.partition("/")
        if name not in self.folders:
            raise NotFound
        return _inside(self.web / "node_modules" / self.folders[name], rest)


@lru_cache(maxsize=1024)
def _inside(root: Path, path: str) -> Path:
    if "\0" in path:
        raise NotFound
    found = (root / path).resolve()
    if not found.is_relative_to(root.resolve()) or not found.is_file():
        raise NotFound
    return found


async def own(request: Request) -> Response:
    """GET /assets/{mark}/{path}"""
    assets: Assets = request.app.state.assets
    return _file(request, assets.own_file(request.path_params["path"]))


async def vendor(request: Request) -> Response:
    """GET /vendor/{mark}/{path}"""
    assets: Assets = request.app.state.assets
    return _file(request, assets.vendor_file(request.path_params["path"]))


def _file(request: Request, path: Path) -> Response:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    fresh = request.path_params["mark"] == request.app.state.assets.mark
    cache = _FOREVER if fresh else "no-cache"
    return FileResponse(path, media_type=kind, headers={"cache-control": cache})
