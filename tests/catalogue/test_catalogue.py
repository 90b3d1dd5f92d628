"""The declarations agree with each other, and every text that a person reads is a sentence."""

import re
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from itertools import chain
from typing import Any

import pytest

from policygame.catalogue import (
    INTEGRATIONS,
    JURISDICTIONS,
    LEVERS,
    METRICS,
    SEGMENTS,
    STAGES,
    TECHNOLOGIES,
    Lever,
    Metric,
    metrics,
)

CATALOGUES: dict[str, Mapping[str, Any]] = {
    "jurisdictions": JURISDICTIONS,
    "technologies": TECHNOLOGIES,
    "integrations": INTEGRATIONS,
    "stages": STAGES,
    "segments": SEGMENTS,
    "levers": LEVERS,
    "metrics": METRICS,
}


def test_the_words_and_their_order_are_part_of_the_interface() -> None:
    assert " ".join(JURISDICTIONS) == "TWN USA CHN KOR JPN EUR MYS SGP IND VNM ROW"
    assert " ".join(TECHNOLOGIES) == "conventional fan_out interposer_2_5d hybrid_3d"
    assert " ".join(INTEGRATIONS) == "soc mcm fan_out interposer_2_5d hybrid_3d"
    assert " ".join(SEGMENTS) == "ai_accelerator datacenter_cpu memory_intensive mobile automotive_industrial defence"
    assert tuple(STAGES) == ("wafers_leading", "wafers_advanced", "wafers_mature", *TECHNOLOGIES, "hbm", "substrate", "tools")
    assert " ".join(LEVERS) == (
        "packaging_grant fab_grant tax_credit packaging_rnd workforce supplier_programme purchase_commitment export_control "
        "alliance stockpile"
    )


@pytest.mark.parametrize("name", list(CATALOGUES))
def test_every_entry_knows_its_own_id_and_cannot_be_changed(name: str) -> None:
    for key, entry in CATALOGUES[name].items():
        assert entry.id == key
        assert re.fullmatch(r"[A-Z]{3}|[a-z][a-z0-9_]*", key)
        assert not hasattr(entry, "__dict__")
        with pytest.raises(FrozenInstanceError):
            entry.id = "other"


@pytest.mark.parametrize("name", list(CATALOGUES))
def test_names_within_a_catalogue_differ(name: str) -> None:
    names = [entry.name for entry in CATALOGUES[name].values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", list(CATALOGUES))
def test_every_text_for_a_player_is_a_sentence(name: str) -> None:
    for entry in CATALOGUES[name].values():
        texts = [getattr(entry, f.name) for f in fields(entry) if f.name in ("sentence", "mechanism", "cost_rule")]
        texts += [option.sentence for option in getattr(entry, "options", {}).values()]
        for text in texts:
            assert re.fullmatch(r"[A-Z0-9].{14,}[.]", text), (entry.id, text)
            assert "  " not in text, (entry.id, text)


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_definition_names_every_item_that_only_it_explains(metric: Metric) -> None:
    assert re.fullmatch(r"\S.{14,}[.]", metric.definition)
    if metric.id in ("leadership", "treasury_musd", "score_raw"):
        assert [item for item in metric.item_ids if f"{item}: " not in metric.definition] == []


def test_every_metric_says_once_which_way_is_better() -> None:
    wanted = {better: {m.id for m in METRICS.values() if m.better == better} for better in ("higher", "lower", None)}
    assert sum(map(len, wanted.values())) == len(METRICS)
    assert {"deliveries_kunits", "fill_rate", "leadership", "score_raw"} <= wanted["higher"]
    assert {"lead_time_weeks", "price_index", "outlay_musd", "leadership_rank"} <= wanted["lower"]
    assert {m for m in METRICS if m.startswith(("hhi_", "top1_", "top3_"))} <= wanted["lower"]
    assert {"utilisation", "die_bank_kunits", "margin"} <= wanted[None]
    declared = [*metrics._HIGHER, *metrics._LOWER, *metrics._NEITHER]
    assert len(set(declared)) == len(declared)
    assert set(declared) == set(METRICS)


def test_units_follow_the_kind_of_stage() -> None:
    for stage in STAGES.values():
        assert (stage.unit == "kwpm") == (stage.kind in ("wafers", "packaging"))
    assert [stage.id for stage in STAGES.values() if stage.kind == "packaging"] == list(TECHNOLOGIES)
    assert {stage.output_unit for stage in STAGES.values()} == {"wafer", "stack", "cm2", "tool set"}


def test_every_integration_names_the_technology_that_makes_it() -> None:
    made_by = {integration.technology for integration in INTEGRATIONS.values()}
    assert made_by == set(TECHNOLOGIES)


@pytest.mark.parametrize("lever", LEVERS.values(), ids=list(LEVERS))
def test_a_lever_can_be_set(lever: Lever) -> None:
    assert 0.0 == lever.low < lever.high
    assert lever.items
    assert "until" in lever.options
    for option in lever.options.values():
        if option.kind == "number":
            assert option.low is not None
            assert option.high is not None
            assert 0.0 <= option.low < option.high
            assert option.unit
        else:
            assert option.low is None
            assert option.high is None
    if lever.unit.startswith("share"):
        assert lever.high <= 1.0


def test_bounds_are_those_of_the_model() -> None:
    assert {lever.id: lever.high for lever in LEVERS.values()} == {
        "packaging_grant": 0.7,
        "fab_grant": 0.7,
        "tax_credit": 0.35,
        "packaging_rnd": 2000.0,
        "workforce": 2000.0,
        "supplier_programme": 2000.0,
        "purchase_commitment": 100.0,
        "export_control": 1.0,
        "alliance": 1.0,
        "stockpile": 10_000.0,
    }


def test_who_pays_and_when() -> None:
    assert {lever.id for lever in LEVERS.values() if lever.fixed_outlay} == {"packaging_rnd", "workforce", "supplier_programme"}
    assert {lever.id for lever in LEVERS.values() if lever.purse == "none"} == {"export_control", "alliance"}
    assert all(lever.unit == "M USD / quarter" for lever in LEVERS.values() if lever.fixed_outlay)
    assert LEVERS["fab_grant"].purse == "fab"
    assert LEVERS["tax_credit"].purse == "both"


def test_levers_aim_at_words_of_the_catalogue() -> None:
    known = set(chain(TECHNOLOGIES, STAGES, SEGMENTS))
    own = {"packaging", "fabrication", "advanced_logic", "pooled_capacity", "subsidy_ceiling", "shared_rnd"}
    assert {item for lever in LEVERS.values() for item in lever.items} - known == own


def test_required_options_are_those_without_which_a_setting_means_nothing() -> None:
    required = {(lever.id, name) for lever in LEVERS.values() for name, option in lever.options.items() if option.required}
    assert required == {
        ("purchase_commitment", "price"),
        ("purchase_commitment", "years"),
        ("export_control", "on"),
        ("alliance", "with"),
    }


def test_the_metrics_that_others_rely_on_exist() -> None:
    assert set(METRICS) >= {
        "packaging_capacity_kwpm", "wafer_capacity_kwpm", "deliveries_kunits", "orders_kunits", "compute_delivered_kh100e",
        "compute_received_kh100e", "backlog_kunits", "phantom_backlog_kunits", "die_bank_kunits", "lead_time_weeks",
        "real_lead_time_weeks", "fill_rate", "slots_share", "utilisation", "expected_capacity_kwpm", "price_index", "margin",
        "hhi_packaging", "top1_packaging", "top3_packaging", "hhi_wafers", "hhi_hbm", "hhi_substrate", "hhi_tools", "leadership",
        "leadership_rank", "treasury_musd", "outlay_musd", "score_raw",
    }  # fmt: skip


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_metric_says_whose_it_is(metric: Metric) -> None:
    kinds = {"firm", "hq", "site"} if metric.grouped else {"world", "firm", "designer", "country", "hq", "government"}
    assert metric.entities
    assert set(metric.entities) <= kinds
    assert len(set(metric.entities)) == len(metric.entities)
    assert len(set(metric.item_ids)) == len(metric.item_ids)
    assert (metric.item_ids == ("",)) == (metric.items == "")


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_the_unit_in_a_metrics_name_is_its_unit(metric: Metric) -> None:
    units = {
        "kwpm": "kwpm",
        "kunits": "k units",
        "kh100e": "k H100-equivalents",
        "musd": "M USD",
        "weeks": "weeks",
        "share": "share",
    }
    suffix = metric.id.rsplit("_", 1)[-1]
    if suffix in units:
        assert metric.unit.startswith(units[suffix])


def test_concentration_is_told_by_firm_headquarters_and_site() -> None:
    grouped = {metric.id for metric in METRICS.values() if metric.grouped}
    assert grouped == {"hhi_packaging", "top1_packaging", "top3_packaging", "hhi_wafers", "hhi_hbm", "hhi_substrate", "hhi_tools"}
    assert all(METRICS[name].entities == ("firm", "hq", "site") for name in grouped)


def test_items_come_from_the_catalogues() -> None:
    assert METRICS["hhi_packaging"].item_ids == (*TECHNOLOGIES, "all")
    assert METRICS["hhi_wafers"].item_ids == ("wafers_leading", "wafers_advanced", "wafers_mature", "all")
    assert METRICS["price_index"].item_ids == (*STAGES, *SEGMENTS)
    assert METRICS["outlay_musd"].item_ids == tuple(LEVERS)
    assert METRICS["treasury_musd"].item_ids == ("committed", "paid", "contingent", "left")
    assert METRICS["leadership_rank"].item_ids == METRICS["leadership"].item_ids
