"""What a PostgreSQL says that lets nobody in is understood in whatever language it says it."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.errors import FinishedPGconn
from sqlalchemy.exc import OperationalError

from providers.errors import Unauthorized, Unreachable
from sre_tui.memory.faults import fault_of
from sre_tui.memory.refusals import NotSetUp

AT = 'connection failed: connection to server at "db.home", port 5432 failed: '


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
    fault = fault_of(
        OperationalError(None, None, cause), "PostgreSQL at db.home", "postgresql", writing=True
    )
    assert type(fault) is kind
    assert str(fault).startswith("PostgreSQL at db.home")
    assert str(fault).endswith(told)
