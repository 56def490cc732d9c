//! The form of the account: ECS account settings, quotas, Savings Plans, trails.

use bayplan_engine::catalogue::quotas::{self, Quota};
use bayplan_engine::design::Design;
use bayplan_engine::design::account::{
    Account, MovedGb, PlanKind, PlanPayment, PlanTerm, PurchasePlan, QuotaProfile, QuotaValue, Trail,
};
use bayplan_engine::design::edit::Edit;
use bayplan_engine::units::Usd;
use egui::{Frame, Margin, Ui};

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::command::{Command, Outbox};
use crate::grid::Pick;
use crate::widgets::fields::Form;
use crate::widgets::theme::{self, Tokens};
use crate::widgets::units::{BYTES_MONTHLY, DOLLARS, NUMBER};

/// The account as a whole; what comes out different is one step.
pub(super) fn ui(ui: &mut Ui, design: &Design, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    let chip = Frame::new().fill(tokens.raised).corner_radius(6.0).inner_margin(Margin::symmetric(7, 2));
    chip.show(ui, |ui| ui.label(theme::small("Account").color(tokens.muted)));
    ui.label(theme::title("The account"));
    ui.label(
        theme::small("What the design runs in: its ECS settings, its quotas, what is paid ahead").color(tokens.muted),
    );
    ui.add_space(8.0);
    let mut account = design.account.clone();
    let form = Form { design, at: None, assumptions: &BTreeMap::new(), told: RefCell::default() };
    ui.push_id("account", |ui| {
        form.section(ui, "", "ECS account settings", true, |ui| settings(ui, &form, &mut account));
        form.section(ui, "", "Quotas", true, |ui| quotas(ui, &form, &mut account));
        form.section(ui, "", "Savings Plans", true, |ui| plans(ui, &form, &mut account));
        form.section(ui, "", "CloudTrail", true, |ui| trails(ui, &form, &mut account));
        form.section(ui, "", "Billing", true, |ui| billing(ui, &form, &mut account));
    });
    if account != design.account {
        out.push(Command::edit(Edit::Account(account)));
    }
}

/// What leads to the account while nothing is selected.
pub(super) fn lead(ui: &mut Ui, design: &Design, out: &mut Outbox) {
    let tokens = Tokens::of(ui.ctx());
    ui.add_space(8.0);
    ui.label(theme::label("Account").color(tokens.muted));
    let quotas = design.account.quota_profile.map_or("quotas are findings", |_| "quotas bind runs");
    if ui.add(egui::Button::new(format!("Settings and quotas · {quotas}")).frame(false)).clicked() {
        out.push(Command::Select(Some(Pick::Account)));
    }
}

fn settings(ui: &mut Ui, form: &Form<'_>, account: &mut Account) {
    form.check(ui, "awsvpc_trunking", "awsvpcTrunking", &mut account.awsvpc_trunking);
    form.check(ui, "container_insights", "containerInsights", &mut account.container_insights);
    let modes = [false, true];
    form.pick(
        ui,
        "blocking_log_driver",
        "defaultLogDriverMode",
        &mut account.blocking_log_driver,
        &modes,
        |blocking| if *blocking { "blocking" } else { "non-blocking, AWS default" }.to_owned(),
    );
}

fn quotas(ui: &mut Ui, form: &Form<'_>, account: &mut Account) {
    let tokens = Tokens::of(ui.ctx());
    let profiles: Vec<_> = std::iter::once(None).chain(QuotaProfile::ALL.iter().copied().map(Some)).collect();
    form.pick(
        ui,
        "quota_profile",
        "Adjustable quotas",
        &mut account.quota_profile,
        &profiles,
        |profile| match profile {
            None => "findings only".to_owned(),
            Some(QuotaProfile::NewAccount) => "bind: new account".to_owned(),
            Some(QuotaProfile::Default) => "bind: AWS defaults".to_owned(),
        },
    );
    let said = if account.quota_profile.is_some() {
        "Runs and estimates place and launch no more than these quotas hold"
    } else {
        "Runs place whatever is wanted; what passes a quota is a warning"
    };
    ui.label(theme::small(said).color(tokens.muted));
    if account.quota_profile.is_some() {
        let same = "Both profiles hold the same figures: AWS publishes none of new accounts alone";
        ui.label(theme::small(same).color(tokens.muted));
    }
    ui.add_space(4.0);
    let raised = || quotas::ALL.iter().filter(|quota| quota.adjustable);
    let of = |name: &str| raised().find(|quota| quota.is_named(name));
    let taken: Vec<_> = account.quotas.iter().map(|own| own.name.clone()).collect();
    let free = |quota: &&Quota| !taken.iter().any(|name| quota.is_named(name));
    // Those that a run is most often held by come first.
    let first = [quotas::FARGATE_ON_DEMAND_VCPUS, quotas::EC2_STANDARD_VCPUS];
    let next = first.iter().find(free).or_else(|| raised().find(free)).unwrap_or(&first[0]);
    let fresh = || QuotaValue { name: next.name.to_owned(), value: next.value };
    let title = |own: &QuotaValue| format!("{} · {}", own.value, own.name);
    form.records(ui, "quota", &mut account.quotas, title, fresh, |ui, own| {
        let mut choices: Vec<String> = raised().filter(free).map(|quota| quota.name.to_owned()).collect();
        choices.insert(0, own.name.clone());
        form.pick(ui, "name", "Quota", &mut own.name, &choices, Clone::clone);
        form.value(ui, "value", "The account has", &mut own.value, &NUMBER);
        let told = of(&own.name).map_or_else(
            || "No quota that AWS raises is called so: nothing is held to it".to_owned(),
            |quota| format!("{} at first · {}", quota.value, quota.source),
        );
        ui.label(theme::small(told).color(tokens.muted));
    });
}

fn plans(ui: &mut Ui, form: &Form<'_>, account: &mut Account) {
    let tokens = Tokens::of(ui.ctx());
    let title = |plan: &PurchasePlan| format!("{} · {} an hour", plan.kind, plan.hourly_commitment.cents_text());
    let fresh = || PurchasePlan::new(PlanKind::ComputeSavingsPlan, Usd::from_nanos(1_000_000_000));
    form.records(ui, "Savings Plan", &mut account.purchase_plans, title, fresh, |ui, plan| {
        let kind = plan.kind;
        form.choice(ui, "kind", "Kind", &mut plan.kind, PlanKind::ALL);
        if plan.kind != kind {
            plan.family = None;
        }
        if plan.kind == PlanKind::Ec2InstanceSavingsPlan {
            form.maybe_text(ui, "family", "Instance family", &mut plan.family, "m7g");
        }
        form.value(ui, "hourly_commitment", "Commitment an hour", &mut plan.hourly_commitment, &DOLLARS);
        form.maybe_choice(ui, "term", "Term", &mut plan.term, PlanTerm::ALL, "1 year");
        form.maybe_choice(ui, "payment", "Payment", &mut plan.payment, PlanPayment::ALL, "No Upfront");
    });
    if !account.purchase_plans.is_empty() {
        ui.label(
            theme::small("Applied in estimates where the catalogue has their rate; runs are charged before plans")
                .color(tokens.warn),
        );
    }
}

fn billing(ui: &mut Ui, form: &Form<'_>, account: &mut Account) {
    let tokens = Tokens::of(ui.ctx());
    let counted = &mut account.permanent_free_tiers;
    form.maybe_check(ui, "permanent_free_tiers", "Permanent free tiers", counted, "all counted");
    let elsewhere = &mut account.free_transfer_used_elsewhere;
    form.maybe(ui, "free_transfer_used_elsewhere", "Of 100 GB out, used elsewhere", elsewhere, &BYTES_MONTHLY, "none");
    let told = "Each month: 100 GB out to the internet, 2,200 h of ECS Anywhere, 10 metrics, 10 standard alarms and 5 GB of \
                logs of CloudWatch, a million requests of SQS, 20,000 of KMS";
    ui.label(theme::small(told).color(tokens.muted));
    form.maybe_choice(
        ui,
        "gb_moved",
        "A GB that moves",
        &mut account.gb_moved,
        MovedGb::ALL,
        "10^9 bytes, our assumption",
    );
}

fn trails(ui: &mut Ui, form: &Form<'_>, account: &mut Account) {
    let tokens = Tokens::of(ui.ctx());
    let title = |trail: &Trail| {
        let management = trail.management_events().then_some("management events");
        let data = trail.data_events.then_some("data events");
        let events: Vec<_> = management.into_iter().chain(data).collect();
        let events = if events.is_empty() { "no events".to_owned() } else { events.join(", ") };
        format!("{} · {events}", trail.name)
    };
    let number = account.trails.len() + 1;
    let fresh = || Trail { name: format!("trail-{number}"), management_events: None, data_events: false };
    form.records(ui, "trail", &mut account.trails, title, fresh, |ui, trail| {
        form.text(ui, "name", "Trail name", &mut trail.name);
        let management = &mut trail.management_events;
        form.maybe_check(ui, "management_events", "Management events", management, "on, AWS default");
        form.check(ui, "data_events", "Data events", &mut trail.data_events);
    });
    if !account.trails.is_empty() {
        ui.label(theme::small("Not simulated yet: bills are without what CloudTrail records").color(tokens.warn));
    }
}
