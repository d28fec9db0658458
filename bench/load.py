#!/usr/bin/env python3
"""A load of requests, each answer of which is checked: new connections at a steady pace, and some that stay.

    bench/load.py PORT SECONDS [NEW CONNECTIONS A SECOND] [CONNECTIONS THAT STAY]

Prints one JSON document. Each request has a number, which must come back. What stays asks ten times a second, and when a server closes
such a connection before it has read the request, which HTTP allows, it asks once more on another, as browsers do.
"""

import asyncio
import itertools
import json
import sys
import time

PATIENCE = 5
STAYING_PAUSE = 0.1
# Each source address has 28,000 ports of its own.
SOURCES = [f"127.0.0.{i}" for i in range(2, 18)]


class Load:
    def __init__(self, port):
        self.port = port
        self.numbers = itertools.count()
        self.sources = itertools.cycle(SOURCES)
        self.counts = {"asked": 0, "answered": 0, "again": 0, "refused": 0, "reset": 0, "wrong": 0, "late": 0}
        self.times = []
        self.servers = set()

    async def all(self, seconds, pace, staying):
        end = time.monotonic() + seconds
        tasks = [asyncio.create_task(self.stay(end)) for _ in range(staying)]
        begun = time.monotonic()
        for i in itertools.count():
            due = begun + i / pace
            if due >= end:
                break
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(self.one()))
        await asyncio.gather(*tasks)
        times = sorted(self.times)
        return {
            **self.counts,
            "servers": len(self.servers),
            "median_ms": round(times[len(times) // 2] * 1000, 2) if times else None,
            "p99_ms": round(times[len(times) * 99 // 100] * 1000, 2) if times else None,
            "longest_ms": round(times[-1] * 1000, 2) if times else None,
        }

    def fail(self, error):
        kind = "late" if isinstance(error, (TimeoutError, asyncio.TimeoutError)) else "refused" if isinstance(error, ConnectionRefusedError) else "reset"
        self.counts[kind] += 1

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(next(self.sources), 0))

    # What a request came to: None if the connection was closed before anything of an answer came.
    async def ask(self, reader, writer, stays):
        number = next(self.numbers)
        writer.write(f"GET /{number} HTTP/1.1\r\nHost: localhost\r\nConnection: {'keep-alive' if stays else 'close'}\r\n\r\n".encode())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise ConnectionResetError("in the middle of an answer") from error
            return None
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        echo, server = (await reader.readexactly(length)).decode().split()
        self.servers.add(server)
        if not head.startswith("http/1.1 200 ") or echo != str(number):
            self.counts["wrong"] += 1
        else:
            self.counts["answered"] += 1
        return "connection: close" not in head

    async def one(self):
        begun = time.monotonic()
        self.counts["asked"] += 1
        writer = None
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await self.connect()
                if await self.ask(reader, writer, stays=False) is None:
                    raise ConnectionResetError("closed without an answer")
            self.times.append(time.monotonic() - begun)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.fail(error)
        finally:
            if writer:
                writer.close()

    async def stay(self, end):
        reader = writer = None
        while time.monotonic() < end:
            self.counts["asked"] += 1
            begun = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE):
                    goes_on = None
                    if writer:
                        try:
                            goes_on = await self.ask(reader, writer, stays=True)
                        except ConnectionError:
                            pass
                        if goes_on is None:
                            self.counts["again"] += 1
                    if goes_on is None:
                        reader, writer = await self.connect()
                        goes_on = await self.ask(reader, writer, stays=True)
                        if goes_on is None:
                            raise ConnectionResetError("closed without an answer")
                self.times.append(time.monotonic() - begun)
                if not goes_on:
                    writer.close()
                    writer = None
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                self.fail(error)
                if writer:
                    writer.close()
                writer = None
            await asyncio.sleep(STAYING_PAUSE)
        if writer:
            writer.close()


if __name__ == "__main__":
    port, seconds, pace, staying = [*map(int, sys.argv[1:]), *(500, 50)[len(sys.argv) - 3:]]
    print(json.dumps(asyncio.run(Load(port).all(seconds, pace, staying))))
