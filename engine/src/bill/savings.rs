//! Savings Plans over a bill: what they cost, and what they take off, hour by hour.
//!
//! In: a priced bill, the plans, what is held in each hour, the catalogue's rates. Out: two more lines for each kind of
//! plan, or none, and then the bill stays "before plans": where a plan's rate of something held is not known, what it takes
//! off is not known either. Rules SAV-01 to SAV-04.

use std::collections::BTreeMap;

use super::{Bill, BillLine, Charge};
use crate::catalogue::Catalogue;
use crate::catalogue::meter::Meter;
use crate::design::account::{PlanKind, PlanPayment, PlanTerm, PurchasePlan};
use crate::plan::Plan;
use crate::plan::left_out::Leaves;
use crate::units::money::div_half_even;
use crate::units::{Quantity, Rate, Span, Usd};
use crate::usage::record::{Cause, HeldHours};

/// Rates are shares of on demand, in billionths.
const WHOLE: u128 = 1_000_000_000;

/// What is charged on demand in an hour and a plan may cover.
#[derive(Debug, Clone, Copy)]
struct Usage {
    /// What the plan costs of it, in billionths.
    share: u128,
    /// On demand, in billionths of a dollar an hour.
    nanos: u128,
    meter: Meter,
}

/// What plans of one kind come to over a window, in billionths of a dollar × milliseconds of an hour.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    commitment: u128,
    covered: u128,
}

/// Lays the plan's purchases over its bill.
///
/// Source: Savings Plans User Guide, "Understanding how Savings Plans apply to your AWS usage": EC2 Instance Savings Plans
/// first, then Compute Savings Plans (SAV-01), the highest saving first (SAV-02), the commitment in discounted dollars
/// (SAV-03), on demand alone (SAV-04).
///
/// Assumption: standalone tasks, whose hours are not known, are not covered; a plan that is paid ahead costs each hour what
/// it commits.
pub fn apply(bill: &mut Bill, plan: &Plan, catalogue: &Catalogue, hours: &[HeldHours], window: Span) {
    let Some((owner, plans)) = &plan.purchase_plans else { return };
    let Some(sums) = sums(plans, catalogue, hours) else { return };
    for (kind, sums) in sums {
        let owner = plan.owners[*owner].clone();
        let quantity = Quantity::from_base(u128::from(window.ms()));
        let usd = |nanos: u128| {
            Usd::from_nanos(i64::try_from(div_half_even(nanos, u128::from(Span::HOUR.ms()))).unwrap_or(i64::MAX))
        };
        let lines = [(Charge::Commitment(kind), usd(sums.commitment)), (Charge::Covered(kind), -usd(sums.covered))];
        for (charge, cost) in lines {
            // What is covered has no price of its own: each meter's differs.
            let rate = if cost < Usd::ZERO { None } else { mean(cost, window) };
            let (cause, records, tiered) = (Cause::Stated, Vec::new(), true);
            let owner = owner.clone();
            bill.lines.push(BillLine { owner, charge, cause, quantity, rate, tiered, cost: Some(cost), records });
            bill.total += cost;
        }
    }
    bill.lines.sort_by(|a, b| (&a.owner, a.charge, a.cause).cmp(&(&b.owner, b.charge, b.cause)));
    bill.left_out.retain(|left| left.leaves != Leaves::Plan);
}

/// What plans come to by kind; `None` where a rate is not known.
fn sums(plans: &[PurchasePlan], catalogue: &Catalogue, hours: &[HeldHours]) -> Option<BTreeMap<PlanKind, Sums>> {
    let mut ordered: Vec<_> = plans.iter().collect();
    ordered.sort_by_key(|plan| plan.kind != PlanKind::Ec2InstanceSavingsPlan);
    let mut all: BTreeMap<PlanKind, Sums> = BTreeMap::new();
    for hour in hours {
        let mut left: BTreeMap<Meter, u128> = BTreeMap::new();
        for plan in &ordered {
            let commitment = u128::from(plan.hourly_commitment.nanos().unsigned_abs());
            let covered = cover(plan, commitment, hour, &mut left, catalogue)?;
            let sums = all.entry(plan.kind).or_default();
            let lasts = u128::from(hour.lasts.ms());
            sums.commitment = sums.commitment.saturating_add(commitment.saturating_mul(lasts));
            sums.covered = sums.covered.saturating_add(covered.saturating_mul(lasts));
        }
    }
    Some(all)
}

/// What a plan covers in an hour, in billionths of a dollar on demand; `left` is what other plans left of each meter.
fn cover(
    plan: &PurchasePlan,
    commitment: u128,
    hour: &HeldHours,
    left: &mut BTreeMap<Meter, u128>,
    catalogue: &Catalogue,
) -> Option<u128> {
    let mut usages = Vec::new();
    for (meter, level) in hour.levels.iter().filter(|(meter, level)| **level > 0 && is_of(plan, **meter, catalogue)) {
        let share = share(plan, *meter, catalogue)?;
        let quantity = Quantity::from_base(u128::from(*level) * u128::from(Span::HOUR.ms()));
        let cost = catalogue.prices.price(*meter)?.cost(quantity);
        let nanos = *left.entry(*meter).or_insert(u128::from(cost.nanos().unsigned_abs()));
        usages.push(Usage { share, nanos, meter: *meter });
    }
    usages.sort_by_key(|usage| (usage.share, usage.meter));
    let (mut free, mut covered) = (commitment, 0);
    for usage in usages {
        // The plan's own price of it all; as much of it is covered as the commitment still pays.
        let price = usage.nanos.saturating_mul(usage.share) / WHOLE;
        let part = if price <= free { usage.nanos } else { free.saturating_mul(WHOLE) / usage.share.max(1) };
        free = free.saturating_sub(price);
        covered += part;
        left.insert(usage.meter, usage.nanos - part.min(usage.nanos));
    }
    Some(covered)
}

/// Whether a plan covers a meter, whatever its rate.
///
/// Source: Savings Plans User Guide, "Savings Plans types"; rule SAV-04.
fn is_of(plan: &PurchasePlan, meter: Meter, catalogue: &Catalogue) -> bool {
    let fargate = matches!(
        meter,
        Meter::FargateX86Vcpu
            | Meter::FargateX86Memory
            | Meter::FargateArmVcpu
            | Meter::FargateArmMemory
            | Meter::FargateWindowsVcpu
            | Meter::FargateWindowsMemory
    );
    let family =
        if let Meter::Ec2Linux(ix) | Meter::Ec2Windows(ix) = meter { Some(&catalogue.types[ix].family) } else { None };
    match plan.kind {
        PlanKind::ComputeSavingsPlan => fargate || family.is_some(),
        PlanKind::Ec2InstanceSavingsPlan => family.is_some() && family == plan.family.as_ref(),
    }
}

/// What a plan costs of on demand, in billionths; `None` where no rate was read.
fn share(plan: &PurchasePlan, meter: Meter, catalogue: &Catalogue) -> Option<u128> {
    // Of EC2 Instance Savings Plans no rate was read.
    let PlanKind::ComputeSavingsPlan = plan.kind else { return None };
    let of = if let Meter::Ec2Linux(ix) = meter {
        &catalogue.types[ix].family
    } else if matches!(meter, Meter::FargateX86Vcpu | Meter::FargateX86Memory) {
        "fargate_x86"
    } else if matches!(meter, Meter::FargateArmVcpu | Meter::FargateArmMemory) {
        "fargate_arm"
    } else {
        // Windows rates were not read.
        return None;
    };
    let term = match plan.term.unwrap_or(PlanTerm::OneYear) {
        PlanTerm::OneYear => "1y",
        PlanTerm::ThreeYears => "3y",
    };
    let payment = match plan.payment.unwrap_or(PlanPayment::NoUpfront) {
        PlanPayment::NoUpfront => "no_upfront",
        PlanPayment::PartialUpfront => "partial_upfront",
        PlanPayment::AllUpfront => "all_upfront",
    };
    let figure = catalogue.prices.figure("savings_plan", &format!("compute_sp_{term}_{payment}_ratio_{of}"))?;
    u128::try_from(figure.nanos).ok().filter(|share| *share > 0)
}

/// What a cost is an hour, on average.
fn mean(cost: Usd, window: Span) -> Option<Rate> {
    let nanos = i128::from(cost.nanos()) * i128::from(Span::HOUR.ms()) / i128::from(window.ms().max(1));
    Rate::new(Usd::from_nanos(i64::try_from(nanos).ok()?), Quantity::from_base(u128::from(Span::HOUR.ms())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::load(&"us-east-1".into()).unwrap()
    }

    fn hours(levels: &[(Meter, u64)], hours: u64) -> HeldHours {
        HeldHours { lasts: Span::from_hours(hours), levels: levels.iter().copied().collect() }
    }

    fn plan(cents: i64) -> PurchasePlan {
        PurchasePlan::new(PlanKind::ComputeSavingsPlan, Usd::from_cents(cents))
    }

    /// Commitment and what it covers, in billionths of a dollar.
    fn of(plans: &[PurchasePlan], held: &[HeldHours]) -> Option<(u128, u128)> {
        let hour = u128::from(Span::HOUR.ms());
        let sums = sums(plans, &catalogue(), held)?;
        let sums = sums.into_values().next().unwrap_or_default();
        Some((sums.commitment / hour, sums.covered / hour))
    }

    /// Four tasks of 1 vCPU and 2 GB.
    const FOUR: &[(Meter, u64)] = &[(Meter::FargateX86Vcpu, 4 * 1024), (Meter::FargateX86Memory, 4 * 2048)];

    #[test]
    fn sav_03_a_commitment_covers_what_it_pays_at_the_plans_rates() {
        // 5 cents at 20 % off pay 6.25 cents on demand.
        assert_eq!(of(&[plan(5)], &[hours(FOUR, 1)]), Some((50_000_000, 62_500_000)));
        // On demand an hour is 4 × (0.04048 + 2 × 0.004445) = 0.19748: a commitment of 50 cents covers all of it, and the rest is lost.
        assert_eq!(of(&[plan(50)], &[hours(FOUR, 1)]), Some((500_000_000, 197_480_000)));
        // Hours in which nothing stands are paid too.
        assert_eq!(of(&[plan(5)], &[hours(FOUR, 1), hours(&[], 9)]), Some((500_000_000, 62_500_000)));
    }

    #[test]
    fn sav_02_the_highest_saving_comes_first_and_two_plans_cover_nothing_twice() {
        let arm = [(Meter::FargateArmVcpu, 1024), (Meter::FargateX86Vcpu, 1024)];
        // ARM is 21.25 % off: its vCPU-hour of 0.03238 costs the plan 0.02549925; what is left of 3 cents pays 0.00450075 / 0.8.
        let covered = 32_380_000 + (30_000_000 - 25_499_250) * 10 / 8;
        assert_eq!(of(&[plan(3)], &[hours(&arm, 1)]), Some((30_000_000, covered)));
        let two = of(&[plan(50), plan(50)], &[hours(FOUR, 1)]);
        assert_eq!(two, Some((1_000_000_000, 197_480_000)));
    }

    #[test]
    fn a_rate_that_was_not_read_leaves_the_bill_before_plans() {
        assert_eq!(of(&[plan(5)], &[hours(&[(Meter::FargateWindowsVcpu, 1024)], 1)]), None);
        let family = Some("m7g".to_owned());
        let of_family =
            PurchasePlan { family, ..PurchasePlan::new(PlanKind::Ec2InstanceSavingsPlan, Usd::from_cents(5)) };
        let m7g = Meter::Ec2Linux(catalogue().types.find("m7g.large").unwrap());
        assert_eq!(of(&[of_family], &[hours(&[(m7g, 1)], 1)]), None);
        // Spot is no plan's: it keeps nothing from being known.
        let spot = [(Meter::FargateSpotX86Vcpu, 1024)];
        assert_eq!(of(&[plan(5)], &[hours(&spot, 1)]), Some((50_000_000, 0)));
    }
}
