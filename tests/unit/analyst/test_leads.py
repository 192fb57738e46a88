"""What an investigation leaves open is told behind its conclusion."""

from tests.unit.analyst.constructed import World, answer_now, target


def test_is_all_up_names_the_target_that_is_not() -> None:
    down = target("media:9100", "down").model_copy(update={"last_error": "connection refused"})
    text = answer_now("is all up?", World(targets=(down, target("nas1:9100"))))
    told = "**Not up, 1 of 2 scrape targets**: media:9100 (job node): connection refused."
    assert told in text


def test_who_fills_a_pool_is_not_known_without_its_nas() -> None:
    assert "No backend tells" not in answer_now("who is filling tank?")
