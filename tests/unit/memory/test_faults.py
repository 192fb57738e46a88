"""What a PostgreSQL says that lets nobody in is understood in whatever language it says it."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.errors import FinishedPGconn, lookup
from sqlalchemy.exc import OperationalError

from providers.errors import BadResponse, Unauthorized, Unreachable
from sre_tui.memory.faults import fault_of
from sre_tui.memory.refusals import NotKept, NotSetUp

AT = 'connection failed: connection to server at "db.home", port 5432 failed: '


def fault(cause: psycopg.Error, *, writing: bool) -> Exception:
    whole = OperationalError(None, None, cause)
    return fault_of(whole, "PostgreSQL at db.home", "postgresql", writing=writing)


@pytest.mark.parametrize(
    ("code", "writing", "kind", "told"),
    [
        ("28P01", False, Unauthorized, "refuses the password"),
        ("28000", False, Unauthorized, "refuses the login"),
        ("42501", True, Unauthorized, "does not allow it"),
        ("3D000", False, NotSetUp, "has no such database"),
        ("53300", True, Unreachable, "has no connection free"),
        ("57P03", False, Unreachable, "is not ready"),
        ("55P03", True, Unreachable, "is too busy"),
        ("53100", True, NotKept, "cannot be written: no room is left on its disk"),
        ("53100", False, BadResponse, "cannot be read: no room is left on its disk"),
        ("25006", True, NotKept, "cannot be written: it may only be read"),
        ("57P01", False, Unreachable, "cannot be reached"),
    ],
)
@pytest.mark.parametrize("used_password", [True, False])
def test_a_code_is_told_by_what_it_means_whatever_the_words_are(
    code: str, writing: bool, kind: type[Exception], told: str, used_password: bool
) -> None:
    # The words name user and database, as those of a refused login do.
    said = f"{AT}FATAL:  etwas mit »sre« und »memory«"
    state = FinishedPGconn(user=b"sre", db=b"memory", used_password=used_password)
    found = fault(lookup(code)(said, pgconn=state), writing=writing)
    assert type(found) is kind
    assert str(found) == f"PostgreSQL at db.home {told}: etwas mit »sre« und »memory«"


@pytest.mark.parametrize(
    ("said", "asked", "given", "kind", "told"),
    [
        ("FATAL:  Passwort-Authentifizierung für Benutzer »sre« fehlgeschlagen", False, True,
         Unauthorized, "Passwort-Authentifizierung für Benutzer »sre« fehlgeschlagen"),
        ("FATAL :  la base de données « memory » n'existe pas", False, True,
         NotSetUp, "la base de données « memory » n'existe pas"),
        ("FATALE:  nessuna voce in pg_hba.conf per l'host", False, False,
         Unauthorized, "nessuna voce in pg_hba.conf per l'host"),
        ("fe_sendauth: no password supplied", True, False,
         Unauthorized, "fe_sendauth: no password supplied"),
        ("FATAL:  das Datenbanksystem startet", False, False,
         Unreachable, "cannot be reached: das Datenbanksystem startet"),
        ("FATAL:  unbekannter Konfigurationsparameter »foo«", False, True,
         Unreachable, "cannot be reached: unbekannter Konfigurationsparameter »foo«"),
        ("Connection refused\n\tIs the server running on that host?", False, False,
         Unreachable, "cannot be reached: Connection refused"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_by_the_state_of_the_connection(
    said: str, asked: bool, given: bool, kind: type[Exception], told: str
) -> None:
    connection = FinishedPGconn(
        user=b"sre", db=b"memory", needs_password=asked, used_password=given
    )
    cause = psycopg.OperationalError(AT + said, pgconn=connection)
    found = fault(cause, writing=True)
    assert type(found) is kind
    assert str(found).startswith("PostgreSQL at db.home")
    assert str(found).endswith(told)
