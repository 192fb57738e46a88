"""Lines of the applications: media, files, home automation, databases, mail, containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

_AGENTS = ("Jellyfin Android/2.6.3", "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
           "Home Assistant/2025.11 (iOS)", "Nextcloud-android/31.0.1", "Uptime-Kuma/2.0.2")  # fmt: skip
_FILMS = ("Metropolis (1927)", "Nosferatu (1922)", "The General (1926)", "Sherlock Jr. (1924)",
          "Safety Last! (1923)", "The Kid (1921)")  # fmt: skip


def access(service: str, rng: Random, status: int | None = None) -> str:
    """One request in traefik's common log format."""
    code = status or rng.choice((200, 200, 200, 200, 200, 304, 302, 204))
    path = rng.choice(("/", "/api/status", "/login", "/assets/app.js", "/api/v1/items", "/health"))
    took = rng.randint(2, 240) if code < 500 else rng.randint(3, 30_000)
    client = f"10.0.{rng.choice((30, 30, 40))}.{rng.randint(20, 90)}"
    backend = f"http://10.0.20.{110 + len(service) % 40}:8080"
    return (
        f'{client} - - "GET {path} HTTP/2.0" {code} {rng.randint(120, 90_000)} "-" '
        f'"{rng.choice(_AGENTS)}" {rng.randint(1000, 999_999)} "{service}@file" "{backend}" {took}ms'
    )


def jellyfin(rng: Random) -> str:
    """Playback and library work."""
    film = rng.choice(_FILMS)
    return rng.choice(
        (
            f"[INF] [{rng.randint(10, 99)}] Emby.Server.Implementations.Session.SessionManager: "
            f'Playback stopped reported by app "Jellyfin Android" "2.6.3" playing "{film}". '
            f"Stopped at {rng.randint(1000, 6_000_000)} ms",
            f"[INF] [{rng.randint(10, 99)}] MediaBrowser.MediaEncoding.Transcoding.TranscodeManager: "
            f'ffmpeg started for "{film}" with h264_qsv',
            f"[INF] [{rng.randint(10, 99)}] Emby.Server.Implementations.ScheduledTasks.TaskManager: "
            f'"Scan Media Library" Completed after {rng.randint(0, 3)} minute(s)',
            f"[INF] [{rng.randint(10, 99)}] Jellyfin.Api.Helpers.MediaInfoHelper: User policy for "
            "anna. EnableAudioPlaybackTranscoding: True",
        )
    )


def postgres(rng: Random) -> str:
    """Checkpoints and autovacuum."""
    return rng.choice(
        (
            "LOG:  checkpoint starting: time",
            f"LOG:  checkpoint complete: wrote {rng.randint(20, 900)} buffers "
            f"({rng.uniform(0.1, 3):.1f}%); write={rng.uniform(2, 90):.3f} s, sync="
            f"{rng.uniform(0.001, 0.08):.3f} s, total={rng.uniform(3, 91):.3f} s",
            'LOG:  automatic vacuum of table "nextcloud.public.oc_filecache": index scans: 1',
            f"LOG:  connection authorized: user=nextcloud database=nextcloud pid={rng.randint(900, 9999)}",
        )
    )


def nextcloud(rng: Random) -> str:
    """Web requests and background jobs."""
    user = rng.choice(("anna", "ben", "carla"))
    return rng.choice(
        (
            f'10.0.20.10 - {user} "PROPFIND /remote.php/dav/files/{user}/ HTTP/1.1" 207 {rng.randint(400, 9000)}',
            f'10.0.20.10 - {user} "GET /index.php/204 HTTP/1.1" 204 0',
            "cron: executed background job OCA\\Files\\BackgroundJob\\ScanFiles",
        )
    )


def adguard(rng: Random) -> str:
    """The resolver at work."""
    return rng.choice(
        (
            f"dnsproxy: upstream tls://9.9.9.9:853 exchanged in {rng.uniform(8, 34):.2f}ms",
            f"filtering: updated filter id={rng.randint(1, 9)} rules={rng.randint(20_000, 160_000)}",
            f"querylog: flushed {rng.randint(200, 1200)} entries to file",
        )
    )


def homeassistant(rng: Random) -> str:
    """Automations and integrations."""
    return rng.choice(
        (
            "INFO (MainThread) [homeassistant.components.automation.hall_light] Hall light: Running automation actions",
            "INFO (MainThread) [homeassistant.helpers.entity] Update of sensor.energy_today is taking over 1 seconds"
            if rng.random() < 0.1
            else "INFO (MainThread) [homeassistant.components.mqtt.client] Connected to MQTT server mqtt:1883",
            f"INFO (SyncWorker_{rng.randint(0, 9)}) [homeassistant.components.recorder] Purged {rng.randint(100, 900)} rows",
        )
    )


def mail(rng: Random) -> str:
    """Postfix delivering."""
    queue = f"{rng.getrandbits(40):010X}"
    return rng.choice(
        (
            f"{queue}: from=<no-reply@home.example>, size={rng.randint(900, 40_000)}, nrcpt=1 (queue active)",
            f"{queue}: to=<anna@home.example>, relay=dovecot, delay={rng.uniform(0.05, 0.9):.2f}, status=sent (250 2.0.0 Saved)",
            f"disconnect from unknown[10.0.20.{rng.randint(110, 140)}] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
        )
    )


def container(name: str, rng: Random) -> str:
    """Any container with a web server and a scheduler inside."""
    return rng.choice(
        (
            f"[Info] {name}: request GET /api/v3/system/status completed in {rng.randint(1, 90)} ms",
            f"[Info] Scheduler: task RefreshMonitoredDownloads finished in {rng.uniform(0.01, 2):.2f}s",
            f"[Info] {name}: health check ok",
            f"[Info] cache: {rng.randint(10, 4000)} entries, hit ratio {rng.uniform(0.85, 0.99):.2f}",
        )
    )


def prometheus(rng: Random) -> str:
    """Head compactions in logfmt."""
    return (
        f'level=INFO source=head.go:1434 msg="Head GC completed" '
        f"component=tsdb caller=truncateMemory duration={rng.uniform(2, 30):.6f}ms"
    )


def loki(rng: Random) -> str:
    """Queries and flushes in logfmt."""
    return rng.choice(
        (
            f'level=info caller=metrics.go:262 component=querier org_id=fake latency=fast query="{{job=\\"docker\\"}}" '
            f"query_type=limited duration={rng.uniform(1, 90):.3f}ms status=200 total_lines={rng.randint(10, 9000)}",
            f'level=info caller=flush.go:304 component=ingester msg="flushing stream" user=fake num_chunks={rng.randint(1, 4)}',
        )
    )


def grafana(rng: Random) -> str:
    """Requests in logfmt."""
    return (
        f'logger=context userId=1 orgId=1 uname=admin level=info msg="Request Completed" method=GET '
        f"path=/api/ds/query status=200 remote_addr=10.0.30.{rng.randint(20, 60)} "
        f"time_ms={rng.randint(3, 120)} duration={rng.uniform(3, 120):.6f}ms"
    )


def plain(service: str, rng: Random) -> str:
    """Any other service."""
    return rng.choice(
        (
            f"{service}: request completed in {rng.randint(1, 120)} ms",
            f"{service}: {rng.randint(1, 9)} jobs processed, queue empty",
            f"{service}: configuration unchanged, next check in {rng.choice((60, 300, 900))}s",
            f"{service}: session renewed for user {rng.choice(('anna', 'ben', 'carla'))}",
        )
    )


def slow(service: str, rng: Random) -> str:
    """A harmless warning."""
    return f"{service}: slow request took {rng.uniform(1.1, 2.4):.2f}s, threshold 1s"


BY_SERVICE: Mapping[str, Callable[[Random], str]] = {
    "jellyfin": jellyfin,
    "postgres": postgres,
    "adguard": adguard,
    "home-assistant": homeassistant,
    "postfix": mail,
    "nextcloud": nextcloud,
    "prometheus": prometheus,
    "loki": loki,
    "grafana": grafana,
}
