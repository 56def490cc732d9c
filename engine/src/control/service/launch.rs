//! When one more task of a service may be launched: the service's rate and the account's (rule RAT-06), its vCPUs (RAT-05).

use crate::plan::Plan;
use crate::plan::index::Ix;
use crate::plan::provider::PlannedProvider;
use crate::plan::service::PlannedService;
use crate::state::State;
use crate::units::SimTime;

/// The first whole second at which a task of a service may be launched on a provider; `now` where it may be already.
///
/// Assumption: where several services wait for the account's launches, the first in the plan's order has them first; AWS
/// names no order (rule SVC-16).
pub fn free_at(
    plan: &Plan,
    state: &State,
    ix: Ix<PlannedService>,
    provider: Ix<PlannedProvider>,
    now: SimTime,
) -> SimTime {
    let rate = plan.providers[provider].launches;
    let of_service = state.service(ix).launches.free_at(now, rate.service_a_minute);
    let of_account = rate.account.map_or(now, |ration| state.providers[provider.index()].bucket.free_at(now, ration));
    of_service.max(of_account)
}

/// Whether one more task keeps within the account's vCPUs on Fargate.
///
/// Assumption: a task counts from its launch until it is STOPPED; the page says "concurrently" (rule RAT-05).
pub fn within_quota(plan: &Plan, state: &State, ix: Ix<PlannedService>, provider: Ix<PlannedProvider>) -> bool {
    let used = state.providers[provider.index()].vcpus;
    plan.providers[provider].vcpus.is_none_or(|most| used + plan.services[ix].cpu <= most)
}
