"""Things done in processes of their own, which may be killed. Started as a program this module is a small server that
has imported everything, holds nothing open, and forks a process for whatever it is asked: that takes milliseconds."""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from attrs import define, field

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 60
"""A process that lives longer than this is stuck, and is ended."""


@define
class Forks:
    """The server, as the tests see it. Close it when all its processes have ended."""

    modules: tuple[str, ...]
    folder: Path = field(factory=lambda: Path(tempfile.mkdtemp(prefix="segdsl-forks-")))
    server: Any = field(init=False)
    number: int = 0

    def __attrs_post_init__(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forking", *self.modules],
            cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, what: str, /, **given: Any) -> "Process":
        """Have `module:function` called with these arguments, which are JSON, in a process of its own."""
        self.number += 1
        answer = self.folder / f"{self.number}.json"
        return Process(self, self.ask({"start": what, "given": given, "answer": str(answer)}), answer)

    def run(self, what: str, /, **given: Any) -> Any:
        """The same, and what it returns."""
        return self.start(what, **given).answered()

    def ask(self, asked: dict[str, Any]) -> int:
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())

    def close(self) -> None:
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()


@define
class Process:
    forks: Forks
    pid: int
    answer: Path
    ended: int | None = None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """How it ended: 0, or the signal by which it was killed, negative. Raises AssertionError for an exception."""
        if self.ended is None:
            self.ended = self.forks.ask({"wait": self.pid})
        assert self.ended <= 0, self.answer.read_text("utf-8")
        return self.ended

    def answered(self) -> Any:
        """What the function returned; it was not killed."""
        assert self.wait() == 0, f"killed by {self.ended}"
        return json.loads(self.answer.read_text("utf-8"))


def _serve() -> None:
    for name in sys.argv[1:]:
        import_module(name).warm()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            found = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        else:
            found = os.fork()
            if found == 0:
                _do(asked)
        print(found, flush=True)


def _do(asked: dict[str, Any]) -> NoReturn:
    answer, status = Path(asked["answer"]), 0
    signal.alarm(SECONDS)
    try:
        module, _, name = asked["start"].partition(":")
        answer.write_text(json.dumps(getattr(import_module(module), name)(**asked["given"])), "utf-8")
    except BaseException:
        answer.write_text(traceback.format_exc(), "utf-8")
        status = 1
    os._exit(status)


if __name__ == "__main__":
    _serve()
