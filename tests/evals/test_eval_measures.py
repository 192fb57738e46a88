"""Conclusions and answers are held against the truth as the scenario format says."""

import pytest

from sre_tui.demo.scenario import Cause as TrueCause
from sre_tui.demo.scenario import Tools, Truth
from sre_tui.diagnosis.causes.model import Cause
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.patterns.pattern import Pattern
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.evals.calibration import expected_error, reliability
from sre_tui.evals.figures import answer_figures, cause_figures
from sre_tui.evals.measures import (
    is_true,
    missing_groups,
    named_causes,
    names_cause,
    phrases_said,
    tools_not_called,
    tools_wrongly_called,
)
from sre_tui.evals.misses import Instead, misses_of
from sre_tui.evals.outcome import AnswerOutcome, Asked, CauseOutcome, Judgement, Named

PATTERNS = Patterns(
    [
        Pattern(
            id="disk_failing",
            claim="{subject} is failing",
            subject=SubjectKind.DISK,
            also_called=("disk_worn",),
            root=0.9,
        ),
        Pattern(
            id="pool_degraded", claim="{subject} is degraded", subject=SubjectKind.POOL, root=0.5
        ),
    ]
)
SDC = TrueCause(kind="disk_failing", subject="nas1/sdc")
TANK = TrueCause(kind="pool_filling", subject="nas1/tank")


def cause(kind: str, subject: str, confidence: float) -> Cause:
    return Cause(
        kind=kind,
        subject=Subject(kind=SubjectKind.DISK, name=subject),
        claim=kind,
        confidence=confidence,
        severity=Severity.WARNING,
    )


def conclusion(*named: tuple[bool, float], control: bool = False) -> CauseOutcome:
    return CauseOutcome(
        asked=Asked(
            case="one/1",
            half="tuning",
            situation="one fault",
            ask="why?",
            wanted=() if control else ("disk_failing@nas1/sdc",),
            no_cause=control,
        ),
        named=tuple(
            Named(kind="x", subject="y", confidence=said, confirmed=said >= 0.5, right=right)
            for right, said in named
        ),
        verdict="cause",
        elapsed=0.1,
    )


def answer(**fields: object) -> AnswerOutcome:
    return AnswerOutcome.model_validate(
        {
            "asked": Asked(case="one/1", half="tuning", situation="one fault", ask="why?"),
            "subject": "analyst",
            "text": "because",
            **fields,
        }
    )


def _subject(name: str) -> Subject:
    return Subject(kind=SubjectKind.DISK, name=name)


@pytest.mark.parametrize(
    ("kind", "subject", "true"),
    [
        ("disk_failing", "nas1/sdc", True),
        ("disk_failing", "nas1/sdd", False),
        ("pool_degraded", "nas1/sdc", False),
        ("pool_filling", "nas1/tank", True),
        ("unheard_of", "nas1/sdc", False),
    ],
)
def test_a_cause_is_true_by_kind_and_subject(kind: str, subject: str, true: bool) -> None:
    truth = Truth(cause=SDC, also=(TANK,))
    assert is_true(kind, _subject(subject), truth, PATTERNS) is true


def test_a_part_of_the_machine_is_true_of_it_but_not_the_reverse() -> None:
    machine = Truth(cause=TrueCause(kind="credentials_expired", subject="docker1"))
    program = Truth(cause=TrueCause(kind="credentials_expired", subject="docker1/sonarr"))
    part = Subject(kind=SubjectKind.CONTAINER, name="docker1/ddclient")
    whole = Subject(kind=SubjectKind.GUEST, name="docker1")
    assert is_true("credentials_expired", part, machine, PATTERNS)
    assert not is_true("credentials_expired", part, program, PATTERNS)
    assert not is_true("credentials_expired", whole, program, PATTERNS)


def test_a_pattern_may_have_other_names() -> None:
    worn = Truth(cause=TrueCause(kind="disk_worn", subject="nas1/sdc"))
    assert is_true("disk_failing", _subject("nas1/sdc"), worn, PATTERNS)
    assert not is_true("pool_degraded", _subject("nas1/sdc"), worn, PATTERNS)


def test_named_causes_keep_their_order() -> None:
    named = named_causes(
        [cause("pool_degraded", "nas1/tank", 0.7), cause("disk_failing", "nas1/sdc", 0.4)],
        Truth(cause=SDC),
        PATTERNS,
    )
    assert [one.right for one in named] == [False, True]
    assert [one.confirmed for one in named] == [True, False]


def test_the_reason_that_a_claim_tells_counts_as_its_kind() -> None:
    told = cause("pool_degraded", "nas1/sdc", 0.7).model_copy(update={"how": ("disk_failing",)})
    assert [one.right for one in named_causes([told], Truth(cause=SDC), PATTERNS)] == [True]
    other = told.model_copy(update={"how": ("pool_degraded",)})
    assert [one.right for one in named_causes([other], Truth(cause=SDC), PATTERNS)] == [False]


def test_the_first_true_cause_gives_the_rank() -> None:
    assert conclusion((False, 0.9), (True, 0.8)).rank == 2
    assert conclusion((True, 0.2)).rank == 1
    assert conclusion((False, 0.9)).rank is None
    assert conclusion().rank is None


def test_trouble_elsewhere_is_ranked_but_claims_nothing_of_the_question() -> None:
    other, asked = cause("pool_degraded", "nas1/tank", 0.9), cause("disk_failing", "nas1/sdc", 0.9)
    named = named_causes([asked, other], Truth(cause=SDC), PATTERNS, elsewhere=[other])
    assert [one.elsewhere for one in named] == [False, True]
    figures = cause_figures([conclusion().model_copy(update={"named": named})])
    assert (figures.hypotheses, figures.confirmed) == (1, 1)
    assert figures.rank_1 == 1.0
    alarm = conclusion(control=True).model_copy(update={"named": named})
    assert cause_figures([alarm]).false_on_controls == 1, "also elsewhere it is an alarm"


def test_what_comes_first_instead_of_a_true_cause_is_told_by_class() -> None:
    def first(kind: str, subject: str, *later: Cause) -> CauseOutcome:
        told = [cause(kind, subject, 0.9), *later]
        others = [Truth(cause=TANK)]
        named = named_causes(told, Truth(cause=SDC), PATTERNS, others=others)
        return conclusion().model_copy(update={"named": named})

    true = cause("disk_failing", "nas1/sdc", 0.8)
    misses = misses_of(
        [
            first("disk_failing", "nas1/sdc"),
            first("disk_failing", "nas1/sdd", true),
            first("pool_degraded", "nas1/sdc", true),
            first("pool_filling", "nas1/tank"),
            first("pool_degraded", "nas1/tank"),
            conclusion(),
            conclusion((False, 0.9), control=True),
        ]
    )
    assert misses.instead == dict.fromkeys(Instead, 1)
    assert (misses.count, misses.later) == (5, 2)


def test_figures_of_conclusions() -> None:
    figures = cause_figures(
        [
            conclusion((True, 0.9)),
            conclusion((False, 0.6), (True, 0.55)),
            conclusion((False, 0.3), (False, 0.2), (False, 0.2), (True, 0.2)),
            conclusion(),
            conclusion((False, 0.8), (False, 0.49), control=True),
            conclusion(control=True),
        ]
    )
    assert (figures.questions, figures.controls) == (4, 2)
    assert figures.rank_1 == 0.25
    assert figures.top_3 == 0.5
    assert figures.false_on_controls == 1
    assert figures.confirmed == 3
    assert figures.confirmed_right == pytest.approx(2 / 3)
    assert figures.hypotheses == 9


def test_without_incidents_there_is_no_accuracy() -> None:
    figures = cause_figures([conclusion(control=True)])
    assert figures.rank_1 is None
    assert figures.calibration_error is None


def test_every_group_needs_one_of_its_words_in_whatever_case() -> None:
    groups = (("sdc",), ("Tank", "pool"), ("resilver", "replace it"))
    assert missing_groups("**SDC** of `tank`: replace\n  it", groups) == ()
    assert missing_groups("the pool is fine", groups) == (("sdc",), ("resilver", "replace it"))


def test_phrases_to_avoid_are_found() -> None:
    assert phrases_said("A false **alarm**.", ["false alarm", "reboot"]) == ("false alarm",)


def test_the_subject_is_named_by_its_own_name() -> None:
    assert names_cause("Disk `sdc` on nas1 fails", [SDC]) is True
    assert names_cause("sdc1 and xsdc", [SDC]) is False
    assert names_cause("the pool tank is full", [SDC, TANK]) is True
    assert names_cause("sdc", []) is None


def test_tools_that_must_and_must_not_be_used() -> None:
    tools = Tools(must=("truenas_pool_status",), never=("proxmox_*",))
    assert tools_not_called(["loki_query"], tools) == ("truenas_pool_status",)
    assert tools_not_called(["truenas_pool_status"], tools) == ()
    assert tools_not_called(["investigate"], tools) == ()
    called = ["proxmox_guests", "loki_query", "proxmox_guests"]
    assert tools_wrongly_called(called, tools) == ("proxmox_guests",)


def test_confidence_that_means_what_it_says_has_no_error() -> None:
    pairs = [(0.8, True)] * 8 + [(0.8, False)] * 2 + [(0.1, False)] * 9 + [(0.1, True)]
    assert expected_error(reliability(pairs)) == pytest.approx(0.0)


def test_the_calibration_error_is_the_mean_distance_by_count() -> None:
    bins = reliability([(0.9, False), (0.9, False), (0.9, True), (0.25, False), (1.0, True)])
    # Three of 0.9 and one of 1.0 share the last bin: 0.925 said, a half right.
    assert bins[9].count == 4
    assert bins[9].confidence == pytest.approx(0.925)
    assert bins[9].right == 0.5
    assert expected_error(bins) == pytest.approx((4 * 0.425 + 1 * 0.25) / 5)
    assert expected_error(reliability([])) is None


def test_an_answer_passes_if_nothing_is_wrong_with_it() -> None:
    assert answer().passed
    wrong = answer(
        missing=(("sdc", "disk"),),
        said=("reboot",),
        not_called=("loki_query",),
        wrongly_called=("proxmox_guests",),
        unsupported=("42 %",),
        bad_citations=("It is dead [E1].",),
    )
    assert wrong.mistakes == (
        "does not say sdc or disk",
        "says 'reboot'",
        "loki_query was not used",
        "proxmox_guests was used",
        "nothing supports '42 %'",
        "evidence does not support 'It is dead [E1].'",
    )


def test_figures_of_answers() -> None:
    figures = answer_figures(
        [
            answer(cause_named=True, citations=3, tool_calls=2, prompt_tokens=100, cost=0.5),
            answer(cause_named=False, citations=1, bad_citations=("x",), unsupported=("7",)),
            answer(failed="no key", cost=None),
            answer(missing=(("a",),), judged=Judgement(verdict="right"), cost=0.25),
        ]
    )
    assert figures.passed == 0.25
    assert figures.cause_named == 0.5
    assert figures.mention == 0.5
    assert (figures.unsupported, figures.failed) == (1, 1)
    assert (figures.citations, figures.citations_right) == (4, 0.75)
    assert (figures.tool_calls, figures.tokens) == (0.5, 25)
    assert figures.cost is None
    assert figures.judged_right == 1.0
    with pytest.raises(ValueError, match="no answers"):
        answer_figures([])
