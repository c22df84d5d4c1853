"""Holds requests and answers to the OpenAPI files of ``resources/contracts``."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

METHODS = ("get", "post", "put", "patch", "delete")


class Contract:
    """One contract file, and which of its operations were exercised with which status."""

    def __init__(self, name: str) -> None:
        self.data: dict[str, Any] = yaml.safe_load(
            (files("resources") / "contracts" / f"{name}.yaml").read_text("utf-8")
        )
        self._openapi = OpenAPI.from_dict(self.data)  # refuses a file that is no OpenAPI
        self.exercised: set[tuple[str, str]] = set()

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        """Return the operations by their id."""
        items = self.data["paths"].values()
        return {item[method]["operationId"]: item[method] for item in items for method in METHODS if method in item}

    def check(
        self,
        method: str,
        url: str,
        request_headers: Mapping[str, str],
        request_body: bytes,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        request_too: bool,
    ) -> None:
        """Fail unless the answer, and where asked the request, is what the contract says."""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        request = MockRequest(
            f"{parts.scheme}://{parts.netloc}",
            method,
            parts.path,
            args=query,
            headers=dict(request_headers),
            data=request_body,
            content_type="application/json",
        )
        content_type = headers.get("content-type", "")
        response = MockResponse(body, status, dict(headers), content_type.split(";")[0])
        if request_too:
            self._openapi.validate_request(request)
        self._openapi.validate_response(request, response)
        self.exercised.add((self._id_of(method, parts.path), str(status)))
        if body and status != 204:
            assert content_type.startswith("application/json"), content_type

    def _id_of(self, method: str, path: str) -> str:
        for pattern, item in self.data["paths"].items():
            wanted, given = pattern.split("/"), path.split("/")
            same_length = len(wanted) == len(given)
            fits = same_length and all(w == g or w.startswith("{") for w, g in zip(wanted, given, strict=True))
            if fits and method.lower() in item:
                return str(item[method.lower()]["operationId"])
        raise AssertionError(f"not in the contract: {method} {path}")
