"""What several answers of one instance say together."""

from datetime import UTC, datetime, timedelta

from providers.reading import OLD_DATA, Reading, State, by_source, without_paths

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
AT = "https://pbs:8007"


def reading(state: State, detail: str, age: float = 0.0) -> Reading[None]:
    at = NOW - timedelta(seconds=age)
    return Reading[None](source="pbs:main", state=state, observed_at=at, detail=detail)


def test_what_differs_in_its_address_only_is_said_once() -> None:
    said = "answered a web page where JSON was expected"
    (status,) = by_source(
        [
            reading(State.BAD_RESPONSE, f"{AT}/api2/json/admin/datastore {said}"),
            reading(State.BAD_RESPONSE, f"{AT}/api2/json/nodes/localhost/tasks {said}"),
        ]
    )
    assert status.detail == f"{AT} {said}"


def test_of_old_data_the_oldest_is_told() -> None:
    told = f"nothing listens at {AT}{OLD_DATA}"
    (status,) = by_source(
        [reading(State.STALE, f"{told}45 s old", 45), reading(State.STALE, f"{told}50 s old", 50)]
    )
    assert status.detail == f"{told}50 s old"


def test_what_differs_in_more_is_said_of_each() -> None:
    details = [
        f"{AT}: Forbidden (this needs {right})" for right in ("Sys.Audit", "Datastore.Audit")
    ]
    (status,) = by_source([reading(State.UNAUTHORIZED, one) for one in details])
    assert status.detail == "; ".join(details)


def test_a_path_goes_and_what_follows_it_stays() -> None:
    assert (
        without_paths(f"{AT}/api2/json/version: no right; at {AT}/x?") == f"{AT}: no right; at {AT}"
    )
