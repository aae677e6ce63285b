"""The streaming servers of a device, as far as a scan goes: OPTIONS and DESCRIBE (RFC 2326)."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterable

from camfinder.lab.persona import Rtsp
from camfinder.lab.seat import Seat
from camfinder.lab.services import Talk, TcpService

_IDLE_S = 10.0
_MAX_REQUESTS = 10


def services(seat: Seat) -> Iterable[TcpService]:
    """One service per streaming server of the persona."""
    for rtsp in seat.persona.rtsp:
        yield TcpService(rtsp.port, _talk(rtsp))


def _talk(rtsp: Rtsp) -> Talk:
    async def talk(seat: Seat, reader: StreamReader, writer: StreamWriter) -> None:
        for _ in range(_MAX_REQUESTS):
            try:
                async with asyncio.timeout(_IDLE_S):
                    head = await reader.readuntil(b"\r\n\r\n")
            except (TimeoutError, EOFError, asyncio.LimitOverrunError):
                return
            await asyncio.sleep(seat.delay_s(rtsp.delay_ms))
            writer.write(respond(seat, rtsp, head))
            await writer.drain()

    return talk


def respond(seat: Seat, rtsp: Rtsp, head: bytes) -> bytes:
    """The bytes of the answer to one request."""
    lines = head.decode("latin-1").split("\r\n")
    method = lines[0].split(" ")[0]
    pairs = (line.partition(":") for line in lines[1:])
    cseq = next((value.strip() for name, _, value in pairs if name.lower() == "cseq"), "0")
    for wanted in (method, "*"):
        for answer in rtsp.answer:
            if answer.method == wanted:
                body = seat.text(answer.body, cseq=cseq).replace("\n", "\r\n").encode()
                headers = [seat.text(line, cseq=cseq) for line in answer.headers]
                if body:
                    headers.append(f"Content-Length: {len(body)}")
                head_lines = (f"RTSP/1.0 {answer.status}", *headers, "", "")
                return "\r\n".join(head_lines).encode() + body
    return f"RTSP/1.0 405 Method Not Allowed\r\nCSeq: {cseq}\r\n\r\n".encode()
