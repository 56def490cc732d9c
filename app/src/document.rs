//! The project under edit: its history with names, its path, and whether it is saved.
//!
//! In: labelled [`Change`]s. Out: the project, as it is and as it was. A project is small, so a step of the history is the
//! whole project before it; undo can forget nothing. Nothing here touches a file.

use std::path::PathBuf;
use std::sync::Arc;

use bayplan_engine::design::edit::{Edit, EditError};
use bayplan_engine::design::id::ScenarioId;
use bayplan_engine::design::project::{Layout, Project};
use bayplan_engine::design::scenario::Scenario;

/// One change of a project.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "changes are few and short-lived")]
pub enum Change {
    /// Of the drawing.
    Edit(Edit),
    /// Of where things stand.
    Layout(Layout),
    /// A scenario put in place of one of its name, or taken away.
    Scenario(ScenarioId, Option<Scenario>),
    Name(String),
    Description(String),
    /// A rule switched off, or on again.
    Allow(String, bool),
}

/// A step of the history.
#[derive(Clone, Debug)]
struct Step {
    label: String,
    project: Arc<Project>,
}

/// A project with its history.
#[derive(Clone, Debug)]
pub struct Document {
    project: Arc<Project>,
    undo: Vec<Step>,
    redo: Vec<Step>,
    saved: Option<Arc<Project>>,
    /// Whether it holds work from the first: it was imported or laid out, and no file has it.
    is_work: bool,
    revision: u64,
    pub path: Option<PathBuf>,
}

impl Document {
    /// A project nobody has saved yet.
    pub fn fresh(project: Project) -> Self {
        let project = Arc::new(project);
        let (undo, redo) = (Vec::new(), Vec::new());
        Self { project, undo, redo, saved: None, is_work: false, revision: 0, path: None }
    }

    /// A project that somebody has made, by import or by choices, and would not lose.
    pub fn made(project: Project) -> Self {
        Self { is_work: true, ..Self::fresh(project) }
    }

    /// A project as a file holds it.
    pub fn opened(project: Project, path: PathBuf) -> Self {
        let mut document = Self::fresh(project);
        document.saved = Some(document.project.clone());
        document.path = Some(path);
        document
    }

    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// Grows with every change, undo and redo.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the file, if there is one, holds something else.
    pub fn is_dirty(&self) -> bool {
        match &self.saved {
            Some(saved) => saved != &self.project,
            None => self.is_work || !self.undo.is_empty() || !self.redo.is_empty(),
        }
    }

    /// What undo would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|step| step.label.as_str())
    }

    /// The last step that changed the drawing: its name, and the project before it.
    pub fn last_drawn(&self) -> Option<(&str, &Project)> {
        let last = self.undo.iter().rev().find(|step| step.project.design != self.project.design)?;
        Some((last.label.as_str(), last.project.as_ref()))
    }

    /// What redo would do again.
    pub fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|step| step.label.as_str())
    }

    /// Does all changes as one step, or none of them; changes that change nothing make no step.
    pub fn apply(&mut self, label: &str, changes: &[Change]) -> Result<(), EditError> {
        let mut next = (*self.project).clone();
        for change in changes {
            perform(&mut next, change)?;
        }
        if next != *self.project {
            self.undo
                .push(Step { label: label.to_owned(), project: std::mem::replace(&mut self.project, Arc::new(next)) });
            self.redo.clear();
            self.revision += 1;
        }
        Ok(())
    }

    /// Takes the last step back; answers what it was.
    pub fn undo(&mut self) -> Option<String> {
        let step = self.undo.pop()?;
        let undone = std::mem::replace(&mut self.project, step.project);
        self.redo.push(Step { label: step.label.clone(), project: undone });
        self.revision += 1;
        Some(step.label)
    }

    /// Does the last step taken back again; answers what it was.
    pub fn redo(&mut self) -> Option<String> {
        let step = self.redo.pop()?;
        let before = std::mem::replace(&mut self.project, step.project);
        self.undo.push(Step { label: step.label.clone(), project: before });
        self.revision += 1;
        Some(step.label)
    }

    /// Puts recovered work in place of what the file holds, as a step that can be taken back.
    pub fn restore(&mut self, project: Project) {
        if project != *self.project || self.path.is_none() {
            let before = std::mem::replace(&mut self.project, Arc::new(project));
            self.undo.push(Step { label: "Recover unsaved work".to_owned(), project: before });
            self.revision += 1;
        }
    }

    /// Its file holds `saved` now.
    pub fn is_saved(&mut self, saved: Arc<Project>, path: PathBuf) {
        self.saved = Some(saved);
        self.path = Some(path);
    }
}

fn perform(project: &mut Project, change: &Change) -> Result<(), EditError> {
    match change {
        Change::Edit(edit) => {
            edit.apply(&mut project.design)?;
            follow(&mut project.layout, edit);
            if let Edit::Rename(at, name) = edit {
                project.scenarios.values_mut().for_each(|scenario| scenario.follow_rename(at, name));
            }
        }
        Change::Layout(layout) => project.layout = layout.clone(),
        Change::Scenario(id, Some(scenario)) => {
            project.scenarios.insert(id.clone(), scenario.clone());
        }
        Change::Scenario(id, None) => {
            project.scenarios.remove(id);
        }
        Change::Name(name) => project.name.clone_from(name),
        Change::Description(text) => project.description.clone_from(text),
        Change::Allow(rule, true) if !project.allowed.contains(rule) => {
            project.allowed.push(rule.clone());
            project.allowed.sort();
        }
        Change::Allow(rule, false) => project.allowed.retain(|allowed| allowed != rule),
        Change::Allow(_, true) => {}
    }
    Ok(())
}

/// A renamed band keeps its place, a removed one leaves no trace.
fn follow(layout: &mut Layout, edit: &Edit) {
    match edit {
        Edit::Rename(at, name) => {
            let to = at.kind().named(name);
            if let Some(place) = layout.margins.remove(&at.to_string()) {
                layout.margins.insert(to.to_string(), place);
            }
            for entry in layout.order.iter_mut().filter(|entry| *entry == at) {
                entry.clone_from(&to);
            }
        }
        Edit::Remove(at) => {
            layout.order.retain(|entry| entry != at);
            layout.margins.remove(&at.to_string());
        }
        Edit::Put(_) | Edit::Set(..) | Edit::Account(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bayplan_engine::design::id::{ClusterId, ServiceId, TaskDefinitionId};
    use bayplan_engine::design::knob::Knob;
    use bayplan_engine::design::service::Service;
    use bayplan_engine::design::{Design, Item, ItemRef};
    use bayplan_engine::names::Region;

    fn document() -> Document {
        let mut design = Design::new(Region::new("us-east-1"));
        let service = Service::new(ClusterId::new("main"), TaskDefinitionId::new("web"));
        design.put(Item::Service(ServiceId::new("web"), service));
        Document::fresh(Project::new("shop", design))
    }

    fn web() -> ItemRef {
        ItemRef::Service(ServiceId::new("web"))
    }

    fn count(number: u32) -> Change {
        Change::Edit(Edit::Set(web(), Knob::DesiredCount(number)))
    }

    #[test]
    fn several_changes_are_one_step_and_undo_names_it() {
        let mut document = document();
        let start = document.project().clone();
        document.apply("Scale web", &[count(3), count(9)]).unwrap();
        assert_eq!(document.undo_label(), Some("Scale web"));
        assert_eq!(document.undo(), Some("Scale web".to_owned()));
        assert_eq!(*document.project(), start);
        assert_eq!((document.undo_label(), document.redo_label()), (None, Some("Scale web")));
        document.redo();
        assert_eq!(document.project().design.services[&ServiceId::new("web")].desired_count, 9);
    }

    #[test]
    fn a_change_that_cannot_be_done_changes_nothing() {
        let mut document = document();
        let start = document.project().clone();
        let missing = Change::Edit(Edit::Remove(ItemRef::Cluster(ClusterId::new("none"))));
        assert!(document.apply("Two", &[count(4), missing]).is_err());
        assert_eq!(*document.project(), start);
        assert_eq!(document.undo_label(), None);
    }

    #[test]
    fn what_changes_nothing_makes_no_step() {
        let mut document = document();
        document.apply("Same", &[count(1)]).unwrap();
        assert_eq!(document.undo_label(), None);
        assert!(!document.is_dirty());
    }

    #[test]
    fn undone_back_to_the_saved_state_is_not_dirty() {
        let mut document = document();
        document.apply("Scale", &[count(4)]).unwrap();
        assert!(document.is_dirty());
        document.is_saved(document.project().clone(), PathBuf::from("shop.ron"));
        assert!(!document.is_dirty());
        document.apply("Scale", &[count(5)]).unwrap();
        assert!(document.is_dirty());
        document.undo();
        assert!(!document.is_dirty());
    }

    #[test]
    fn the_layout_follows_renames_and_removals() {
        let mut document = document();
        let layout = Layout { order: vec![web()], ..Layout::default() };
        document.apply("Order", &[Change::Layout(layout)]).unwrap();
        document.apply("Rename", &[Change::Edit(Edit::Rename(web(), "shop".to_owned()))]).unwrap();
        let shop = ItemRef::Service(ServiceId::new("shop"));
        assert_eq!(document.project().layout.order, std::slice::from_ref(&shop));
        document.apply("Remove", &[Change::Edit(Edit::Remove(shop))]).unwrap();
        assert_eq!(document.project().layout.order, []);
    }
}
