"""Errors as problem+json (RFC 9457), in Chinese and in English."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import orjson
from starlette.responses import Response

from analysis.errors import RulebookError, RuleError, UnknownRuleError
from analysis.io import OutputError
from gis.errors import MineZoneError
from layers.errors import LayerError, ReaderError, WorkspaceError

MEDIA_TYPE: Final = "application/problem+json"

# The first that fits; everything else is a fault of the program.
STATUS_OF: Final[tuple[tuple[type[Exception], int], ...]] = (
    (OutputError, 507),
    (RulebookError, 500),
    (RuleError, 500),
    (WorkspaceError, 503),
    (UnknownRuleError, 422),
    (ReaderError, 422),
    (LayerError, 422),
    (MineZoneError, 422),
)

TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("请求有误", "The request is not right"),
    403: ("不允许", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持该方法", "Method not allowed"),
    409: ("工作区现状不允许", "Not possible as the workspace is now"),
    413: ("文件过大", "The file is too large"),
    415: ("不支持该类型", "The type is not supported"),
    421: ("主机名不对", "Wrong host"),
    422: ("不能判定", "Cannot be judged"),
    500: ("程序出错", "A fault of the program"),
    503: ("暂时不能服务", "Not available now"),
    507: ("存储空间不足", "No room to write"),
}

_FEATURE: Final = re.compile(r"第\s*\d+\s*(?:行|个要素|个几何|个图形|个地标)(?:（[^）]{1,60}）)?")


@dataclass
class Problem(Exception):  # noqa: N818 - the name of RFC 9457
    """What went wrong, as the answer says it.

    ``file`` is the sender's name of a file, ``feature`` what the message calls the row.
    """

    status: int
    zh: str
    en: str
    file: str | None = None
    feature: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the JSON object."""
        zh, en = TITLES.get(self.status, (str(self.status), HTTPStatus(self.status).phrase))
        return {
            "type": "about:blank",
            "title": f"{zh} / {en}",
            "status": self.status,
            "detail": f"{self.zh} / {self.en}",
            "zh": {"title": zh, "detail": self.zh},
            "en": {"title": en, "detail": self.en},
            "file": self.file,
            "feature": self.feature,
        }

    def response(self) -> Response:
        """Return the answer."""
        # Names come from other people's files: what is no text in UTF-8 becomes a mark.
        body = orjson.dumps(_encodable(self.document()))
        return Response(body, self.status, self.headers, MEDIA_TYPE)


def _encodable(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _encodable(v) for k, v in value.items()}
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def problem_of(error: MineZoneError, file: str | None = None) -> Problem:
    """Return the answer to an expected error; ``file`` where it is about one."""
    status = next(status for kind, status in STATUS_OF if isinstance(error, kind))
    return problem(status, error.zh, error.en, file)


def problem(status: int, zh: str, en: str, file: str | None = None) -> Problem:
    """Return an answer; the feature is the row that the message names."""
    found = _FEATURE.search(zh)
    return Problem(status, zh, en, file, found.group(0) if found else None)


def not_found() -> Problem:
    """Return the answer to an address that leads nowhere."""
    return Problem(404, "没有这个地址", "there is nothing at this address")


def fault() -> Problem:
    """Return the answer to a crash: no word of its inside."""
    return Problem(
        500,
        "程序出错，未得出结论；详情见服务器日志",
        "the program failed and nothing was judged; see the server's log",
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the answers."""
    texts = {
        "type": "object",
        "required": ["title", "detail"],
        "properties": {"title": {"type": "string"}, "detail": {"type": "string"}},
    }
    return {
        "title": "Problem",
        "description": "RFC 9457",
        "type": "object",
        "required": ["type", "title", "status", "detail", "zh", "en", "file", "feature"],
        "properties": {
            "type": {"const": "about:blank"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "zh": texts,
            "en": texts,
            "file": {"type": ["string", "null"]},
            "feature": {"type": ["string", "null"]},
        },
        "additionalProperties": False,
    }
