"""Who acts: firms, chip designers and governments, as Mesa agents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from policygame.catalogue import Quarter
from tests.benchmarks.oracle.arithmetic import TINY, holt, logistic, part_of, positive, ratio

if TYPE_CHECKING:
    from policygame.scenario.policy import Policy
    from tests.benchmarks.oracle.inputs import Inputs
    from tests.benchmarks.oracle.model import OracleModel
    from tests.benchmarks.oracle.things import Division, Line, Place, Product

SMALLEST_PLACE_SHARE = 0.02
ANY_ROOM = 1e9
OUTLOOK_QUARTERS = 6.0
RECIPE_CHOICE, DESIGN_CHOICE, FILL_VALUE = 6.0, 100.0, 0.5
PURSES = ("packaging", "wafers")
_CREDITED = {"packaging": "packaging", "fabrication": "wafers"}


class Party(mesa.Agent):
    """Whoever holds cash: what it is paid and pays in a quarter is ``net_musd``."""

    model: OracleModel

    def __init__(self, model: OracleModel, name: str, cash_musd: float) -> None:
        super().__init__(model)
        self.name, self.cash_musd, self.debt_musd, self.net_musd = name, cash_musd, 0.0, 0.0


class Firm(Party):
    """A foundry, an OSAT or a supplier: what it expects, wants and orders for its lines."""

    def __init__(self, model: OracleModel, name: str, inputs: Inputs) -> None:
        super().__init__(model, name, inputs.number("firms", name, "cash_musd"))
        spec, p = inputs.scenario.firms[name], model.p
        self.is_osat, self.home = spec.kind == "osat", spec.headquarters
        premium = p.osat_hurdle_premium if self.is_osat else 0.0
        if spec.hurdle_premium is not None:
            premium = inputs.number("firms", name, "hurdle_premium")
        self.hurdle = p.hurdle_return + premium
        self.lines: list[Line] = []
        self.divisions: dict[str, Division] = {}
        self.last_revenue_musd = self.revenue_musd = self.materials_musd = self.cost_musd = 0.0

    def form_expectation(self) -> None:
        """Adaptive level and trend of what each stage of its lines is asked for."""
        p = self.model.p
        for own in self.divisions.values():
            if self.model.quarter == 0:
                own.level = own.requested
            else:
                own.level, own.trend = holt(own.level, own.trend, own.requested, p.level_gain, p.trend_gain, p.trend_cap)

    def need(self, own: Division, ahead: float, contested: bool = False) -> float:
        """Output a quarter that it expects to be asked for; ``contested``: growth that competitors win is lost."""
        trend = own.trend - self.model.p.contestable_share * positive(own.trend) + own.contestable
        if not contested:
            trend = max(trend, own.trend)
        expected = positive(own.level + trend * ahead)
        return expected + own.belief * (own.forecast - expected)

    def desired(self, own: Division, ahead: float) -> float:
        """Capacity that it wants to have, with its buffer."""
        return self.need(own, ahead) * (1.0 + self.model.p.capacity_buffer) / own.lines[0].output_per_unit

    def desired_beyond(self, own: Division, ahead: float) -> float:
        """Capacity that it wants when new sites stand, its competitors' too."""
        lost = self.need(own, ahead) - self.need(own, ahead, contested=True)
        return self.desired(own, ahead) - lost * (1.0 + self.model.p.capacity_buffer) / own.lines[0].output_per_unit

    def plan(self) -> None:
        """Order tools and shells for what is missing at their horizons, within what it can finance; drop what is not needed."""
        p = self.model.p
        for own in self.divisions.values():
            have = sum(line.with_orders for line in own.lines)
            missing = self.desired(own, p.tool_horizon_quarters) - have
            self._drop(own, positive(-missing))
            willing = [logistic(line.surplus_return / p.return_width) for line in own.lines]
            makes_tools = own.stage.name == "tools"
            gap = positive(missing) * p.adjustment
            if makes_tools:
                gap = min(gap, p.tool_growth_per_quarter * have)
            room = [ANY_ROOM if makes_tools else positive(self._opening(line) - line.with_orders) for line in own.lines]
            orders = self._spread(own, gap, room, willing)
            shells = sum(line.with_shells for line in own.lines)
            rooms = [0.0] * len(own.lines) if makes_tools else self._rooms(own, shells, willing)
            for line, tools, shell in zip(own.lines, orders, rooms, strict=True):
                line.tool_orders, line.shell_orders = tools, shell
            own.expected_capacity = max(have, min(self.desired(own, OUTLOOK_QUARTERS), shells))
        part = self._affordable()
        for line in self.lines:
            line.tool_orders *= part
            line.shell_orders *= part

    def _opening(self, line: Line) -> float:
        """Room that stands or opens before tools ordered now arrive."""
        following = self.model.quarter + 1
        return line.shell_room + sum(line.opening[following : following + self.model.tool_lead])

    def _rooms(self, own: Division, shells: float, willing: list[float]) -> list[float]:
        """What is missing before a new site could stand goes where ground lets it extend; what is missing later to any place."""
        p = self.model.p
        horizon = p.tool_horizon_quarters + p.shell_extra_horizon_quarters
        gap = positive(self.desired(own, horizon) - sum(line.within_reach for line in own.lines)) * p.adjustment
        ground = [line.shell_room * p.brownfield_share / line.brownfield for line in own.lines]
        rooms = self._spread(own, gap, ground, willing)
        farther = self.desired_beyond(own, horizon + p.new_site_extra_horizon_quarters) - shells - sum(rooms)
        farther = positive(farther) * p.adjustment
        shares = self._place_shares(own, None)
        return [room + farther * share * will for room, share, will in zip(rooms, shares, willing, strict=True)]

    def _spread(self, own: Division, gap: float, room: list[float], willing: list[float]) -> list[float]:
        """A gap by expected return over lines with room; what does not fit in one goes where room is left."""
        shares = self._place_shares(own, [part_of(space, gap) for space in room])
        wished = [gap * share * will for share, will in zip(shares, willing, strict=True)]
        orders = [min(wish, space) for wish, space in zip(wished, room, strict=True)]
        over = sum(wish - order for wish, order in zip(wished, orders, strict=True))
        left = [positive(space - order) * will for space, order, will in zip(room, orders, willing, strict=True)]
        spill = part_of(over, sum(left))
        return [order + spill * space for order, space in zip(orders, left, strict=True)]

    def _place_shares(self, own: Division, room: list[float] | None) -> list[float]:
        pull = [line.pull for line in own.lines]
        if room is not None:
            pull = [pulled * space for pulled, space in zip(pull, room, strict=True)]
        total = max(sum(pull), TINY)
        share = [positive(pulled / total - SMALLEST_PLACE_SHARE) for pulled in pull]
        total = max(sum(share), TINY)
        return [part / total for part in share]

    def _drop(self, own: Division, surplus: float) -> None:
        part = part_of(surplus, sum(line.tool_backlog for line in own.lines))
        for line in own.lines:
            line.dropped = self.model.p.cancellation_rate * part * line.tool_backlog

    def _affordable(self) -> float:
        """The part of its orders that cash and credit can pay."""
        p = self.model.p
        asked = promised = 0.0
        for line in self.lines:
            shell = line.capex_musd * p.shell_cost_share
            equipment = line.capex_musd - shell
            asked += (equipment * line.tool_orders + shell * line.shell_orders) * line.own_part
            promised += equipment * line.tool_backlog
        revenue = max(self.last_revenue_musd, self.revenue_musd)
        credit = positive(4.0 * p.debt_limit_years * revenue - self.debt_musd)
        budget = positive(self.cash_musd) * (1.0 - p.reserve_share) + credit
        return min(positive(budget - promised) / max(asked, TINY), 1.0)


class ChipDesigner(Party):
    """A chip designer: what it expects to sell, how many dies and slots it asks for, which recipe and design it chooses."""

    def __init__(self, model: OracleModel, name: str, inputs: Inputs) -> None:
        super().__init__(model, name, inputs.number("designers", name, "cash_musd"))
        spec = inputs.scenario.designers[name]
        self.home, self.captive_of = spec.headquarters, spec.captive_of
        self.products: list[Product] = []
        self.revenue_musd = 0.0

    def form_expectation(self) -> None:
        """Adaptive level and trend of its orders: the forecast that it publishes to packagers."""
        p = self.model.p
        for own in self.products:
            own.order_level, own.order_trend = holt(
                own.order_level, own.order_trend, own.demand, p.level_gain, p.trend_gain, p.trend_cap
            )

    def dies_wanted(self, own: Product) -> float:
        """Dies to start: next quarter's expected use and cover, less what this quarter's asks leave in the bank."""
        p = self.model.p
        ahead = positive(own.order_level + own.order_trend)
        queue = p.drawn_queue_share * own.queue_before
        left = positive(own.die_bank - (own.demand + queue) / own.main_yield)
        return positive((1.0 + p.die_bank_cover_quarters) * (ahead + queue) / own.main_yield - left)

    def ask_for_slots(self) -> None:
        """Good packages asked for: this quarter's demand and part of the queue, as far as there are dies."""
        for own in self.products:
            asked = own.demand + self.model.p.drawn_queue_share * own.queue_before
            own.wanted = min(asked, own.die_bank * own.main_yield)

    def choose_recipes(self) -> None:
        """Move the mix towards recipes that are worth more after their cost and that get slots, with inertia."""
        t, p = self.model.quarter, self.model.p
        for own in self.products:
            values = []
            for recipe in own.recipes:
                worth = recipe.relative_value[t] * (1.0 + p.moore_slowdown * t / 4.0 * recipe.technology.merit)
                cost = recipe.technology.price_now_usd / recipe.packages_per_wafer[t] / own.price_now_usd
                values.append(worth - cost + FILL_VALUE * (recipe.fill - 1.0))
            pulls = []
            for recipe, value in zip(own.recipes, values, strict=True):
                able = sum(edge.qualification * edge.line.capacity for edge in recipe.edges) > 1e-9
                pulls.append(math.exp(RECIPE_CHOICE * (value - max(values))) * able)
            total = sum(pulls)
            for recipe, pull in zip(own.recipes, pulls, strict=True):
                target = ratio(pull, total) if total > TINY else recipe.mix
                recipe.mix = p.recipe_inertia * recipe.mix + (1.0 - p.recipe_inertia) * target

    def choose_design(self) -> None:
        """Move between the stated design and its chiplet or monolithic alternative, by what the stated one saves, with inertia."""
        p = self.model.p
        for own in self.products:
            target = logistic(DESIGN_CHOICE * self._design_advantage(own))
            own.design_mix = p.recipe_inertia * own.design_mix + (1.0 - p.recipe_inertia) * target

    def _design_advantage(self, own: Product) -> float:
        t = self.model.quarter
        stated, other, more = own.stated_units[t], own.other_units[t], -own.fewer_dies[t]
        if other <= 0.0:
            return 1.0
        dies_usd = own.stage.price_now_usd * (1.0 / other - 1.0 / stated)
        per_placement = own.main_yield ** (1.0 / own.recipes[0].stated_placements[t])
        ruined_usd = self.model.content_usd(own) * (1.0 - per_placement**more)
        value = self.model.p.chiplet_value_loss * ((more > 0.0) - (more < 0.0))
        return (dies_usd + ruined_usd) / own.price_now_usd + value


class Government(mesa.Agent):
    """A government: its policy's levers in force, and its treasury of two purses, for packaging and for wafers."""

    model: OracleModel

    def __init__(self, model: OracleModel, place: Place, inputs: Inputs) -> None:
        super().__init__(model)
        self.place, self.first = place, inputs.first
        base = "jurisdictions", place.name, "government"
        self.income_musd = {
            "packaging": inputs.number(*base, "packaging_income_musd_per_year") / 4.0,
            "wafers": inputs.number(*base, "fab_income_musd_per_year") / 4.0,
        }
        self.policy: Policy | None = None
        self.purse_musd = dict.fromkeys(PURSES, 0.0)
        self.credit_due_musd = [dict.fromkeys(PURSES, 0.0) for _ in range(4)]
        self.cap_left_musd: dict[str, float] = {}
        self.paid_total_musd = 0.0
        self.grant: dict[str, float] = {}
        self.tax_credit = dict.fromkeys(PURSES, 0.0)
        self.outlay_musd: dict[str, float] = {}

    def decide(self) -> None:
        """Put the policy's settings of this quarter into force; a programme that begins has its cap in full."""
        now: Quarter = self.first + self.model.quarter
        self.grant, self.tax_credit = {}, dict.fromkeys(PURSES, 0.0)
        for setting in self.policy.in_force(now) if self.policy is not None else ():
            if setting.lever in ("packaging_grant", "fab_grant"):
                assert not setting.jurisdictions("guardrail"), "the oracle knows no guardrails"
                assert not setting.flag("priority"), "the oracle knows no priority-rated orders"
                self.grant[setting.item] = setting.amount
                if setting.quarter == now:
                    cap = setting.number("cap")
                    self.cap_left_musd[setting.item] = math.inf if cap is None else cap
            else:
                assert setting.lever == "tax_credit", f"the oracle does not know {setting.lever}"
                self.tax_credit[_CREDITED[setting.item]] = setting.amount

    def collect(self) -> None:
        """Income arrives; last year's tax credits are charged to it, as far as it goes."""
        t = self.model.quarter
        due, following = self.credit_due_musd[t % 4], self.credit_due_musd[(t + 1) % 4]
        self.outlay_musd = {}
        for purse in PURSES:
            funds = self.purse_musd[purse] + self.income_musd[purse]
            charged = min(due[purse], funds)
            following[purse] += due[purse] - charged
            due[purse] = 0.0
            self.purse_musd[purse] = funds - charged
            self.paid_total_musd += charged

    def grant_rate(self, stage: str) -> float:
        """The announced rate, nothing while the programme is suspended."""
        return 0.0 if self.place.suspension_quarters > 0.0 else min(self.grant.get(stage, 0.0), 1.0)

    def cap_left(self, stage: str) -> float:
        """What the cap of the stage's programme still holds, M USD."""
        return self.cap_left_musd.get(stage, math.inf)
