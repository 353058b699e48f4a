"""The web app: the pages, and the plain routes that serve beside them."""

import gc
import logging
import socket
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Timer

import anyio
import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from analysis.errors import InputError
from data import store

# A port the person did not choose may be taken; that many further ones are tried.
PORTS_TRIED = 20


async def health(_: Request) -> JSONResponse:
    """Whether the server answers, for load balancers."""
    return JSONResponse({"status": "ok"})


async def geometry(request: Request) -> Response:
    """District outlines of a dataset as GeoJSON, simplified for a map; the browser keeps them."""
    from pages.shared.ground import outlines

    name = request.path_params["dataset"]
    try:
        found = await anyio.to_thread.run_sync(outlines, name, store.find(name).input_hash)
    except InputError as error:
        return JSONResponse({"error": str(error)}, status_code=404)
    if found is None:
        return JSONResponse({"error": f"{name} has no district boundaries."}, status_code=404)
    # The link carries the content's hash, so a stored copy never goes stale.
    return Response(found.content, media_type="application/geo+json", headers={"Cache-Control": "max-age=31536000"})


async def no_outline(_: Request) -> JSONResponse:
    """An empty world outline: charts ask for one, and nothing may be fetched from elsewhere."""
    return JSONResponse({"type": "Topology", "objects": {}, "arcs": []})


def script_failed(error: Exception) -> bool:
    """Show a plain sentence in place of a traceback; what is no person's mistake is logged as well."""
    if isinstance(error, InputError):
        st.error(str(error), icon=":material/error:")
        return True
    st.error(
        "This page could not be shown because of a fault in Evenground; nothing stored was changed. "
        "Reload the page, or choose another view.",
        icon=":material/error:",
    )
    logging.getLogger(__name__).error("A page failed", exc_info=error)
    return True


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Warm what every page needs, then freeze it out of garbage collection; see ``store.settle``."""
    from pages.shared.store import warm

    await anyio.to_thread.run_sync(warm)
    gc.collect()
    gc.freeze()
    yield


app = st.App(
    Path(__file__).parent / "pages" / "frame.py",
    routes=[
        Route("/health", health),
        Route("/geometry/{dataset}/{hash}.json", geometry),
        Route("/geometry/outline/{name}", no_outline),
    ],
    middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
    lifespan=lifespan,
    on_script_error=script_failed,
)


def serve(host: str, port: int | None, *, open_browser: bool) -> None:
    """Serve the dashboard until interrupted.

    Args:
        host: address to listen on.
        port: port to listen on, or None for the first free one from 8501 on.
        open_browser: whether to open the address in the person's browser.

    Raises:
        InputError: the port is taken or may not be used.
    """
    store.datasets()
    listener = _listener(host, port)
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{listener.getsockname()[1]}"  # noqa: S104 compared, not bound
    print(f"Evenground is at {address}", flush=True)  # noqa: T201 the address is the command's result
    if open_browser:
        Timer(1.0, webbrowser.open, [address]).start()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="warning", timeout_graceful_shutdown=2))
    server.run(sockets=[listener])


def _listener(host: str, port: int | None) -> socket.socket:
    first = 8501 if port is None else port
    for candidate in range(first, first + (PORTS_TRIED if port is None else 1)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except (OSError, OverflowError):
            listener.close()
            continue
        # Whoever comes before the pages are ready waits, and is not refused.
        listener.listen()
        return listener
    raise InputError(f"Port {first} of {host} is taken or not allowed; give a free one with --port.")
