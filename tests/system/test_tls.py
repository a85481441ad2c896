"""TLS: what the environment of a command could do to the connection, and the oldest protocol that is accepted."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from conftest import Run, environment

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # an old protocol is what the server offers
LAX = """openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lax
[lax]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of its own authority for localhost, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


@contextmanager
def listener(certificate: tuple[Path, Path], newest: ssl.TLSVersion | None = None) -> Iterator[tuple[int, list[str]]]:
    """A server that answers each TLS handshake with HTTP 503; its port, and the protocols that were agreed on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if newest:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    agreed: list[str] = []
    plain = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = plain.accept()
                client.settimeout(5)
                with suppress(OSError), context.wrap_socket(client, server_side=True) as secure:
                    agreed.append(secure.version() or "")
                    secure.recv(65536)
                    secure.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    yield plain.getsockname()[1], agreed
    plain.close()


def ask(run: Run, certificate: tuple[Path, Path], port: int, **variables: str) -> str:
    run.configure(odoo={"url": f"https://localhost:{port}", "ca_file": str(certificate[0]), "connect_timeout": "2s"})
    return run("doctor", "--json", env={**environment(), **variables}).out


def test_no_key_of_the_session_is_logged(run: Run, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    log = tmp_path / "keys.log"
    with listener(certificate) as (port, agreed):
        said = ask(run, certificate, port, SSLKEYLOGFILE=str(log))
    assert agreed and set(agreed) <= {"TLSv1.2", "TLSv1.3"} and "HTTP 503" in said
    assert not log.exists()


def test_a_lax_configuration_of_openssl_allows_no_old_protocol(run: Run, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    lax = tmp_path / "openssl.cnf"
    lax.write_text(LAX)
    with listener(certificate, ssl.TLSVersion.TLSv1_1) as (port, agreed):
        said = ask(run, certificate, port, OPENSSL_CONF=str(lax))
    assert not agreed and "HTTP 503" not in said and '"problem"' in said


def test_a_certificate_of_another_name_asks_for_the_right_name(run: Run, certificate: tuple[Path, Path]) -> None:
    with listener(certificate) as (port, _):
        run.configure(odoo={"url": f"https://127.0.0.1:{port}", "ca_file": str(certificate[0]), "connect_timeout": "2s"})
        said = run("doctor", check=3).out
    assert "the certificate of 127.0.0.1 is not trusted (it was made for another name): write odoo.url with a name" in said
    assert "odoo.ca_file" not in said


def test_a_certificate_that_signs_itself_asks_for_its_authority(run: Run, certificate: tuple[Path, Path]) -> None:
    with listener(certificate) as (port, _):
        run.configure(odoo={"url": f"https://localhost:{port}", "connect_timeout": "2s"})
        said = run("doctor", check=3).out
    assert "(it is self-signed): renew or correct it on the server, or give its authority's certificate in odoo.ca_file" in said
