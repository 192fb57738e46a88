"""Lines of the applications: media, files, home automation, databases, mail, containers."""

from __future__ import annotations

from collections.abc import Mapping

from sre_tui.demo.world.phrases.template import Phrase, phrase

_AGENTS = (
    "<Jellyfin Android/2.6.3|Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0|"
    "Home Assistant/2025.11 (iOS)|Nextcloud-android/31.0.1|Uptime-Kuma/2.0.2>"
)
_PATHS = "</|/api/status|/login|/assets/app.js|/api/v1/items|/health>"
_FILMS = "<Metropolis (1927)|Nosferatu (1922)|The General (1926)|Sherlock Jr. (1924)>"
_SESSIONS = "Emby.Server.Implementations.Session.SessionManager"
_TASKS = "Emby.Server.Implementations.ScheduledTasks.TaskManager"
_ENCODING = "MediaBrowser.MediaEncoding.Transcoding.TranscodeManager"

BY_SERVICE: Mapping[str, Phrase] = {
    "jellyfin": phrase(
        f'[INF] [<10..99>] {_SESSIONS}: Playback stopped reported by app "Jellyfin Android" '
        f'"2.6.3" playing "{_FILMS}". Stopped at <1000..6000000> ms',
        f'[INF] [<10..99>] {_ENCODING}: ffmpeg started for "{_FILMS}" with h264_qsv',
        f'[INF] [<10..99>] {_TASKS}: "Scan Media Library" Completed after <0..3> minute(s)',
    ),
    "postgres": phrase(
        "LOG:  checkpoint starting: time",
        "LOG:  checkpoint complete: wrote <20..900> buffers (<0.1..3:.1f>%); "
        "write=<2..90:.3f> s, sync=<0.001..0.08:.3f> s",
        'LOG:  automatic vacuum of table "nextcloud.public.oc_filecache": index scans: 1',
        "LOG:  connection authorized: user=nextcloud database=nextcloud pid=<900..9999>",
    ),
    "adguard": phrase(
        "dnsproxy: upstream tls://9.9.9.9:853 exchanged in <8..34:.2f>ms",
        "filtering: updated filter id=<1..9> rules=<20000..160000>",
        "querylog: flushed <200..1200> entries to file",
    ),
    "home-assistant": phrase(
        "INFO (MainThread) [homeassistant.components.automation.hall_light] Hall light: "
        "Running automation actions",
        "INFO (MainThread) [homeassistant.components.mqtt.client] Connected to MQTT server "
        "mqtt:1883",
        "INFO (SyncWorker_<0..9>) [homeassistant.components.recorder] Purged <100..900> rows",
    ),
    "postfix": phrase(
        "<hex:10>: from=<no-reply@home.example>, size=<900..40000>, nrcpt=1 (queue active)",
        "<hex:10>: to=<anna@home.example>, relay=dovecot, delay=<0.05..0.9:.2f>, status=sent "
        "(250 2.0.0 Saved)",
        "disconnect from unknown[10.0.20.<110..140>] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
    ),
    "nextcloud": phrase(
        '10.0.20.10 - <anna|ben|carla> "PROPFIND /remote.php/dav/files/ HTTP/1.1" 207 <400..9000>',
        '10.0.20.10 - <anna|ben|carla> "GET /index.php/204 HTTP/1.1" 204 0',
        "cron: executed background job OCA\\Files\\BackgroundJob\\ScanFiles",
    ),
    "prometheus": phrase(
        'level=INFO source=head.go:1434 msg="Head GC completed" component=tsdb '
        "caller=truncateMemory duration=<2..30:.6f>ms"
    ),
    "loki": phrase(
        "level=info caller=metrics.go:262 component=querier org_id=fake latency=fast "
        "query_type=limited duration=<1..90:.3f>ms status=200 total_lines=<10..9000>",
        'level=info caller=flush.go:304 component=ingester msg="flushing stream" user=fake '
        "num_chunks=<1..4>",
    ),
    "grafana": phrase(
        'logger=context userId=1 orgId=1 uname=admin level=info msg="Request Completed" '
        "method=GET path=/api/ds/query status=200 remote_addr=10.0.30.<20..60> time_ms=<3..120>"
    ),
}


def access(
    service: str, host: str, status: str = "<200|200|200|200|304|302|204>", most: int = 240
) -> Phrase:
    """Requests to a service in traefik's common log format, up to ``most`` milliseconds long."""
    return phrase(
        f'10.0.<30|30|40>.<20..90> - - "GET {_PATHS} HTTP/2.0" {status} <120..90000> "-" '
        f'"{_AGENTS}" <1000..999999> "{service}@file" "http://{host}:8080" <2..{most}>ms'
    )


def container(name: str) -> Phrase:
    """Any container with a web server and a scheduler inside."""
    return phrase(
        f"[Info] {name}: request GET /api/v3/system/status completed in <1..90> ms",
        "[Info] Scheduler: task RefreshMonitoredDownloads finished in <0.01..2:.2f>s",
        f"[Info] {name}: health check ok",
        "[Info] cache: <10..4000> entries, hit ratio <0.85..0.99:.2f>",
    )


def plain(service: str) -> Phrase:
    """Any other service."""
    return phrase(
        f"{service}: request completed in <1..120> ms",
        f"{service}: <1..9> jobs processed, queue empty",
        f"{service}: configuration unchanged, next check in <60|300|900>s",
        f"{service}: session renewed for user <anna|ben|carla>",
    )


def slow(service: str) -> Phrase:
    """A harmless warning."""
    return phrase(f"{service}: slow request took <1.1..2.4:.2f>s, threshold 1s")
