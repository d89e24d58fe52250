"""The web application: addresses and what answers them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import BaseModel, ValidationError

from tarazu.app.answers.bodies import Bodies, Body, make_body
from tarazu.app.answers.rest import Resting
from tarazu.app.answers.scripts import read_scripts
from tarazu.app.comparison import Choice, read_choice
from tarazu.app.evidence.view import Shown, read_view, show
from tarazu.app.guard import Application, Guard, Receive, Send
from tarazu.app.openapi import Health, describe_api
from tarazu.app.pages.compare import compare_page
from tarazu.app.pages.evidence import evidence_page
from tarazu.app.pages.lab import lab_page, problem_page
from tarazu.app.pages.waiting import waiting_page
from tarazu.app.pages.why import why_page
from tarazu.app.reproduce import recipe_of
from tarazu.app.runs import Line, QueueFullError, Stage
from tarazu.app.service import Service
from tarazu.app.state import State, changes_since, check_state, read_state
from tarazu.app.why.choice import read_why
from tarazu.core.errors import DataError, TarazuError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

RETRY_SECONDS: Final = "5"
LEAST_ZIPPED: Final = 1024  # bytes of an answer that is worth compressing
HTML: Final = "text/html"
JSON: Final = "application/json"


def make_application(service: Service, *, hosts: frozenset[str], token: str = "") -> Guard:
    """Return the application of a service, behind its guard.

    Parameters
    ----------
    hosts : values of the header Host that the server is reached by. token : see `Guard`.
    """
    return Guard(unguarded_application(service), hosts=hosts, token=token)


def unguarded_application(service: Service) -> Application:
    """Return the application of a service, for a guard to stand before."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.routing import Route

    answers = _Answers(service)
    routes = [
        Route("/", answers.page),
        Route("/compare", answers.compare),
        Route("/why", answers.why),
        Route("/evidence", answers.evidence),
        Route("/model.js", answers.model),
        Route("/why-model.js", answers.held_model),
        Route("/api", answers.description),
        Route("/api/evidence", answers.counts),
        Route("/api/findings", answers.findings),
        Route("/api/expected", answers.expected),
        Route("/api/inputs", answers.inputs),
        Route("/api/recipe", answers.recipe),
        Route("/api/runs", answers.runs, methods=["POST"]),
        Route("/api/comparisons", answers.comparisons, methods=["POST"]),
        Route("/api/unknowns", answers.unknowns, methods=["POST"]),
        Route("/api/briefs", answers.briefs, methods=["POST"]),
        Route("/health", answers.health),
        Route("/static/{name}", answers.script),
    ]
    zipped = Middleware(GZipMiddleware, minimum_size=LEAST_ZIPPED)
    return Resting(cast("Application", Starlette(routes=routes, middleware=[zipped])))


class _Answers:
    """Functions that answer requests; each reads, calls one function, and shows."""

    def __init__(self, service: Service) -> None:
        self.service, self.lab = service, service.lab
        self.bodies, self.scripts = Bodies(), read_scripts()

    async def page(self, request: Request) -> Response:
        query = request.url.query
        if not (query or self.service.is_ready) and self.service.first_page is not None:
            return _html(self.service.first_page, 200)

        def made() -> str:
            state = read_state(query, self.lab)
            futures = self.service.expected(state)
            return lab_page(self.lab, state, futures, changes_since(query, self.lab))

        return await self._page(request, made)

    async def compare(self, request: Request) -> Response:
        def made() -> str:
            choice = read_choice(request.url.query)
            return compare_page(self.lab, choice, self.service.compared(choice))

        return await self._page(request, made)

    async def why(self, request: Request) -> Response:
        def made() -> str:
            causes = self.service.causes
            why = read_why(request.url.query, self.lab, causes)
            return why_page(causes, why, self.service.expected(why.state))

        return await self._page(request, made)

    async def evidence(self, request: Request) -> Response:
        evidence = self.service.evidence
        evidence.findings.start()
        findings = evidence.findings.state()

        def made() -> str:
            counts = evidence.counts
            view = None if counts is None else read_view(request.url.query, counts)
            return evidence_page(self.lab, counts, view, findings, evidence.no_counts)

        # needs no model, so it does not wait for kernels
        return await self._html_of(request, made, (findings.state, findings.done))

    async def counts(self, request: Request) -> Response:
        def made() -> Shown:
            counts = self.service.evidence.counts
            if counts is None:
                raise DataError(self.service.evidence.no_counts)
            return show(counts, read_view(request.url.query, counts))

        return await self._json_of(request, made)

    async def findings(self, request: Request) -> Response:
        findings = self.service.evidence.findings
        findings.start()
        return _json(findings.state())

    async def _page(self, request: Request, made: Callable[[], str]) -> Response:
        if not self.service.is_ready or self.service.failure:
            text = waiting_page(self.service.seconds, self.service.failure)
            return _html(text, 503, {"retry-after": RETRY_SECONDS})
        return await self._html_of(request, made)

    async def _html_of(
        self, request: Request, made: Callable[[], str], state: Hashable = None
    ) -> Response:
        """Return a page that follows from its address, and from a state where it has one."""
        key = (request.url.path, request.url.query, state)
        try:
            body = await self.bodies.get(key, lambda: make_body(made(), HTML))
        except (TarazuError, ExceptionGroup) as error:
            return _html(problem_page(_words_of(error)), 422)
        return body.answer(request)

    async def _json_of(
        self, request: Request, made: Callable[[], BaseModel | dict[str, Any]]
    ) -> Response:
        """Return data that follow from their address."""
        key = (request.url.path, request.url.query)
        try:
            body = await self.bodies.get(key, lambda: make_body(_text_of(made()), JSON))
        except (TarazuError, ExceptionGroup) as error:
            return _json({"problem": _words_of(error)}, 422)
        return body.answer(request)

    async def script(self, request: Request) -> Response:
        found = self.scripts.get(request.path_params["name"])
        return _html("Not found", 404) if found is None else found.answer(request)

    async def model(self, request: Request) -> Response:
        return await self._script(request, lambda: self.lab.javascript)

    async def held_model(self, request: Request) -> Response:
        return await self._script(request, lambda: self.service.causes.javascript)

    async def _script(self, request: Request, made: Callable[[], str]) -> Response:
        etag = f'"{self.lab.key}-{self.lab.version}"'

        def body() -> Body:
            return make_body(made(), "text/javascript", caching="no-cache", etag=etag)

        return (await self.bodies.get(request.url.path, body)).answer(request)

    async def description(self, request: Request) -> Response:
        return _json(describe_api(self.lab.version))

    async def expected(self, request: Request) -> Response:
        return await self._of_state(request, self.service.expected)

    async def recipe(self, request: Request) -> Response:
        return await self._of_state(request, lambda state: recipe_of(state, self.lab))

    async def inputs(self, request: Request) -> Response:
        name = request.query_params.get("h", State().hypothesis)

        def made() -> dict[str, Any]:
            state = check_state(State(hypothesis=name), self.lab)
            return self.service.inputs(state.hypothesis)

        return await self._json_of(request, made)

    async def health(self, request: Request) -> Response:
        status = "ready" if self.service.is_ready else "compiling"
        runs = self.service.runs
        found = Health(
            status=status,
            version=self.lab.version,
            computing=runs.computing,
            waiting=runs.waiting,
        )
        return _json(found)

    async def runs(self, request: Request) -> Response:
        return await self._stream(request, self._of_body(self.service.stages))

    async def unknowns(self, request: Request) -> Response:
        return await self._stream(request, self._of_body(self.service.unknown_stages))

    async def briefs(self, request: Request) -> Response:
        return await self._stream(request, self._of_body(self.service.brief_stages))

    def _of_body(self, of: Callable[[State], list[Stage]]) -> Callable[[bytes], list[Stage]]:
        return lambda body: of(check_state(State.model_validate_json(body), self.lab))

    async def comparisons(self, request: Request) -> Response:
        def stages(body: bytes) -> list[Stage]:
            return self.service.comparison_stages(Choice.model_validate_json(body))

        return await self._stream(request, stages)

    async def _stream(
        self, request: Request, stages_of: Callable[[bytes], list[Stage]]
    ) -> Response:
        if not self.service.is_ready:
            seconds = round(self.service.seconds)
            return _json({"problem": "compiling", "seconds": seconds}, 503, retry=True)
        try:
            stages = stages_of(await request.body())
        except ValidationError as error:
            return _json({"problem": f"The body is not as expected: {error}"}, 422)
        except (TarazuError, ExceptionGroup) as error:
            return _json({"problem": _words_of(error)}, 422)
        lines = self.service.runs.stream(stages)
        try:
            first = await anext(lines)
        except QueueFullError:
            waiting = self.service.runs.waiting
            return _json({"problem": "full", "waiting": waiting}, 503, retry=True)
        return cast("Response", _Stream(first, lines))  # an ASGI application is enough

    async def _of_state(self, request: Request, of: Callable[[State], BaseModel]) -> Response:
        query = request.url.query
        return await self._json_of(request, lambda: of(read_state(query, self.lab)))


def _words_of(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(_words_of(one) for one in error.exceptions)
    return str(error)


def _html(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(text, status, {"cache-control": "no-store", **(headers or {})})


def _json(value: BaseModel | dict[str, Any], status: int = 200, *, retry: bool = False) -> Response:
    from starlette.responses import Response

    about = {"cache-control": "no-store"} | ({"retry-after": RETRY_SECONDS} if retry else {})
    return Response(_text_of(value), status, about, JSON)


def _text_of(value: BaseModel | dict[str, Any]) -> str:
    return value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value)


class _Stream:
    """An answer of one JSON object per line, which ends the run when its reader is gone."""

    def __init__(self, first: Line, lines: AsyncGenerator[Line, None]) -> None:
        self.first, self.lines = first, lines

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"application/x-ndjson"),
            (b"cache-control", b"no-store"),
            (b"content-encoding", b"identity"),  # compressed, lines would wait for each other
        ]
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            async with aclosing(self.lines):
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                line: Line | None = self.first
                while line is not None and not gone.done():
                    body = json.dumps(line).encode() + b"\n"
                    await send({"type": "http.response.body", "body": body, "more_body": True})
                    line = await _next(self.lines, gone)
                if not gone.done():
                    await send({"type": "http.response.body", "body": b""})
        except OSError:
            return  # the reader is gone
        finally:
            gone.cancel()


async def _next(lines: AsyncGenerator[Line, None], gone: asyncio.Future[None]) -> Line | None:
    """Return the next line; None at the end, and where the reader is gone first."""
    step = asyncio.ensure_future(anext(lines, None))
    both: set[asyncio.Future[Any]] = {step, gone}
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if step.done():
        return step.result()
    step.cancel()
    await asyncio.wait({step})
    return None


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
