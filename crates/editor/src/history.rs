//! The open document with all that was done to it.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_engine::Index;

use crate::changes::changes;
use crate::command::{Command, Refusal};
use crate::{tree, words};

/// A document that can be changed, and every change undone.
#[derive(Debug, Clone)]
pub struct Editor {
    /// The states of the document, the first as it was opened.
    states: Vec<State>,
    /// Which of them is now.
    now: usize,
    /// The document as it was saved last.
    saved: Option<Arc<PathPayload>>,
}

#[derive(Debug, Clone)]
struct State {
    path: Arc<PathPayload>,
    /// The change that led here; nothing for the first.
    by: Option<Command>,
}

/// A state of the document, in a list of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The change that led to it: "change timer".
    pub name: &'static str,
    /// Whether the document is in this state.
    pub is_now: bool,
    /// Whether it is what is saved.
    pub is_saved: bool,
}

/// The most states that are kept; the oldest go first.
const MAX_STATES: usize = 1_000;
/// The most nodes that all states have together, so that a large path does not fill the memory.
const MAX_NODES: usize = 200_000;

impl Editor {
    /// Opens a document that is saved as it is.
    #[must_use]
    pub fn open(path: PathPayload) -> Self {
        let path = Arc::new(path);
        Self { states: vec![State { path: path.clone(), by: None }], now: 0, saved: Some(path) }
    }

    /// Opens a document that was never saved.
    #[must_use]
    pub fn new_document(path: PathPayload) -> Self {
        Self { saved: None, ..Self::open(path) }
    }

    /// Goes on with a document that was changed earlier, from how it was saved; nothing if it never was. How it was
    /// changed is not known, so that cannot be undone.
    #[must_use]
    pub fn resume(saved: Option<Arc<PathPayload>>, path: PathPayload) -> Self {
        let first = saved.clone().unwrap_or_else(|| Arc::new(PathPayload::named(&path.name)));
        let states = vec![State { path: first, by: None }, State { path: Arc::new(path), by: None }];
        Self { states, now: 1, saved }
    }

    /// The document as it was saved last; nothing if it never was.
    #[must_use]
    pub fn saved(&self) -> Option<&Arc<PathPayload>> {
        self.saved.as_ref()
    }

    /// The document.
    #[must_use]
    pub fn path(&self) -> Arc<PathPayload> {
        // `now` is always the index of a state.
        self.states
            .get(self.now)
            .or(self.states.first())
            .map(|state| state.path.clone())
            .unwrap_or_else(|| Arc::new(PathPayload::named("")))
    }

    /// Makes a change. What had been undone is forgotten. Returns the node to select, if the change decides that.
    ///
    /// # Errors
    /// Why the change may not be made; the document is as it was.
    pub fn dispatch(&mut self, command: Command) -> Result<Option<String>, Refusal> {
        let before = self.path();
        let path = Arc::new(command.apply(&before)?);
        let selects = command.selects(&before, &path);
        self.states.truncate(self.now + 1);
        self.states.push(State { path, by: Some(command) });
        self.forget_oldest();
        self.now = self.states.len() - 1;
        Ok(selects)
    }

    fn forget_oldest(&mut self) {
        let (mut states, mut nodes) = (0, 0);
        for state in self.states.iter().rev() {
            tree::each(&state.path.path, &mut |_| nodes += 1);
            // The state before the last change is always there to go back to.
            if states >= MAX_STATES || (nodes > MAX_NODES && states >= 2) {
                break;
            }
            states += 1;
        }
        self.states.drain(..self.states.len() - states);
    }

    /// All states, the oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<Entry> {
        let entry = |(index, state): (usize, &State)| Entry {
            name: state.by.as_ref().map_or(words::opened(index > 0), words::command),
            is_now: index == self.now,
            is_saved: self.saved.as_ref().is_some_and(|saved| Arc::ptr_eq(saved, &state.path) || *saved == state.path),
        };
        self.states.iter().enumerate().map(entry).collect()
    }

    /// What the change to a state made different, in short: the first difference in words. Two changes of one name are
    /// told apart by it.
    #[must_use]
    pub fn detail(&self, state: usize, index: &Index) -> Option<String> {
        let (before, by, after) = self.change_to(state)?;
        let node = by.node().map(str::to_string).or_else(|| by.selects(&before.path, &after.path));
        let mut all = changes(&before.path, &after.path, index);
        let at = match all.iter().position(|change| change.node_id == node) {
            Some(at) => at,
            // What is about no step in particular is told by the first that it changes.
            None if node.is_none() && !all.is_empty() => 0,
            None => return None,
        };
        all.swap_remove(at).details.into_iter().next()
    }

    /// The node that the change to a state was about, in words as it was then, with how many others it was about;
    /// nothing where it was about the path.
    #[must_use]
    pub fn about(&self, state: usize, index: &Index) -> Option<String> {
        let (before, by, after) = self.change_to(state)?;
        let id = by.node().map(str::to_string).or_else(|| by.selects(&before.path, &after.path))?;
        // What was deleted is told as it was before.
        [after, before].into_iter().find_map(|state| {
            let node = tree::find(&state.path, &id)?.node;
            let title = words::node(node, &state.path, index).title;
            Some(words::and_more(title, by.count(&before.path).saturating_sub(1)))
        })
    }

    /// The documents before and after the change to a state.
    #[must_use]
    pub fn documents(&self, state: usize) -> Option<(Arc<PathPayload>, Arc<PathPayload>)> {
        self.change_to(state).map(|(before, _, after)| (before.path.clone(), after.path.clone()))
    }

    /// The node that the change to a state was about, by its id, if that state has it.
    #[must_use]
    pub fn node_of(&self, state: usize) -> Option<String> {
        let (before, by, after) = self.change_to(state)?;
        let id = by.selects(&before.path, &after.path).or_else(|| by.node().map(str::to_string))?;
        tree::find(&after.path, &id).map(|_| id)
    }

    /// The change that made a state, with the state before it.
    fn change_to(&self, state: usize) -> Option<(&State, &Command, &State)> {
        let (before, after) = (self.states.get(state.checked_sub(1)?)?, self.states.get(state)?);
        Some((before, after.by.as_ref()?, after))
    }

    /// Goes to the state with this index in [`Editor::history`]; whether there is one and it is another.
    pub fn jump(&mut self, index: usize) -> bool {
        let goes = index < self.states.len() && index != self.now;
        if goes {
            self.now = index;
        }
        goes
    }

    /// Goes back to a state that lies before now, whatever was done since; whether it is still there. What was done
    /// since can be made again.
    pub fn go_back_to(&mut self, path: &Arc<PathPayload>) -> bool {
        let before = self.states.iter().take(self.now).rposition(|state| Arc::ptr_eq(&state.path, path));
        before.is_some_and(|index| self.jump(index))
    }

    /// The change that undo would take back.
    #[must_use]
    pub fn to_undo(&self) -> Option<&Command> {
        self.states.get(self.now)?.by.as_ref().filter(|_| self.now > 0)
    }

    /// The change that redo would make again.
    #[must_use]
    pub fn to_redo(&self) -> Option<&Command> {
        self.states.get(self.now + 1)?.by.as_ref()
    }

    /// Takes the last change back; the change, if there was one.
    pub fn undo(&mut self) -> Option<Command> {
        let undone = self.to_undo().cloned()?;
        self.now -= 1;
        Some(undone)
    }

    /// Makes the change again that was taken back last; the change, if there was one.
    pub fn redo(&mut self) -> Option<Command> {
        let redone = self.to_redo().cloned()?;
        self.now += 1;
        Some(redone)
    }

    /// Whether there is anything that is not saved.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        // The same content is saved content, by whichever way it came about.
        self.saved.as_ref().is_none_or(|saved| !Arc::ptr_eq(saved, &self.path()) && **saved != *self.path())
    }

    /// Whether anything would be lost if the document were gone. Of a new one in which nothing was done nothing is.
    #[must_use]
    pub fn has_unsaved_work(&self) -> bool {
        self.is_dirty() && (self.saved.is_some() || self.states.len() > 1)
    }

    /// How many changes lie between what is saved and what is now, along the history; nothing if what is saved is no
    /// longer in it.
    #[must_use]
    pub fn changes_since_save(&self) -> Option<usize> {
        let saved = self.saved.as_ref()?;
        let at = self.states.iter().position(|state| Arc::ptr_eq(&state.path, saved))?;
        Some(at.abs_diff(self.now))
    }

    /// Notes that a document was saved; it may have been changed since.
    pub fn mark_saved(&mut self, path: &Arc<PathPayload>) {
        self.saved = Some(path.clone());
    }
}
