//! How questions go to a worker: as text, and of a path only what is another than in one that was sent before. An edit
//! changes one place of a document, so what comes before that place and what comes after it is not sent again.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_engine::Instant;
use escalation_engine::prove::Expectation;
use serde::{Deserialize, Serialize};

use super::{PathQuery, Request};

/// So many documents are kept on either side: the path, what it was before an edit, and what was saved.
const MAX_DOCUMENTS: usize = 4;

/// A question with the documents that it is about.
#[derive(Serialize, Deserialize)]
struct Message {
    asked: Asked,
    id: String,
    from: Instant,
    until: Instant,
    documents: Vec<Sent>,
}

/// What is asked of the first document.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    Judge(Vec<Expectation>),
    Suggest(Vec<Expectation>),
    SuggestFixes(Vec<Expectation>),
    /// With what it was: the second document.
    Compare,
    Gaps,
}

/// A document, by what differs from one that was sent before.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Sent {
    /// Where the one that was sent before is kept.
    of: usize,
    /// Where this one is kept from now on.
    to: usize,
    /// So many bytes from the beginning of that one are the beginning of this one.
    first: usize,
    /// And so many bytes of its end.
    last: usize,
    /// What is in between.
    text: String,
}

/// What has been sent to a worker: what questions are written with.
#[derive(Default)]
pub struct Outbox {
    /// The documents as they were sent, each with the number of the message that it was last used in.
    documents: Vec<(Arc<PathPayload>, String, u64)>,
    messages: u64,
}

impl Outbox {
    /// A question as text, for [`Inbox::read`], which must read all that are written, in their order.
    #[must_use]
    pub fn write(&mut self, request: &Request) -> String {
        self.messages += 1;
        let (about, asked, before) = match request {
            Request::Judge(about, all) => (about, Asked::Judge(all.clone()), None),
            Request::Suggest(about, all) => (about, Asked::Suggest(all.clone()), None),
            Request::SuggestFixes(about, all) => (about, Asked::SuggestFixes(all.clone()), None),
            Request::Compare(about, before) => (about, Asked::Compare, Some(before)),
            Request::Gaps(about) => (about, Asked::Gaps, None),
        };
        let documents = [Some(&about.path), before].into_iter().flatten().map(|path| self.send(path)).collect();
        let PathQuery { id, from, until, .. } = about;
        let message = Message { asked, id: id.clone(), from: *from, until: *until, documents };
        serde_json::to_string(&message).unwrap_or_default()
    }

    fn send(&mut self, path: &Arc<PathPayload>) -> Sent {
        let known = self.documents.iter().position(|(known, ..)| Arc::ptr_eq(known, path));
        if let Some((of, (_, text, used))) = known.and_then(|of| Some((of, self.documents.get_mut(of)?))) {
            *used = self.messages;
            return Sent { of, to: of, first: text.len(), last: 0, text: String::new() };
        }
        let text = serde_json::to_string(&**path).unwrap_or_default();
        // An edit follows the last one; what was not used for longest makes room for it.
        let used = |(position, (.., used)): (usize, &(_, _, u64))| (*used, position);
        let of = self.documents.iter().enumerate().map(used).max().map_or(0, |(_, position)| position);
        let to = match self.documents.iter().enumerate().map(used).min() {
            Some((_, oldest)) if self.documents.len() >= MAX_DOCUMENTS => oldest,
            _ => self.documents.len(),
        };
        let before = self.documents.get(of).map_or("", |(_, text, _)| text);
        let (first, last) = common(before, &text);
        let between = text.get(first..text.len() - last).unwrap_or_default().to_string();
        let document = (path.clone(), text, self.messages);
        match self.documents.get_mut(to) {
            Some(place) => *place = document,
            None => self.documents.push(document),
        }
        Sent { of, to, first, last, text: between }
    }
}

/// How many bytes two texts have in common at their beginning and, apart from those, at their end; whole characters.
fn common(before: &str, after: &str) -> (usize, usize) {
    let most = before.len().min(after.len());
    let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let first = (0..=same).rev().find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    let rest = most - first;
    let same = before.bytes().rev().zip(after.bytes().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let is_boundary = |count: &usize| after.is_char_boundary(after.len() - count);
    (first, (0..=same).rev().find(is_boundary).unwrap_or(0))
}

/// What has come from an [`Outbox`]: what its questions are read with.
#[derive(Default)]
pub struct Inbox {
    documents: Vec<(String, Arc<PathPayload>)>,
}

impl Inbox {
    /// Reads a question; nothing where the text is none.
    #[must_use]
    pub fn read(&mut self, text: &str) -> Option<Request> {
        let Message { asked, id, from, until, documents } = serde_json::from_str(text).ok()?;
        let mut paths = Vec::new();
        for sent in documents {
            paths.push(self.take(sent)?);
        }
        let mut paths = paths.into_iter();
        let about = PathQuery { id, path: paths.next()?, from, until };
        Some(match asked {
            Asked::Judge(all) => Request::Judge(about, all),
            Asked::Suggest(all) => Request::Suggest(about, all),
            Asked::SuggestFixes(all) => Request::SuggestFixes(about, all),
            Asked::Compare => Request::Compare(about, paths.next()?),
            Asked::Gaps => Request::Gaps(about),
        })
    }

    fn take(&mut self, sent: Sent) -> Option<Arc<PathPayload>> {
        let Sent { of, to, first, last, text } = sent;
        let before = self.documents.get(of);
        if let Some((_, path)) = before.filter(|(known, _)| of == to && first == known.len()) {
            return Some(path.clone());
        }
        let before = before.map_or("", |(text, _)| text);
        let end = before.get(before.len().checked_sub(last)?..)?;
        let text = format!("{}{text}{end}", before.get(..first)?);
        let path: Arc<PathPayload> = Arc::new(serde_json::from_str(&text).ok()?);
        let count = self.documents.len();
        match self.documents.get_mut(to) {
            Some(place) => *place = (text, path.clone()),
            None if to == count => self.documents.push((text, path.clone())),
            None => return None,
        }
        Some(path)
    }
}
