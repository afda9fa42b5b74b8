"""Runs the calls of docs/integrate.md as they are written there, and compares the answers with those that it shows."""

import json
import os
import re
import subprocess
from pathlib import Path

BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXACT = ("code", "message", "expires_in", "scopes", "rank", "purpose", "role", "token_type", "username", "status")


def alike(shown, given, name=""):
    """The same members everywhere, of the same types; and the same values and beginnings where those are fixed."""
    if isinstance(shown, dict) and isinstance(given, dict):
        assert shown.keys() == given.keys(), f"{name}: shown {sorted(shown)}, given {sorted(given)}"
        for member in shown:
            alike(shown[member], given[member], member)
    elif name in EXACT:
        assert shown == given, f"{name}: shown {shown}, given {given}"
    elif isinstance(shown, list) and isinstance(given, list):
        assert len(shown) == len(given), f"{name}: shown {shown}, given {given}"
        for pair in zip(shown, given):
            alike(*pair, name)
    else:
        assert type(shown) is type(given), f"{name}: shown {shown!r}, given {given!r}"
        begin = shown[:-1] if isinstance(shown, str) and shown.endswith("…") else ""
        assert not begin or given.startswith(begin), f"{name}: shown {shown}, given {given[:6]}…"


def walk(page, binary, stage):
    """The number of answers that were compared."""
    folder = stage.folder / "guide"
    folder.mkdir()
    (folder / "bin").mkdir()
    (folder / "bin/authms").symlink_to(Path(binary).resolve())
    blocks = BLOCK.findall(page.read_text())
    script = "".join(f"exec >{n}.out\n{text}" for n, (kind, text) in enumerate(blocks) if kind == "sh")
    (folder / "walk.sh").write_text(script.replace("http://127.0.0.1:8080", stage.wire.upstream))
    environment = stage.environment({"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"})
    subprocess.run(["bash", "-euo", "pipefail", "walk.sh"], cwd=folder, env=environment, check=True, timeout=120)
    compared = 0
    for n, (kind, text) in enumerate(blocks):
        if kind == "json":
            given = (folder / f"{n - 1}.out").read_text()
            alike(json.loads(text), json.loads(given))
            compared += 1
            print(f"ok  by hand: {text[:60].splitlines()[0]}", flush=True)
    return compared
