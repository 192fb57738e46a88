"""The built-in analyst: answers questions from the tools' evidence, without a language model.

A question passes through these steps:

1. ``intent`` reads the words: the kind of question (``Intent``, weighed by the expressions of
   ``intents.yaml``), topics, the window it speaks of, and words that may be names.
2. ``lookup.handler_for`` picks the first ``Lookup`` of that intent in ``analyst.LOOKUPS`` whose
   tools are all offered. A lookup is declared there with the tools it needs, who words its answer,
   and what answers in its place if a tool is missing.
3. ``known`` stops where a question is only about a name that no backend knows.
4. The lookup makes its calls through ``Look.ask``; every sentence cites the evidence.

To answer more, nothing of that has to be changed:

- A figure ("how much ... does X", "which X has the most ...", "when did X start"): an entry in
  ``quantities.yaml``, or a further figure of one: the kind of thing it is about, the tool, its
  arguments and the answer's sentence. A figure of a tool whose rows are not samples names the field
  that holds it (``value``) and the fields that name the thing (``label``).
- A kind of thing that can be counted and listed: an entry in ``things.yaml``.
- A request to act that is declined with the command a person can run: an entry in
  ``requests.yaml``.
- A kind of question answered by a tool of its own: an ``Intent``, its expressions in
  ``intents.yaml``, and a ``Lookup`` in ``analyst.LOOKUPS``. Several lookups of one intent stand in
  order of preference, so that a tool that knows better is used where its backend is configured.
  ``answers`` holds those that rest on one backend's own interface; ``answers.told.rather`` says why
  if that gives no answer, and lets Prometheus stand in.
- What is wrong and why is not decided here: ``diagnose`` asks the tool ``investigate``, once for a
  question, and ``report`` words what it concluded. A new cause is a failure pattern or a check in
  ``sre_tui.diagnosis``.
- What people say when something does not work, though they ask nothing: ``complaints.yaml``.
"""

from sre_tui.agent.analyst.analyst import BuiltInAnalyst
from sre_tui.agent.analyst.templates import promql_templates

__all__ = ["BuiltInAnalyst", "promql_templates"]
