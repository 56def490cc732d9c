//! The words of a finding: rules, severities, places, fixes.
//!
//! A rule's id names the fault, not the cure, so that "allow `nat-gateway-in-one-zone`" reads well. Fixes are ordinary
//! edits: whoever applies one can undo it.

use std::fmt;

use super::context::Context;
use crate::design::ItemRef;
use crate::design::edit::Edit;
use crate::design::id::ScenarioId;

/// The name of a rule: `nat-gateway-in-one-zone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS would refuse the design, or it could never work: nothing can be run or priced.
    Error,
    /// It works until something ordinary happens.
    Warning,
    /// It works; there is a better way, with its reason.
    Advice,
}

/// What a finding is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An item of the drawing.
    Item(ItemRef),
    /// A scenario.
    Scenario(ScenarioId),
}

/// Where a finding is: an item or a scenario and one of its fields, named as in the design file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The item, or the scenario.
    pub item: Subject,
    /// Its field.
    pub field: &'static str,
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a button says it.
    pub label: String,
    /// The edits, in order.
    pub edits: Vec<Edit>,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub at: Place,
    /// The scenario it is found in; none is the design as drawn.
    pub scenario: Option<ScenarioId>,
    /// What is wrong, with the numbers.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Edits that mend it, where some are safe.
    pub fixes: Vec<Fix>,
    /// Whether it touches no quantity: an error that does not withhold the estimate of a bill.
    pub leaves_bill: bool,
    /// Whether what the account says mends it: then the account's form is where to go on, with or without a fix.
    pub is_of_account: bool,
}

/// One rule: a row of its family's table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// How bad its findings are.
    pub severity: Severity,
    /// The fault in one sentence.
    pub what: &'static str,
    /// Where AWS says so, or whose advice it is.
    pub source: &'static str,
    /// Whether its findings touch no quantity: what is drawn can be counted and priced all the same.
    pub leaves_bill: bool,
    /// Looks for the fault.
    pub(super) check: fn(&Context<'_>, &mut Findings),
}

/// What has been found so far.
#[derive(Debug)]
pub struct Findings {
    rule: RuleId,
    severity: Severity,
    leaves_bill: bool,
    found: Vec<Diagnostic>,
}

impl Rule {
    /// A row of a family's table.
    pub(super) const fn new(
        id: &'static str,
        severity: Severity,
        what: &'static str,
        source: &'static str,
        check: fn(&Context<'_>, &mut Findings),
    ) -> Self {
        Self { id: RuleId(id), severity, what, source, leaves_bill: false, check }
    }

    /// A rule whose findings touch no quantity: a route, a role or a certificate that is missing.
    pub(super) const fn leaving_the_bill(self) -> Self {
        Self { leaves_bill: true, ..self }
    }

    /// Looks for the rule's fault.
    pub(super) fn run(&self, context: &Context<'_>) -> Vec<Diagnostic> {
        let mut findings = Findings::of(self.id, self.severity);
        findings.leaves_bill = self.leaves_bill;
        (self.check)(context, &mut findings);
        findings.into_found()
    }
}

impl Findings {
    /// None yet, of a rule.
    pub(super) fn of(rule: RuleId, severity: Severity) -> Self {
        Self { rule, severity, leaves_bill: false, found: Vec::new() }
    }

    /// What was found.
    pub(super) fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// Adds a finding; fixes may be hung on what comes back.
    pub(super) fn add(
        &mut self,
        item: impl Into<Subject>,
        field: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> &mut Diagnostic {
        self.found.push(Diagnostic {
            rule: self.rule,
            severity: self.severity,
            at: Place { item: item.into(), field },
            scenario: None,
            message: message.into(),
            hint: hint.into(),
            fixes: Vec::new(),
            leaves_bill: self.leaves_bill,
            is_of_account: false,
        });
        self.found.last_mut().expect("a finding was pushed in the line above")
    }
}

impl Diagnostic {
    /// Hangs a fix on the finding.
    pub(super) fn fix(&mut self, label: impl Into<String>, edits: Vec<Edit>) -> &mut Self {
        self.fixes.push(Fix { label: label.into(), edits });
        self
    }

    /// Leads on to the account, where its user writes what is so.
    pub(super) fn of_account(&mut self) -> &mut Self {
        self.is_of_account = true;
        self
    }
}

impl Subject {
    /// The name alone.
    pub fn name(&self) -> &str {
        match self {
            Self::Item(at) => at.name(),
            Self::Scenario(id) => id.as_str(),
        }
    }

    /// The item, where it is one.
    pub const fn item(&self) -> Option<&ItemRef> {
        match self {
            Self::Item(at) => Some(at),
            Self::Scenario(_) => None,
        }
    }
}

impl From<ItemRef> for Subject {
    fn from(at: ItemRef) -> Self {
        Self::Item(at)
    }
}

impl fmt::Display for Subject {
    /// `service web`, `scenario zone-loss`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(at) => at.fmt(f),
            Self::Scenario(id) => write!(f, "scenario {id}"),
        }
    }
}

impl Severity {
    /// In words: `error`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Place {
    /// `web · capacity`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {}", self.item.name(), self.field)
    }
}

impl fmt::Display for Diagnostic {
    /// `error web · capacity: message (rule)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {} ({})", self.severity, self.at, self.message, self.rule)
    }
}
