"""What people call their programs: everyday words and the software that may be meant by them.

A word only counts if one of its programs was discovered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "password manager": ("vaultwarden", "bitwarden", "passbolt", "keeweb"),
    "passwords": ("vaultwarden", "bitwarden", "passbolt"),
    "passwortmanager": ("vaultwarden", "bitwarden", "passbolt"),
    "photos": ("immich", "photoprism", "librephotos"),
    "pictures": ("immich", "photoprism", "librephotos"),
    "fotos": ("immich", "photoprism", "librephotos"),
    "movies": ("jellyfin", "plex", "emby", "kodi"),
    "movie": ("jellyfin", "plex", "emby", "kodi"),
    "films": ("jellyfin", "plex", "emby", "kodi"),
    "filme": ("jellyfin", "plex", "emby", "kodi"),
    "media server": ("jellyfin", "plex", "emby"),
    "music": ("navidrome", "airsonic", "jellyfin", "plex", "lms"),
    "musik": ("navidrome", "airsonic", "jellyfin", "plex"),
    "smart home": ("home-assistant", "homeassistant", "openhab", "iobroker", "domoticz"),
    "home assistant": ("home-assistant", "homeassistant", "hass"),
    "hass": ("home-assistant", "homeassistant"),
    "cameras": ("frigate", "shinobi", "zoneminder", "scrypted"),
    "kameras": ("frigate", "shinobi", "zoneminder"),
    "cloud": ("nextcloud", "owncloud", "seafile"),
    "calendar": ("nextcloud", "radicale", "baikal"),
    "documents": ("paperless", "paperless-ngx", "docspell"),
    "dokumente": ("paperless", "paperless-ngx"),
    "downloads": ("qbittorrent", "sabnzbd", "transmission", "deluge", "nzbget"),
    "tv shows": ("sonarr",),
    "serien": ("sonarr",),
    "git": ("gitea", "forgejo", "gitlab"),
    "mail": ("postfix", "dovecot", "mailcow", "stalwart", "mail"),
    "e-mail": ("postfix", "dovecot", "mailcow", "mail"),
    "email": ("postfix", "dovecot", "mailcow", "mail"),
    "reverse proxy": ("traefik", "nginx", "caddy", "haproxy", "proxy"),
    "pi-hole": ("pihole",),
    "ad guard": ("adguard", "adguardhome"),
    "recipes": ("mealie", "tandoor"),
    "rezepte": ("mealie", "tandoor"),
    "budget": ("actual", "firefly"),
    "wiki": ("bookstack", "wikijs", "outline"),
    "feeds": ("freshrss", "miniflux"),
}


def meant_by(text: str) -> dict[str, tuple[str, ...]]:
    """The everyday words in a text and the programs they may mean."""
    lowered = f" {' '.join(text.casefold().split())} "
    return {
        words: programs
        for words, programs in ALIASES.items()
        if any(f" {words}{end}" in lowered for end in (" ", "?", ".", ",", "!", "'"))
    }
