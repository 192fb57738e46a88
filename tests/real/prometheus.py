"""Start a real Prometheus over given series and ask it."""

import contextlib
import json
import math
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from sre_tui.demo.telemetry import Series
from tests.real.prometheus_binary import binary
from tests.stubs.ports import free_ports


def open_metrics(series: Sequence[Series]) -> str:
    """The series as OpenMetrics text, samples of one metric together."""
    by_name: dict[str, list[Series]] = {}
    for one in series:
        by_name.setdefault(one.labels["__name__"], []).append(one)
    lines = []
    for name in sorted(by_name):
        lines.append(f"# TYPE {name} unknown")
        for one in by_name[name]:
            pairs = [
                f"{key}={json.dumps(value, ensure_ascii=False)}"
                for key, value in one.labels.items()
                if key != "__name__"
            ]
            head = name + ("{" + ",".join(pairs) + "}" if pairs else "")
            lines.extend(
                f"{head} {_number(value)} {time:.3f}"
                for time, value in zip(one.times.tolist(), one.values.tolist(), strict=True)
            )
    return "\n".join([*lines, "# EOF", ""])


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)


@contextlib.contextmanager
def running_prometheus(series: Sequence[Series], folder: Path) -> Iterator[httpx.Client]:
    """A client of a Prometheus that holds exactly these series."""
    prometheus, promtool = binary("prometheus"), binary("promtool")
    text, data, config = folder / "series.om", folder / "data", folder / "prometheus.yml"
    text.write_text(open_metrics(series), encoding="utf-8")
    config.write_text("global: {}\n", encoding="utf-8")
    subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", str(text), str(data)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    port = free_ports()
    command = [
        prometheus,
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        try:
            _wait_until_ready(process)
            yield client
        finally:
            process.terminate()
            assert process.stderr is not None
            process.stderr.read()


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if "Server is ready to receive web requests" in line:
            return
    raise AssertionError("Prometheus ended before it was ready:\n" + "".join(seen))


def ask(client: httpx.Client, path: str, params: dict[str, str]) -> dict[str, Any]:
    """The answer's document, error or not."""
    document: dict[str, Any] = client.post(path, data=params).json()
    return document
