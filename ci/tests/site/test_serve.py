"""The server says nothing about what readers and their browsers do."""

import asyncio
import socket

import pytest

from ci.site.browser import chromium, served


def ask(address, line):
    """Send one line to the server; the first line of its answer."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"{line} HTTP/1.0\r\n\r\n".encode())
        return connection.recv(200).decode("latin-1").splitlines()[0]


def test_no_request_makes_the_server_speak(tmp_path, capfd):
    (tmp_path / "index.html").write_text("x" * 10**6)
    with served(tmp_path) as address:
        assert " 404 " in ask(address, "GET /%00")
        assert " 404 " in ask(address, "GET /../../etc/passwd")
        assert " 200 " in ask(address, "GET /index.html")  # and leaves before it has read it
        assert " 200 " in ask(address, "GET /")
    assert capfd.readouterr() == ("", "")


def test_a_browser_that_is_not_there_is_a_line(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nonexistent")

    async def look():
        async with chromium():
            pass

    with pytest.raises(SystemExit, match="CHROMIUM=/nonexistent: there is no such program"):
        asyncio.run(look())
