"""Which columns of which published files the national figures come from, and what they are called.

Each series has one measure; see `whatworks.england.FigureLayout`.
"""

from __future__ import annotations

from whatworks.england import FigureColumn, FigureLayout
from whatworks.vocab import Need, Phase, Provision, label

PRIMARY, SECONDARY = str(Phase.P), str(Phase.S)
PLAN, SUPPORT, NO_SEN = (label("provision", code) for code in Provision)
ALL_SEN = "All pupils with SEN"

SEN2 = "Department for Education, Education, health and care plans, 2025 release (26 June 2025)"
SEN2_NOTE = (
    "From 2023 the return is about each person; earlier years are totals of local authorities, so "
    "compare across 2022/23 with care."
)
DS_NOTE = "Includes Down syndrome (DS), which these files do not count by itself."
ADHD_NOTE = "Pupils whose main need is ADHD are counted here."
NEED_NOTES = {str(Need.OTH): DS_NOTE, str(Need.SEMH): ADHD_NOTE}
NEEDS_IN_SEN2 = [need for need in Need if need not in (Need.ADHD, Need.DS, Need.NSA)]

EXCLUSIONS = (
    "Department for Education, Permanent and fixed-period exclusions 2016 to 2017, SFR35/2017"
)
EXCLUSIONS_NOTE = (
    "Counts are rounded to 5. From 2014/15 SEMH replaced BESD and SEN support replaced School "
    "Action and School Action Plus; earlier years are not comparable and are left out."
)
LAIT = "Department for Education, Local authority interactive tool, edition of April 2026"
DASHBOARD = (
    "Department for Education, school statistics gathered for the SEND and AP inclusion dashboard, "
    "January 2024"
)
TRIBUNAL = "HM Courts & Tribunals Service and DfE, SEND appeal rate table 1, 2014 to 2024"


def _need_columns(pattern: str, series: str, measure: str) -> tuple[FigureColumn, ...]:
    """Name one column for each need that SEN2 knows, by the pattern of its header."""
    return tuple(
        FigureColumn(pattern.format(need.lower()), series, measure, need=str(need))
        for need in NEEDS_IN_SEN2
    )


def _placement_columns(series: str, measure: str) -> tuple[FigureColumn, ...]:
    """Name the columns of where children and young people with a plan are."""
    headers = {
        "mainstream_total": "Mainstream schools, all",
        "mainstream_la_maintained_resourced_provision": "Maintained, resourced provision",
        "mainstream_academy_resourced_provision": "Academies, resourced provision",
        "mainstream_free_school_resourced_provision": "Free schools, resourced provision",
        "mainstream_la_maintained_senunit": "Maintained, SEN unit",
        "mainstream_academy_senunit": "Academies, SEN unit",
        "mainstream_free_school_senunit": "Free schools, SEN unit",
        "special_total": "Special schools, all",
        "special_independent": "Independent special schools",
        "special_non_maintained": "Non-maintained special schools",
        "ap_pru_total": "Alternative provision and pupil referral units",
        "fe_total": "Further education",
        "elective_home_education": "Elective home education",
        "ed_elsewhere": "Educated elsewhere, all",
        "nm_early_years": "Non-maintained early years",
        "placement_unknown": "Placement not recorded",
    }
    return tuple(FigureColumn(h, series, measure, breakdown=b) for h, b in headers.items())


ALL_AND_AGE = ("Child or young persons age",)
ROW = ("breakdown_topic", "breakdown")
AGE_LABELS = {"Child or young persons age": "Age", "Type of placement": "Placement"}


def _sen2(*columns: FigureColumn, topics: tuple[str, ...], note: str = SEN2_NOTE) -> FigureLayout:
    """Lay out a SEN2 file: which columns, and which topics of its rows."""
    return FigureLayout(
        columns=columns,
        source=SEN2,
        note=note,
        need_notes=NEED_NOTES,
        breakdown=ROW,
        keep={"breakdown_topic": topics},
        labels=AGE_LABELS,
    )


IN_PLANS = "% of education, health and care plans in January, by primary need"
NEW_PLANS = "new education, health and care plans in the year, by primary need"
SEN2_FILES: dict[str, FigureLayout] = {
    "sen_needs_all_plans": _sen2(
        *_need_columns("{}_pc", "ehc_plans_by_need_percent", IN_PLANS),
        FigureColumn(
            "unknown_pc", "ehc_plans_by_need_percent", IN_PLANS, breakdown="Need not known"
        ),
        topics=("All EHC plans", *ALL_AND_AGE, "Type of placement"),
        note="Shares are of all plans of the row; rounding means they need not add up to 100.",
    ),
    "sen_need_newplans": _sen2(
        *_need_columns("number_{}", "new_ehc_plans_by_need", NEW_PLANS),
        FigureColumn(
            "number_need_unknown",
            "new_ehc_plans_by_need",
            NEW_PLANS,
            breakdown="Need not known",
        ),
        FigureColumn("ehc_plans", "new_ehc_plans_by_need", NEW_PLANS),
        topics=("All EHC plans", *ALL_AND_AGE),
    ),
    "requests": _sen2(
        FigureColumn(
            "requests_received_in_year",
            "assessment_requests",
            "requests for an education, health and care needs assessment in the year",
        ),
        FigureColumn(
            "request_not_assess_pc",
            "assessment_requests_refused_percent",
            "% of requests where it was decided not to assess",
        ),
        topics=("All requests for EHC needs assessments",),
    ),
    "assessments": _sen2(
        FigureColumn(
            "assess_issued", "assessments_with_plan", "assessments after which a plan was issued"
        ),
        FigureColumn(
            "assess_not_issued",
            "assessments_without_plan",
            "assessments after which no plan was issued",
        ),
        topics=("All EHC needs assessments",),
    ),
    "timeliness_20_week": _sen2(
        FigureColumn(
            "pc_plans_issued_within_20_weeks",
            "plans_in_20_weeks_percent",
            "% of new plans issued within 20 weeks, exceptions included",
        ),
        FigureColumn(
            "PC_plans_issued_20_weeks_ex",
            "plans_in_20_weeks_without_exceptions_percent",
            "% of new plans issued within 20 weeks, exceptions left out",
        ),
        topics=("All EHC plans issued",),
    ),
}
CASELOAD = "education, health and care plans in January"
CASELOAD_LAYOUTS = (
    _sen2(
        FigureColumn("ehcplans", "ehc_plans", CASELOAD),
        *_placement_columns("ehc_plans", CASELOAD),
        topics=("All EHC plans",),
    ),
    _sen2(FigureColumn("ehcplans", "ehc_plans", CASELOAD), topics=ALL_AND_AGE),
)

SCHOOL_TYPES = {"Primary": PRIMARY, "Secondary": SECONDARY}


def exclusions_layout(group: str, *, need: bool) -> FigureLayout:
    """Lay out the exclusions file for one group of characteristics."""
    by = "need" if need else "provision"
    columns = {
        "headcount": (f"pupils_by_{by}", f"pupils in January, by {'primary need' * need or by}"),
        "fixed_excl_rate": (f"suspensions_by_{by}_rate", "suspensions for every 100 pupils"),
        "perm_excl_rate": (f"exclusions_by_{by}_rate", "permanent exclusions for every 100 pupils"),
    }
    return FigureLayout(
        columns=tuple(FigureColumn(header, *names) for header, names in columns.items()),
        source=EXCLUSIONS,
        note=EXCLUSIONS_NOTE
        + (" Pupils with a plan and on SEN support are counted together." if need else ""),
        need_notes={str(Need.SEMH): ADHD_NOTE},
        period="year",
        level="level",
        keep={
            "characteristic_desc": (group,),
            "characteristic_2": ("Total",),
            "year": ("201516", "201617"),
        },
        phase="school_type",
        phases=SCHOOL_TYPES,
        need="characteristic_1" if need else None,
        need_prefix="SEN_primary_need_",
        breakdown=() if need else ("characteristic_1",),
        labels={
            "SEN with statement or EHC": PLAN,
            "SEN without a statement or EHC": SUPPORT,
            "No SEN": NO_SEN,
            "Special": "Special schools",
        },
    )


PROVISION_LABELS = {
    "EHCP or Statement": PLAN,
    "EHC plan": PLAN,
    "pupils with EHC plans": PLAN,
    "pupils on SEN support": SUPPORT,
    "No SEN": NO_SEN,
    "All SEN": ALL_SEN,
}
DASHBOARD_FILES: dict[str, FigureLayout] = {
    "absence_by_sen_la": FigureLayout(
        columns=(
            FigureColumn("Percentage", "absence_by_provision_percent", "% of half days missed"),
        ),
        source=DASHBOARD,
        note="2019/20 was not published because of the pandemic; 2020/21 is affected by it.",
        keep={"Absence measure": ("Overall",)},
        breakdown=("characteristic",),
        labels=PROVISION_LABELS,
    ),
    "sen_by_provider_type_la": FigureLayout(
        columns=(
            FigureColumn(
                "% of pupils (with SEN provision type)",
                "where_pupils_with_sen_are_percent",
                "% of the pupils with that provision who are in that type of school",
            ),
        ),
        source=DASHBOARD,
        period="academic_year",
        keep={"Provision type": ("pupils with EHC plans", "pupils on SEN support")},
        phase="phase_type_grouping",
        phases={
            "State-funded nursery": str(Phase.NS),
            "State-funded primary": PRIMARY,
            "State-funded secondary": SECONDARY,
        },
        breakdown=("Provision type",),
        labels=PROVISION_LABELS,
    ),
}

# Measure key -> series, measure, phase, breakdown.
LaitMeasure = tuple[str, str, str | None, str | None]
SHARE = ("pupils_by_provision_percent", "% of pupils in state-funded schools in January")
GLD = ("good_level_of_development_percent", "% of pupils at a good level of development (EYFS)")
PHONICS = ("phonics_percent", "% of Year 1 pupils at the standard of the phonics check")
TABLES = ("multiplication_check_percent", "% of Year 4 pupils with full marks in the tables check")
KS2 = ("ks2_rwm_percent", "% at the expected standard in reading, writing and mathematics, Year 6")
ATTAINMENT8 = ("attainment_8", "average Attainment 8 score")
PROGRESS8 = ("progress_8", "average Progress 8 score")
DESTINATIONS = ("ks4_destinations_percent", "% in education, work or training after Year 11")
SUSPENSIONS = ("suspensions_rate", "suspensions for every 100 pupils")
EXCLUDED = ("exclusions_rate", "permanent exclusions for every 100 pupils")
ABSENCE = ("absence_percent", "% of half days missed")
EARLY = str(Phase.EY)
SPECIAL = "Special schools"
LAIT_MEASURES: dict[str, LaitMeasure] = {
    "SEN_TotSENSuP": (*SHARE, None, SUPPORT),
    "PrimNoStatements": (*SHARE, PRIMARY, SUPPORT),
    "SecNoStatements": (*SHARE, SECONDARY, SUPPORT),
    "SEN_TotStat": (*SHARE, None, PLAN),
    "PrimStatements": (*SHARE, PRIMARY, PLAN),
    "SecStatements": (*SHARE, SECONDARY, PLAN),
    "FSP_Gooddev_With_SENSTATE": (*GLD, EARLY, PLAN),
    "FSP_Gooddev_Without_SENSTATE": (*GLD, EARLY, SUPPORT),
    "KS1P_EHCP": (*PHONICS, PRIMARY, PLAN),
    "KS1P_SEND": (*PHONICS, PRIMARY, SUPPORT),
    "KS1P_NonSEND": (*PHONICS, PRIMARY, NO_SEN),
    "Multiplication_EHCP": (*TABLES, PRIMARY, PLAN),
    "Multiplication_SENDSupport": (*TABLES, PRIMARY, SUPPORT),
    "NEW_KS2_RWM_Sen_Withsta": (*KS2, PRIMARY, PLAN),
    "NEW_KS2_RWM_Sen_W/Osta": (*KS2, PRIMARY, SUPPORT),
    "NoID_SEN_NEW_KS2_RWM": (*KS2, PRIMARY, NO_SEN),
    "SEN_Stat_AVG_Attain8_Score": (*ATTAINMENT8, SECONDARY, PLAN),
    "SEN_WoStat_AVG_Attain8_Score": (*ATTAINMENT8, SECONDARY, SUPPORT),
    "SEN_NoID_AVG_Attain8_Score": (*ATTAINMENT8, SECONDARY, NO_SEN),
    "SEN_Stat_AVG_Prog8_Score": (*PROGRESS8, SECONDARY, PLAN),
    "SEN_WoStat_AVG_Prog8_Score": (*PROGRESS8, SECONDARY, SUPPORT),
    "SEN_NoID_AVG_Prog8_Score": (*PROGRESS8, SECONDARY, NO_SEN),
    "SusEdOverall_SEN_Stat_incSpec": (*DESTINATIONS, SECONDARY, PLAN),
    "SusEdOverall_SEN_NoStat_incSpec": (*DESTINATIONS, SECONDARY, SUPPORT),
    "SusEdOverall_NoSEN_incSpec": (*DESTINATIONS, SECONDARY, NO_SEN),
    "TotFixedEx": (*SUSPENSIONS, None, None),
    "PriFixedEx": (*SUSPENSIONS, PRIMARY, None),
    "SecFixedEx": (*SUSPENSIONS, SECONDARY, None),
    "SpecFixedEx": (*SUSPENSIONS, None, SPECIAL),
    "TotPermEx": (*EXCLUDED, None, None),
    "PriPermEx": (*EXCLUDED, PRIMARY, None),
    "SecPermEx": (*EXCLUDED, SECONDARY, None),
    "SpecPermEx": (*EXCLUDED, None, SPECIAL),
    "TotAbs": (*ABSENCE, None, None),
    "PriTotAbs": (*ABSENCE, PRIMARY, None),
    "SecTotAbs": (*ABSENCE, SECONDARY, None),
    "total_absence_special": (*ABSENCE, None, SPECIAL),
}
LAIT_NOTES = {
    SHARE[0]: "The name of the year is that of January.",
    GLD[0]: "The profile changed in 2021/22: earlier years are not comparable.",
    KS2[0]: "Writing assessment changed in 2018: 2016 and 2017 are not comparable.",
    ATTAINMENT8[0]: "Grades were set by teachers in 2020 and 2021: not comparable.",
    SUSPENSIONS[0]: "Schools were closed to most pupils for parts of 2019/20 and 2020/21.",
    EXCLUDED[0]: "Schools were closed to most pupils for parts of 2019/20 and 2020/21.",
}

# Published in the release, but the file held here stops a year earlier.
CARRIED = (
    (None, 638_745.0),
    ("Mainstream schools, all", 278_236.0),
    ("Special schools, all", 193_880.0),
    ("Alternative provision and pupil referral units", 4_858.0),
)
