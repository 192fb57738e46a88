"""The extraction of expressions from documents, which feeds the differential test."""

from tests.real.collect import blocks, shipped

DOCUMENT = """
# Title

```promql
up == 0
rate(a_total[5m])
  / rate(b_total[5m])
# a comment
sum by (job) (
  up
)
or vector(0)

time() -
last
```

1. In a list:

   ```promql
   load
   ```

```logql
{a="b"}
```
"""


def test_finds_each_expression_with_its_line() -> None:
    assert list(blocks(DOCUMENT)) == [
        (5, "up == 0"),
        (6, "rate(a_total[5m])\n  / rate(b_total[5m])"),
        (9, "sum by (job) (\n  up\n)\nor vector(0)"),
        (14, "time() -\nlast"),
        (21, "load"),
    ]


def test_runbooks_hold_expressions_and_producers_are_asked() -> None:
    def producer() -> list[str]:
        return ["up"]

    found = shipped([producer])
    assert any(one.origin.startswith("runbooks/") for one in found)
    assert found[-1].query == "up"
    assert "producer" in found[-1].origin
