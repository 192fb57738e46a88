"""What does not work is looked into, whatever other words stand in the text."""

import pytest

from sre_tui.agent.analyst.complaints import complains


@pytest.mark.parametrize(
    "text",
    [
        "cannot log in to gitea, password is right!!", "my plex is stuttering",
        "git push hangs since i upgraded gitea, known bug?", "paperless is slow",
        "copying videos to the nas crawls at 11 mb/s", "nobody can log in anywhere",
        "is the running backup breaking my nas?", "where did all my music go??",
        "is the disk in the backup box ok? it clicks", "no films no cloud no nothing",
        "a backup took 48 min instead of 2, why", "have we been hacked???",
        "ci is red for every repo, says no space left", "gitea throws 500 on every click",
        "half of our devices have no internet since i updated adguard",
        "nextcloud ist langsam", "komme nicht mehr per vpn rein",
    ],
)  # fmt: skip
def test_a_complaint_is_told(text: str) -> None:
    assert complains(text)


@pytest.mark.parametrize(
    "text",
    [
        "which guests are stopped", "is media down?", "how full is tank?", "errors in traefik",
        "failed backups", "show me the logs of jellyfin", "how do i replace a failed disk",
        "what changed in the last hour?", "are all my vms running", "did the backups run?",
        "who stopped vaultwarden", "disk temps", "last reboot of pve2", "", "asdf",
        "list guests without a backup", "what to do when the ups is on battery",
    ],
)  # fmt: skip
def test_a_question_is_none(text: str) -> None:
    assert not complains(text)
