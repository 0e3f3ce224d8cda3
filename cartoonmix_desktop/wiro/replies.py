"""The validating boundary: bytes from outside in, values of `core.remote` or one error out.

Lenient where the API is known to vary (text for numbers, null, unknown and missing fields) and in
facts beside the point (cost, times, words), strict where a guess could cost money or lose a
picture. Source: the Wiro API reference, "Task fields".
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from cartoonmix_desktop.core.errors import (
    ModelUnavailable,
    ProtocolError,
    Refused,
    ServerFault,
    TaskNamed,
)
from cartoonmix_desktop.core.money.amounts import amount_of
from cartoonmix_desktop.core.task.maker import MAKER_FIELDS
from cartoonmix_desktop.core.task.remote import RemoteOutput, RemoteTask, RunReceipt, TaskPage
from cartoonmix_desktop.wiro.decoding import (
    Malformed,
    aside,
    decode,
    decode_plain,
    flag,
    moment,
    number,
    required_text,
    text,
    time,
    unquoted,
)
from cartoonmix_desktop.wiro.refusals import refusal
from cartoonmix_desktop.wiro.run_answers import Body, Fate, fate_of, named_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartoonmix_desktop.core.errors import WiroError

LARGEST = 16 * 1024 * 1024
"""Bytes of a reply, unpacked; Wiro's own clients take as many."""

_DEEPEST = 32  # of nested values that are handed on; a recipe needs 2, a schema 4
_LONGEST_NAME = 200  # characters of a person's or project's
_LONGEST_WORDS = 4000  # characters of a server message that are kept


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, its body read and unpacked.

    Attributes:
        operation: the endpoint it answers.
        status: the HTTP status.
        body: at most `LARGEST` bytes.
        retry_after: the header of that name, or empty.
        flaw: why the body is not all that was sent; empty if it is. Only of Run.
    """

    operation: str
    status: int
    body: bytes
    retry_after: str = ""
    flaw: str = ""


class _Envelope(msgspec.Struct):
    result: Any = None
    errors: Any = None
    taskid: Any = None
    socketaccesstoken: Any = None
    tasklist: msgspec.Raw = msgspec.Raw(b"")
    tool: msgspec.Raw = msgspec.Raw(b"")
    total: msgspec.Raw = msgspec.Raw(b"null")
    data: msgspec.Raw = msgspec.Raw(b"")

    @property
    def holds_something(self) -> bool:
        """Whether it holds what was asked for, whatever it says of itself."""
        return bool(self.taskid or bytes(self.tasklist) or bytes(self.tool))

    def unwrap(self) -> None:
        """Take what older answers put into ``data``, if it can be read."""
        if not bytes(self.data).startswith(b"{"):
            return
        try:
            inner = decode(bytes(self.data), _Envelope)
        except Malformed:
            return
        if not self.taskid:
            self.taskid, self.socketaccesstoken = inner.taskid, inner.socketaccesstoken
        if not bytes(self.tasklist):
            self.tasklist, self.total = inner.tasklist, inner.total
        self.tool = self.tool if bytes(self.tool) else inner.tool
        if self.result is not None:  # else nobody said no
            self.errors = self.errors or inner.errors


_NULL = msgspec.Raw(b"null")


class _Output(msgspec.Struct):
    id: msgspec.Raw = _NULL
    name: msgspec.Raw = _NULL
    url: msgspec.Raw = _NULL
    size: msgspec.Raw = _NULL
    contenttype: msgspec.Raw = _NULL


class _Task(msgspec.Struct):
    id: Any = None
    taskid: Any = None
    socketaccesstoken: msgspec.Raw = _NULL
    status: Any = None
    pexit: Any = None
    outputs: msgspec.Raw = _NULL
    output: msgspec.Raw = _NULL
    totalcost: msgspec.Raw = _NULL
    elapsedseconds: msgspec.Raw = _NULL
    createtime: msgspec.Raw = _NULL
    starttime: msgspec.Raw = _NULL
    endtime: msgspec.Raw = _NULL
    debugerror: msgspec.Raw = _NULL
    debugoutput: msgspec.Raw = _NULL
    parameters: msgspec.Raw = _NULL
    modelslugowner: msgspec.Raw = _NULL
    modelslugproject: msgspec.Raw = _NULL
    userid: msgspec.Raw = _NULL
    useruuid: msgspec.Raw = _NULL
    username: msgspec.Raw = _NULL
    projectid: msgspec.Raw = _NULL
    projectname: msgspec.Raw = _NULL
    teamid: msgspec.Raw = _NULL
    teamguid: msgspec.Raw = _NULL
    teamname: msgspec.Raw = _NULL


# Any: a union is no type to the checker.
_ERRORS: Any = list[Any] | dict[str, Any]
_OUTPUTS: Any = list[msgspec.Raw] | dict[str, msgspec.Raw] | None
_TASKS: Any = list[_Task] | None
_TOOLS: Any = list[msgspec.Raw] | None


def read_receipt(answer: Answer) -> RunReceipt:
    """The answer to Run; `run_answers.fate_of` decides what it means.

    Raises:
        Refused: no task was made.
        TaskNamed: a task is named, and may be the one that was made.
        ServerFault: the server failed and may have made one.
        ProtocolError: the answer does not say whether a task was made.
    """
    said = _said_of_run(answer)
    fate = fate_of(answer.status, said.body)
    if fate is Fate.MADE:
        return RunReceipt(said.task_id, said.token)
    if fate is Fate.NOTHING:
        raise _refusal(answer, said.code, said.message)
    if said.body in {Body.RECEIPT, Body.TASK}:
        raise TaskNamed(answer.operation, "a task, and no clear yes", answer.status, said.task_id)
    if answer.status == 408 or answer.status >= 500:
        raise ServerFault(answer.operation, answer.status, said.message)
    raise ProtocolError(answer.operation, said.detail or said.body.value, answer.status)


def read_tasks(answer: Answer) -> list[RemoteTask] | None:
    """The ``tasklist`` of an answer, None if it holds none.

    Raises:
        Refused: the server said no.
        ServerFault: it failed.
        ProtocolError: the answer is not what the API promises.
    """
    envelope = _accepted(answer)
    try:
        tasks = decode(unquoted(envelope.tasklist), _TASKS)
        return None if tasks is None else [_task(task) for task in tasks]
    except Malformed as error:
        raise _protocol_error(answer, error) from None


def read_page(answer: Answer) -> TaskPage | None:
    """As `read_tasks`, with how many there are in all."""
    tasks = read_tasks(answer)
    if tasks is None:
        return None
    total = aside(number, _accepted(answer).total)
    return TaskPage(tasks, int(total) if total is not None and total >= 0 else None)


def read_tool(answer: Answer) -> dict[str, Any]:
    """The first tool that Tool/Detail lists, fractions as text.

    Raises:
        ModelUnavailable: no tool is listed.
        Refused: the server said no.
        ServerFault: it failed.
        ProtocolError: the answer is not what the API promises.
    """
    envelope = _accepted(answer)
    try:
        tools = decode(unquoted(envelope.tool), _TOOLS)
        if not tools:
            raise ModelUnavailable(answer.operation, 1, "", answer.status)
        return _bounded(decode(bytes(tools[0]), object), "tool")
    except Malformed as error:
        raise _protocol_error(answer, error) from None


def read_values(answer: Answer) -> dict[str, Any]:
    """All that an answer says, fractions as text.

    Raises:
        Refused: the server said no.
        ServerFault: it failed.
        ProtocolError: the answer is not what the API promises.
    """
    _accepted(answer)
    try:
        return _bounded(decode(answer.body, object), "answer")
    except Malformed as error:
        raise _protocol_error(answer, error) from None


def read_done(answer: Answer) -> None:
    """An answer that only says yes.

    Raises:
        Refused: the server said no.
        ServerFault: it failed.
        ProtocolError: the answer is not what the API promises.
    """
    _accepted(answer)


# --- the answer to Run ---------------------------------------------------------------------------


_SOUND_ID = re.compile(r"[\w.:+-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _SaidOfRun:
    """The body of an answer to Run: its kind, what else it says, and why it cannot be read."""

    body: Body
    task_id: str = ""
    token: str = field(default="", repr=False)
    code: int = 0
    message: str = ""
    detail: str = ""


def _said_of_run(answer: Answer) -> _SaidOfRun:
    named = named_in(answer.body)
    if answer.flaw:
        kind = Body.TASK if named.any else Body.UNREAD
        return _SaidOfRun(kind, named.task_id, detail=answer.flaw)
    try:
        envelope = decode(answer.body, _Envelope)
        said = flag(envelope.result, "result")
        envelope.unwrap()
        errors = _errors(envelope.errors)
        code, message = _first_error(errors)
        task_id, token = _receipt(envelope)
    except Malformed as error:
        kind = Body.TASK if named.any else Body.OTHER
        words = _plain_words(answer.body)
        return _SaidOfRun(kind, named.task_id, message=words, detail=str(error))
    yes = said or (said is None and not errors)
    if yes and task_id and (named.task_id == task_id or not named.any):
        return _SaidOfRun(Body.RECEIPT, task_id, token)
    if named.any:
        return _SaidOfRun(Body.TASK, named.task_id)
    if said:
        return _SaidOfRun(Body.YES)
    kind = Body.OTHER if yes else Body.NO
    return _SaidOfRun(kind, code=code, message=message)


def _receipt(envelope: _Envelope) -> tuple[str, str]:
    """Id and token; an id that is no sound text is none."""
    task_id = text(envelope.taskid, "taskid")
    none = not task_id.strip("0") or task_id.casefold() in {"true", "false", "null"}
    if none or not _SOUND_ID.fullmatch(task_id):
        task_id = ""
    token = envelope.socketaccesstoken
    return task_id, token if isinstance(token, str) else ""


# --- yes or no -----------------------------------------------------------------------------------


def _accepted(answer: Answer) -> _Envelope:
    """The envelope of an answer that says yes; raises what any other answer means."""
    status = answer.status
    try:
        envelope = decode(answer.body, _Envelope)
        said = flag(envelope.result, "result")
        envelope.unwrap()
        errors = _errors(envelope.errors)
        failed = said is False or (said is None and bool(errors))
        code, message = _first_error(errors)
    except Malformed as error:
        if 200 <= status < 300:
            raise _protocol_error(answer, error) from None
        # Gateways answer in plain text or HTML of their own.
        said, failed, code, message = None, False, 0, _plain_words(answer.body)
        envelope = _Envelope()
    if status == 408 or status >= 500:
        raise ServerFault(answer.operation, http_status=status, server_message=message)
    if not 200 <= status < 300:
        raise _unsuccessful(answer, said=said, code=code, message=message)
    if failed:
        raise _refusal(answer, code, message)
    if said is None and not envelope.holds_something:
        raise _protocol_error(answer, Malformed("result: missing"))
    return envelope


def _unsuccessful(answer: Answer, *, said: bool | None, code: int, message: str) -> WiroError:
    status = answer.status
    if status in {401, 429}:
        return _refusal(answer, code, message)
    if status < 400:
        return _protocol_error(answer, Malformed("redirected"))
    if said is True or not (message or said is False):
        return _protocol_error(answer, Malformed(f"HTTP {status} without the API's words"))
    return _refusal(answer, code, message)


def _refusal(answer: Answer, code: int, message: str) -> Refused:
    return refusal(
        answer.operation,
        code=code,
        message=message,
        http_status=answer.status,
        retry_after=answer.retry_after,
    )


def _errors(told: Any) -> list[Any]:
    """The errors of an answer: an array, also as a text; one alone; or bare words."""
    if isinstance(told, str) and told.lstrip().startswith(("[", "{")):
        with suppress(Malformed):
            told = decode(told.encode(), _ERRORS)
    if isinstance(told, dict | str):
        return [told] if told else []
    if told is None:
        return []
    if not isinstance(told, list):
        raise Malformed("errors: expected an array")
    return told


def _first_error(errors: list[Any]) -> tuple[int, str]:
    """Code and words of the first error; items are objects or bare text."""
    for item in errors:
        if isinstance(item, dict):
            code = item.get("code")
            readable = re.fullmatch(r"\d{1,6}", text(code, "errors.code"), re.ASCII)
            message = text(item.get("message"), "errors.message")
            return int(readable[0]) if readable else 0, message[:_LONGEST_WORDS]
        return 0, text(item, "errors")[:_LONGEST_WORDS]
    return 0, ""


def _plain_words(body: bytes) -> str:
    """A short plain text such as ``Error parsing url.``; empty for HTML and anything else."""
    try:
        words = body.decode().strip()
    except UnicodeDecodeError:
        return ""
    return words if len(words) <= 300 and not re.search(r"[<{\x00]", words) else ""


def _protocol_error(answer: Answer, error: Malformed) -> ProtocolError:
    return ProtocolError(answer.operation, detail=str(error), http_status=answer.status)


# --- values --------------------------------------------------------------------------------------


def _task(task: _Task) -> RemoteTask:
    outputs = _listed(task.outputs)
    if not outputs:  # the name that some answers have for them, or another thing
        with suppress(Malformed):
            outputs = _listed(task.output)
    # What the end of a task does not depend on must not keep it from ending.
    return RemoteTask(
        id=required_text(task.taskid if task.id is None or task.id == "" else task.id, "id"),
        token=aside(text, task.socketaccesstoken) or "",
        status=text(task.status, "status"),
        exit_code=_exit_code(task.pexit),
        outputs=_outputs(outputs),
        cost=amount_of(aside(number, task.totalcost)),
        seconds=aside(time, task.elapsedseconds),
        created=aside(moment, task.createtime),
        started=_moment_or_zero(task.starttime),
        ended=aside(moment, task.endtime),
        debug_error=(aside(text, task.debugerror) or "")[-_LONGEST_WORDS:],  # the end says why
        debug_output=(aside(text, task.debugoutput) or "")[-_LONGEST_WORDS:],
        parameters=_parameters(task.parameters),
        model="/".join(filter(None, (_word(task.modelslugowner), _word(task.modelslugproject)))),
        maker=_maker(task),
    )


def _maker(task: _Task) -> dict[str, str]:
    """Who made it: all that names anybody."""
    told = {name: _word(getattr(task, name)) for name in MAKER_FIELDS}
    return {name: word for name, word in told.items() if word.strip("0")}


def _word(raw: msgspec.Raw) -> str:
    return (aside(text, raw) or "").strip()[:_LONGEST_NAME]


def _listed(raw: msgspec.Raw) -> list[msgspec.Raw]:
    """The entries of an array of outputs; none for null and an empty object."""
    listed = decode(unquoted(raw), _OUTPUTS)
    if isinstance(listed, dict) and listed:
        raise Malformed("outputs: expected an array")
    return list(listed or ())


def _outputs(listed: Sequence[msgspec.Raw]) -> tuple[RemoteOutput, ...]:
    """Each output by itself: one that cannot be read must not keep the others from being fetched.

    It is left out where the others have ids to be told apart by. Else places are all there is, and
    it keeps its own, without an address.
    """
    read = [_output(raw) for raw in listed]
    if all(output is None or output.id for output in read):
        return tuple(output for output in read if output is not None)
    return tuple(output or RemoteOutput("", "", "", None) for output in read)


def _output(raw: msgspec.Raw) -> RemoteOutput | None:
    """One output; None when it is none, or nothing of it can be read."""
    try:
        output = decode(unquoted(raw), _Output)
    except Malformed:
        return None
    return RemoteOutput(
        id=aside(text, output.id) or "",
        name=aside(text, output.name) or "",
        url=aside(text, output.url) or "",
        size=int(aside(number, output.size) or 0) or None,
        content_type=aside(text, output.contenttype) or "",
    )


def _moment_or_zero(raw: msgspec.Raw) -> float | None:
    """Unix seconds, 0 for what has not come; None when not told."""
    moment = aside(number, raw)
    return None if moment is None else float(moment)


def _exit_code(value: Any) -> str | None:
    """``pexit`` as text, so that 0, ``"0"`` and 0.0 are one and the same."""
    if value is None:
        return None
    written = text(value, "pexit").strip()
    return "0" if re.fullmatch(r"-?0+(\.0*)?", written, re.ASCII) else written


def _parameters(raw: msgspec.Raw) -> dict[str, Any]:
    """The recorded inputs: an object or the text of one; else none told."""
    try:
        value = decode_plain(bytes(raw))
        if isinstance(value, str):
            value = decode_plain(value.encode())
        return _bounded(value, "parameters")
    except Malformed:
        return {}


def _bounded(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{name}: expected an object")
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return value
    raise Malformed(f"{name}: nested too deeply")
