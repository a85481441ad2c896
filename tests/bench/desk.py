"""A desk that is measured: a folder with the configuration, the secret and the state of one agent."""
from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from pages import KEY, LOGIN

ROOT = Path(__file__).resolve().parent.parent.parent
QUALIODOO = os.environ.get("QUALIODOO", str(ROOT / "build" / "qualiodoo"))


class Desk:
    """The agent of one Odoo, by one protocol."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.metrics = folder / "metrics.prom"
        secret = folder / "secret"
        secret.write_text(KEY + "\n")
        secret.chmod(0o600)
        self.configure()

    def configure(self, protocol: str = "xmlrpc", step: str = "5min") -> None:
        (self.folder / "qualiodoo.yaml").write_text(f"""
odoo: {{url: "{self.url}", protocol: {protocol}, database: demo, login: {LOGIN}, secret_file: {self.folder}/secret}}
state: {{path: {self.folder}/state.db}}
credit: {{step: {step}, packs: [{{product: SUP12, hours: 12}}]}}
writeback: {{enabled: false}}
poll: {{tickets: 1s, payments: 1h}}
status: {{metrics_file: {self.metrics}}}
""")

    def command(self, *words: str) -> list[str]:
        """The program, on this desk."""
        return [QUALIODOO, "-c", str(self.folder / "qualiodoo.yaml"), *words]

    def fresh(self) -> None:
        """Nothing is mirrored."""
        for name in ("state.db", "state.db-wal", "state.db-shm", "other.db"):
            (self.folder / name).unlink(missing_ok=True)

    def state(self) -> sqlite3.Connection:
        """The state itself."""
        return sqlite3.connect(self.folder / "state.db")
