"""Who supplies whom, and the sums of shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from policygame.scenario import load_scenario

PRODUCT = "designers.NVIDIA.products[0]"
PACKAGER = "          - firm: TSMC\n            share: {value: 0.99, assumption: [0.9, 1]}"
INTERPOSER = "      - stage: interposer_2_5d\n        jurisdiction: TWN\n"
FAB = "      - stage: wafers_leading\n        jurisdiction: TWN\n"


def test_a_dangling_firm_is_told_with_the_nearest(refuse) -> None:
    refused = refuse((PACKAGER, PACKAGER.replace("TSMC", "TSCM")))
    assert refused.lines[0] == (
        f"{refused.at('TSCM')}{PRODUCT}.packagers[0].firm: found unknown firm 'TSCM'; allowed TSMC, ASE, SK hynix (under firms). "
        "Did you mean 'TSMC'?"
    )


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("supplier: SK hynix", "supplier: SK Hynex", "links[0].supplier"),
        ("packagers: [TSMC, ASE]", "packagers: [TSMC, ASE, SK Hynex]", "links[0].packagers[2]"),
        ("    cash_musd: {value: 10000", "    captive_of: SK Hynex\n    cash_musd: {value: 10000", "designers.NVIDIA.captive_of"),
    ],
)
def test_dangling_firms_elsewhere(refuse, old: str, new: str, path: str) -> None:
    refused = refuse((old, new))
    expected = f"{path}: found unknown firm 'SK Hynex'; allowed TSMC, ASE, SK hynix (under firms). Did you mean 'SK hynix'?"
    assert refused.at("SK Hynex") + expected in refused.lines


def test_wafers_come_from_a_firm_that_makes_them(refuse) -> None:
    refused = refuse(("        wafers:\n          - firm: TSMC", "        wafers:\n          - firm: ASE"))
    expected = f"{PRODUCT}.wafers[0].firm: found ASE, which has no line of wafers_leading; allowed firms with one: TSMC"
    assert refused.lines == [refused.at("ASE\n            share: {value: 1,") + expected]


def test_a_packager_has_a_line_of_a_recipe(refuse) -> None:
    refused = refuse(("          - firm: ASE\n", "          - firm: SK hynix\n"))
    assert refused.lines[0] == (
        f"{refused.at('SK hynix' + chr(10) + '            share')}{PRODUCT}.packagers[1].firm: found SK hynix, "
        "which has no line of interposer_2_5d or fan_out; allowed firms with one: TSMC, ASE"
    )


def test_a_source_at_a_site_needs_the_stage_there(refuse) -> None:
    refused = refuse(("          - firm: ASE\n", "          - firm: ASE\n            jurisdiction: USA\n"))
    assert refused.lines[0].endswith(
        f"{PRODUCT}.packagers[1].firm: found ASE, which has no line of interposer_2_5d or fan_out in USA; "
        "allowed firms with one: none"
    )


def test_every_technology_of_the_recipes_is_offered(refuse, small: str) -> None:
    ase = small[small.index("          - firm: ASE") : small.index("        generations:")]
    refused = refuse((ase, ""))
    expected = (
        "recipes[1].technology: found fan_out, which no packager of the product has; "
        "allowed a technology of its packagers (firms with fan_out: ASE)"
    )
    assert refused.lines == [f"{refused.at('fan_out' + chr(10) + '                packages')}{PRODUCT}.generations[0].{expected}"]


def test_captive_lines_are_for_the_firms_own_products(refuse, small: str, tmp_path: Path) -> None:
    refused = refuse((INTERPOSER, INTERPOSER + "        access: captive\n"))
    assert refused.lines == [
        f"{refused.at('TSMC' + chr(10) + '            share: {value: 0.99')}{PRODUCT}.packagers[0].firm: found TSMC, "
        "whose fitting lines this product may not use; allowed captive lines of TSMC for a designer with 'captive_of: TSMC'"
    ]
    own = refused.text.replace("    cash_musd: {value: 10000", "    captive_of: TSMC\n    cash_musd: {value: 10000")
    refused.file.write_text(own)
    assert load_scenario(refused.file).designers["NVIDIA"].captive_of == "TSMC"


def test_captive_fabs_are_for_the_firms_own_products(refuse) -> None:
    refused = refuse((FAB, FAB + "        access: captive\n"))
    assert [problem.path for problem in refused.problems] == [f"{PRODUCT}.wafers[0].firm"]


def test_bundled_lines_are_for_dies_from_the_firms_own_wafers(small: str, refuse, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(small.replace(INTERPOSER, INTERPOSER + "        access: bundled\n"))
    assert load_scenario(file).firms["TSMC"].lines[1].access == "bundled"
    line = "      - stage: fan_out\n        jurisdiction: TWN\n"
    refused = refuse((line, line + "        access: bundled\n"))
    assert refused.lines == [
        f"{refused.at('ASE' + chr(10) + '            share')}{PRODUCT}.packagers[1].firm: found ASE, "
        "whose fitting lines this product may not use; allowed bundled lines of ASE for a product with wafers from ASE"
    ]


def test_only_packaging_is_bundled(refuse) -> None:
    refused = refuse((FAB, FAB + "        access: bundled\n"))
    assert refused.lines[0] == (
        f"{refused.at('bundled')}firms.TSMC.lines[0].access: found bundled for wafers_leading; "
        "allowed merchant, captive (only packaging can be bundled with wafers)"
    )


def test_a_firm_has_one_line_of_a_stage_in_a_place(refuse) -> None:
    refused = refuse((INTERPOSER, INTERPOSER + "        capacity: {value: 1, assumption: [0, 2]}\n" + INTERPOSER))
    assert refused.lines == [
        f"{refused.file}:{refused.text[: refused.text.rindex('- stage: interposer')].count(chr(10)) + 1}:9: firms.TSMC.lines[2]: "
        "found a second line of interposer_2_5d in TWN; allowed one line of a stage in a jurisdiction; add the capacities up"
    ]


def test_generations_list_the_same_technologies(refuse, small: str) -> None:
    generation = small[small.index("          - quarter: 2022Q1\n            compute") : small.index("links:")]
    recipe = generation[generation.index("              - technology: fan_out") :]
    later = generation.replace("2022Q1", "2023Q1").replace(recipe, "")
    refused = refuse((generation, generation + later))
    assert [line.split(": ", 1)[1] for line in refused.lines] == [
        f"{PRODUCT}.generations[1].recipes: found recipes of interposer_2_5d; "
        "allowed interposer_2_5d, fan_out, in this order, as in the first generation"
    ]


def test_a_technology_has_one_recipe(refuse) -> None:
    refused = refuse(("- technology: fan_out", "- technology: interposer_2_5d"))
    assert refused.lines[1].endswith(
        "recipes: found recipes of interposer_2_5d, interposer_2_5d; allowed one recipe of a technology"
    )


def test_a_supplier_makes_what_its_link_brings(refuse) -> None:
    refused = refuse(("supplier: SK hynix", "supplier: ASE"))
    expected = "links[0].supplier: found ASE, which has no line of hbm; allowed firms with one: SK hynix"
    assert refused.lines == [refused.at("ASE\n    packagers") + expected]


def test_links_lead_to_packagers_once(refuse) -> None:
    refused = refuse(("packagers: [TSMC, ASE]", "packagers: [TSMC, ASE, SK hynix, ASE]"))
    assert [problem.found for problem in refused.problems] == [
        "SK hynix, which has no line of packaging",
        "the supply of hbm from SK hynix to ASE again",
    ]


@pytest.mark.parametrize("item", ["hbm", "substrate"])
def test_inputs_that_a_product_needs_reach_a_packager(refuse, small: str, item: str) -> None:
    start = small.index(f"  - item: {item}")
    link = small[start : small.index("qualification", start)]
    link = small[start : small.index("\n", start + len(link)) + 1]
    refused = refuse((link, ""))
    field = {"hbm": "hbm_stacks", "substrate": "substrate_cm2"}[item]
    assert [problem.path for problem in refused.problems] == [f"{PRODUCT}.generations[0].{field}"]
    assert refused.problems[0].found == f"a need of {item}, which no link brings to a packager of the product"


def test_inputs_reach_every_packager_that_gets_orders(refuse) -> None:
    refused = refuse(
        ("packagers: [TSMC, ASE]", "packagers: [TSMC]"),
        ("share: {value: 0, assumption: [0, 0.1]}", "share: {value: 0.01, assumption: [0, 0.1]}"),
    )
    assert refused.lines == [
        f"{refused.at('ASE' + chr(10) + '            share')}{PRODUCT}.packagers[1].firm: found ASE, "
        "to which no link brings the hbm that the product needs; allowed packagers with a link of hbm, or a share of 0"
    ]


@pytest.mark.parametrize("name", ["''", "'a:b'", "'TSMC '", "' x'", '"a\\nb"', "x" * 41, "a.b/c"])
def test_names_of_firms_can_stand_in_tables(refuse, name: str) -> None:
    refused = refuse(("  ASE:", f"  {name}:"))
    assert any(problem.found.startswith("the name ") for problem in refused.problems)


def test_a_name_with_spaces_and_signs_stands_in_addresses_as_it_is(small: str, tmp_path: Path) -> None:
    name = "Kulicke & Soffa (K+S) / Asia's #2"
    file = tmp_path / "small.yaml"
    file.write_text(small.replace("SK hynix", f'"{name}"'))
    assert f"firms.{name}.lines[0].capacity" in {number.path for number in load_scenario(file).numbers()}


# sums of shares -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "at", "path", "total"),
    [
        ("USA: {value: 0.7,", "USA: {value: 0.6,", "destinations", "segments.ai_accelerator.destinations", "0.89"),
        (
            "share: {value: 0.99, assumption: [0.9, 1]}",
            "share: {value: 0.95, assumption: [0.9, 1]}",
            "packagers:\n",
            f"{PRODUCT}.packagers",
            "0.95",
        ),
        (
            "share: {value: 1, assumption: [0.9, 1]}\n            q",
            "share: {value: 0.9, assumption: [0.9, 1]}\n            q",
            "wafers:\n",
            f"{PRODUCT}.wafers",
            "0.9",
        ),
    ],
)
def test_shares_far_from_one(refuse, old: str, new: str, at: str, path: str, total: str) -> None:
    refused = refuse((old, new))
    assert refused.lines == [
        f"{refused.at(at)}{path}: found shares that sum to {total}; allowed shares that sum to 1 (within 0.02)"
    ]


def test_shares_of_supply_links_far_from_one(refuse) -> None:
    old = "    packagers: [TSMC, ASE]\n    share: {value: 1, assumption: [0.9, 1]}"
    refused = refuse((old, old.replace("1,", "0.5,").replace("0.9", "0.4")))
    assert [problem.found for problem in refused.problems] == [
        f"shares for the hbm of {name} that sum to 0.5" for name in ("TSMC", "ASE")
    ]
    assert [problem.path for problem in refused.problems] == ["links[0].share"] * 2


def test_shares_of_products_far_from_one(refuse) -> None:
    refused = refuse(
        (
            "        share: {value: 1, assumption: [0.9, 1]}\n        rel",
            "        share: {value: 0.9, assumption: [0.9, 1]}\n        rel",
        )
    )
    expected = (
        "segments.ai_accelerator: found shares of the products sold from the start that sum to 0.9; allowed shares that sum to 1"
    )
    assert refused.lines == [f"{refused.at('ai_accelerator:')}{expected} (within 0.02)"]


def test_a_product_that_enters_later_does_not_count_at_the_start(refuse) -> None:
    refused = refuse(
        ("        stage: wafers_leading\n        wafers", "        starts: 2023Q1\n        stage: wafers_leading\n        wafers")
    )
    expected = (
        "segments.ai_accelerator: found a segment of which no product is sold from the start; "
        "allowed a segment with at least one product"
    )
    assert refused.lines == [refused.at("ai_accelerator:") + expected]


@pytest.mark.parametrize("terms", ["only_to: [USA]", "not_to: [TWN]"])
def test_something_is_sold_wherever_there_is_demand(refuse, terms: str) -> None:
    refused = refuse(
        ("        stage: wafers_leading\n        wafers", f"        {terms}\n        stage: wafers_leading\n        wafers")
    )
    expected = "segments.ai_accelerator.destinations.TWN: found demand in TWN, where no product is sold from the start"
    assert refused.lines == [f"{refused.at('TWN: {value: 0.29')}{expected}; allowed demand for at least one product"]


def test_shares_that_round_to_ninety_nine_are_scaled_with_their_ranges(small: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(small)
    scenario = load_scenario(file)
    shares = scenario.segments["ai_accelerator"].destinations
    assert sum(share.value for share in shares.values()) == pytest.approx(1.0, abs=1e-15)
    assert shares["USA"].value == pytest.approx(0.7 / 0.99)
    assert shares["USA"].assumption == pytest.approx((0.6 / 0.99, 0.8 / 0.99))
    packagers = scenario.designers["NVIDIA"].products[0].packagers
    assert [source.share.value for source in packagers] == [1.0, 0.0]
    assert packagers[0].share.assumption == pytest.approx((0.9 / 0.99, 1.0))


def test_shares_that_sum_to_one_stay_as_they_are(small: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(small.replace("TWN: {value: 0.29,", "TWN: {value: 0.3,"))
    shares = load_scenario(file).segments["ai_accelerator"].destinations
    assert [share.value for share in shares.values()] == [0.7, 0.3]


def test_links_split_where_packagers_need_different_scales(small: str, tmp_path: Path) -> None:
    old = "    packagers: [TSMC, ASE]\n    share: {value: 1, assumption: [0.9, 1]}"
    second = (
        "\n    qualification: {value: 1, assumption: [0.9, 1]}"
        "\n  - item: hbm\n    supplier: ASE\n    packagers: [TSMC]\n    share: {value: 0.01, assumption: [0, 1]}"
    )
    line = "      - stage: hbm\n        jurisdiction: TWN\n        capacity: {value: 1, assumption: [0, 2]}\n"
    file = tmp_path / "small.yaml"
    text = small.replace(old, old + second, 1)
    file.write_text(text.replace("  SK hynix:\n    kind", line + "  SK hynix:\n    kind"))
    links = [link for link in load_scenario(file).links if link.item == "hbm"]
    assert [(link.supplier, link.packagers) for link in links] == [
        ("SK hynix", ("TSMC",)),
        ("SK hynix", ("ASE",)),
        ("ASE", ("TSMC",)),
    ]
    assert [link.share.value for link in links] == pytest.approx([1 / 1.01, 1.0, 0.01 / 1.01])
