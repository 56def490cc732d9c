//! What goes wrong in a scenario: faults of the kinds that the drawing can have, and scripts to begin with.

use bayplan_engine::design::Design;
use bayplan_engine::design::capacity::CapacityOptionType;
use bayplan_engine::design::fault::{Fault, FaultKind};
use bayplan_engine::design::id::{CapacityProviderId, ServiceId};
use bayplan_engine::names::Zone;
use bayplan_engine::presets::FAULTS;
use bayplan_engine::units::{Percent, Span};
use egui::Ui;

use super::show;
use crate::widgets::fields::Form;
use crate::widgets::icon;
use crate::widgets::units::{PERCENT, SPAN};

pub(super) fn ui(ui: &mut Ui, form: &Form<'_>, faults: &mut Vec<Fault>) {
    let count = faults.len();
    let names = Names::of(form.design);
    form.section(ui, "faults", &format!("Faults · {count}"), true, |ui| {
        let kinds = names.kinds();
        let first = kinds.first().cloned();
        let name = |fault: &Fault| format!("{} after {}", fault.kind.describe(), show(fault.at));
        let Some(first) = first else {
            ui.label("Draw a subnet or a service first");
            return;
        };
        let fresh = || Fault { kind: first, at: Span::HOUR, lasts: Span::HOUR };
        form.records(ui, "fault", faults, name, fresh, |ui, fault| one(ui, form, &names, &kinds, fault));
        ui.menu_button(format!("{} Add a script", icon::PLUS), |ui| {
            for preset in FAULTS {
                let script = preset.script();
                let adapted: Option<Vec<Fault>> = script.faults.iter().map(|fault| names.adapted(fault)).collect();
                let button = ui.add_enabled(adapted.is_some(), egui::Button::new(preset.title));
                let button = button.on_hover_text(script.description.replace('`', ""));
                if button.on_disabled_hover_text("Nothing drawn can have it").clicked() {
                    faults.extend(adapted.unwrap_or_default());
                    ui.close();
                }
            }
        });
    });
}

fn one(ui: &mut Ui, form: &Form<'_>, names: &Names, kinds: &[FaultKind], fault: &mut Fault) {
    let same = |a: &FaultKind, b: &FaultKind| std::mem::discriminant(a) == std::mem::discriminant(b);
    let mut all: Vec<FaultKind> = kinds.iter().filter(|kind| !same(kind, &fault.kind)).cloned().collect();
    all.insert(0, fault.kind.clone());
    form.pick(ui, "kind", "What", &mut fault.kind, &all, |kind| word(kind).to_owned());
    match &mut fault.kind {
        FaultKind::ZoneLoss(zone) => form.reference(ui, "zone", "Zone", zone, names.zones.iter().cloned()),
        FaultKind::SpotWave { provider, percent } => {
            form.reference(ui, "provider", "Provider", provider, names.spot.iter().cloned());
            form.value(ui, "percent", "Takes", percent, &PERCENT);
        }
        FaultKind::SpotDrought { provider } => {
            form.reference(ui, "provider", "Provider", provider, names.spot.iter().cloned());
        }
        FaultKind::TaskFailure { service, percent } => {
            form.reference(ui, "service", "Service", service, names.services.iter().cloned());
            form.value(ui, "percent", "Fails", percent, &PERCENT);
        }
        FaultKind::StartFailure { service } => {
            form.reference(ui, "service", "Service", service, names.services.iter().cloned());
        }
    }
    form.value(ui, "at", "After", &mut fault.at, &SPAN);
    match &fault.kind {
        FaultKind::ZoneLoss(_) | FaultKind::SpotDrought { .. } | FaultKind::StartFailure { .. } => {
            form.value(ui, "lasts", "Lasts", &mut fault.lasts, &SPAN);
        }
        // These strike once.
        FaultKind::SpotWave { .. } | FaultKind::TaskFailure { .. } => fault.lasts = Span::ZERO,
    }
}

fn word(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::ZoneLoss(_) => "a zone is lost",
        FaultKind::SpotWave { .. } => "a Spot wave",
        FaultKind::SpotDrought { .. } => "no Spot capacity",
        FaultKind::TaskFailure { .. } => "tasks fail",
        FaultKind::StartFailure { .. } => "tasks fail to start",
    }
}

/// What of the drawing faults can strike.
struct Names {
    zones: Vec<Zone>,
    spot: Vec<CapacityProviderId>,
    services: Vec<ServiceId>,
}

impl Names {
    fn of(design: &Design) -> Self {
        let mut zones: Vec<_> = design.subnets.values().map(|subnet| subnet.zone.clone()).collect();
        zones.sort();
        zones.dedup();
        let own = design.capacity_providers.iter().filter(|(_, p)| p.option() == CapacityOptionType::Spot);
        let spot = std::iter::once(CapacityProviderId::fargate_spot()).chain(own.map(|(id, _)| id.clone())).collect();
        Self { zones, spot, services: design.services.keys().cloned().collect() }
    }

    /// One fault of each kind the drawing can have.
    fn kinds(&self) -> Vec<FaultKind> {
        let half = Percent::from_percent(50);
        let zone = self.zones.first().map(|zone| FaultKind::ZoneLoss(zone.clone()));
        let failures = self.services.first().into_iter().flat_map(|service| {
            let service = service.clone();
            [FaultKind::TaskFailure { service: service.clone(), percent: half }, FaultKind::StartFailure { service }]
        });
        let spot = self.spot.first().into_iter().flat_map(|provider| {
            let provider = provider.clone();
            [FaultKind::SpotWave { provider: provider.clone(), percent: half }, FaultKind::SpotDrought { provider }]
        });
        zone.into_iter().chain(failures).chain(spot).collect()
    }

    /// A fault with names of this drawing where its own are not drawn; none where there is nothing of its kind.
    fn adapted(&self, fault: &Fault) -> Option<Fault> {
        fn or_first<T: Clone + PartialEq>(name: &T, all: &[T]) -> Option<T> {
            if all.contains(name) { Some(name.clone()) } else { all.first().cloned() }
        }
        let kind = match &fault.kind {
            FaultKind::ZoneLoss(zone) => FaultKind::ZoneLoss(or_first(zone, &self.zones)?),
            FaultKind::SpotWave { provider, percent } => {
                FaultKind::SpotWave { provider: or_first(provider, &self.spot)?, percent: *percent }
            }
            FaultKind::SpotDrought { provider } => FaultKind::SpotDrought { provider: or_first(provider, &self.spot)? },
            FaultKind::TaskFailure { service, percent } => {
                FaultKind::TaskFailure { service: or_first(service, &self.services)?, percent: *percent }
            }
            FaultKind::StartFailure { service } => {
                FaultKind::StartFailure { service: or_first(service, &self.services)? }
            }
        };
        Some(Fault { kind, ..fault.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::presets::find;

    #[test]
    fn scripts_take_names_of_the_drawing() {
        let api = find("small-api").expect("it is a preset").project().design;
        let names = Names::of(&api);
        for preset in FAULTS {
            for fault in preset.script().faults {
                let adapted = names.adapted(&fault).expect("it has zones and services");
                if let FaultKind::TaskFailure { service, .. } = &adapted.kind {
                    assert!(api.services.contains_key(service), "{service}");
                }
            }
        }
        let empty = Names { zones: Vec::new(), spot: Vec::new(), services: Vec::new() };
        assert!(empty.kinds().is_empty());
    }
}
