"""What questions ask for, from their words alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.agent.analyst.intent import understand
from sre_tui.agent.analyst.question import Intent, Question
from sre_tui.diagnosis.language.topics import Topic

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
TABLE: dict[str, list[str]] = yaml.load(
    Path(__file__).with_name("questions.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
)
CASES = [
    (question, Intent(intent)) for intent, questions in TABLE.items() for question in questions
]


def asked(text: str, piped: str = "") -> Question:
    return understand(text, piped, NOW, UTC)


def test_the_table_is_large_and_names_every_intent() -> None:
    assert len(CASES) >= 80
    assert {intent for _, intent in CASES} == set(Intent)


@pytest.mark.parametrize(("question", "intent"), CASES)
def test_intent(question: str, intent: Intent) -> None:
    assert asked(question).intent is intent


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("is this machine under memory pressure?", Topic.MEMORY),
        ("is my disk dying", Topic.DISK),
        ("Why did last night's backups fail?", Topic.BACKUP),
        ("my sites are not secure", Topic.CERTIFICATE),
        ("The lights went out. How long will the servers last?", Topic.POWER),
        ("which dns server is down", Topic.DNS),
        ("wie voll ist der pool", Topic.SPACE),
        ("ist die Uhr falsch", Topic.CLOCK),
        ("why do my drives not spin down", Topic.STANDBY),
        ("the containr sonarr restarts", Topic.CONTAINER),
    ],
)
def test_topic(question: str, topic: Topic) -> None:
    assert topic in asked(question).topics


def test_a_log_that_is_full_of_errors_lacks_no_space() -> None:
    assert Topic.SPACE not in asked("the log is full of errors").topics
    assert Topic.SPACE in asked("the log disk is full").topics


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Why is Jellyfin buffering?", "Jellyfin"),
        ("show me the logs of traefik", "traefik"),
        ("is nas1 ok", "nas1"),
        ("warum ist nextcloud langsam", "nextcloud"),
        ("explain HostOutOfMemory", "HostOutOfMemory"),
        ("what is node_load1 doing", "node_load1"),
        ("errors from 'my-app'", "my-app"),
    ],
)
def test_words_in_the_place_of_a_name(question: str, name: str) -> None:
    assert name in (*asked(question).named, *asked(question).candidates)


def test_common_words_are_no_names() -> None:
    question = asked("why is everything so slow on this machine since yesterday evening?")
    assert question.candidates == ("slow",)
    assert question.named == ()
    assert question.here


def test_piped_text_asks_what_is_wrong_in_it() -> None:
    assert (
        asked("anything wrong here?", "Out of memory: Killed process 1").intent is Intent.OVERVIEW
    )
    assert asked("", "some lines").intent is Intent.OVERVIEW


@given(st.text(max_size=400), st.text(max_size=200))
def test_any_text_is_understood_as_something(text: str, piped: str) -> None:
    question = asked(text, piped)
    assert question.intent in Intent
    assert question.scope.start < question.scope.end <= NOW


@given(st.lists(st.sampled_from([q for q, _ in CASES if q]), min_size=1, max_size=3))
def test_questions_in_a_row_do_not_trouble_it(questions: list[str]) -> None:
    assert asked(" ".join(questions)).intent in Intent
