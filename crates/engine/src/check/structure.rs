//! Ids and the order of nodes.

use escalation_api::{At, NodeKind};

use super::{ApiNode, Check, Code, MAX_DEPTH};

impl<'a> Check<'a> {
    pub(super) fn identity(&mut self, node: &'a ApiNode, at: &At<'_>) {
        let at_id = at.field("id");
        if node.id.is_empty() {
            // A sealed node's own faults say it too, with the other things that are wrong with it.
            if !matches!(node.kind, NodeKind::Sealed(_)) {
                self.say(Code::NoId, &at_id, "Id is required");
            }
            return;
        }
        match self.ids.get(node.id.as_str()) {
            Some(first) => {
                let message = format!("Id `{}` is used before, at {first}", node.id);
                self.say(Code::DuplicateId, &at_id, message);
            }
            None => {
                self.ids.insert(&node.id, at.to_string());
            }
        }
    }

    /// What may follow what in a list.
    pub(super) fn order(&mut self, nodes: &'a [ApiNode], at: &At<'_>) {
        for (index, pair) in nodes.windows(2).enumerate() {
            let [node, following] = pair else { continue };
            let at = at.index(index + 1);
            let before = self.node_id.replace(following.id.as_str());
            match (&node.kind, &following.kind) {
                (NodeKind::IfElse(_), _) => {
                    let message = format!(
                        "If_else `{}` must be the last node of its list: what follows is never reached",
                        node.id
                    );
                    self.say(Code::AfterBranch, &at, message);
                }
                (NodeKind::Repeat(_), NodeKind::HandOver(_)) => {}
                (NodeKind::Repeat(_), _) => {
                    let message = format!("Repeat `{}` must be the last node of its list", node.id);
                    self.say(Code::AfterRepeat, &at, message);
                }
                (NodeKind::HandOver(_), _) => {
                    let message = format!("Nothing comes after the hand-over `{}`", node.id);
                    self.say(Code::Unreachable, &at, message);
                }
                _ => {}
            }
            self.node_id = before;
        }
    }

    pub(super) fn branch(&mut self, node: &'a ApiNode, at: &At<'_>) {
        let NodeKind::IfElse(branch) = &node.kind else { return };
        if branch.misread().is_none_or(|field| field != "conditions") && branch.conditions.len() != 1 {
            let message = format!("Conditions must hold exactly one condition, not {}", branch.conditions.len());
            self.say(Code::ConditionCount, &at.field("conditions"), message);
        }
        for (index, condition) in branch.conditions.iter().enumerate() {
            self.condition(condition, &at.field("conditions").index(index));
        }
        let depth = self.enclosing.len() + 1;
        if depth == MAX_DEPTH + 1 {
            let message = format!("Branches are nested {depth} levels deep; at most {MAX_DEPTH} are taken");
            self.say(Code::TooDeep, at, message);
        }
        self.enclosing.push(&node.id);
        for (field, list) in node.children() {
            let at = at.field(field);
            if list.is_empty() && branch.misread().is_none_or(|misread| misread != field) {
                let side = if field == "then_path" { "then" } else { "else" };
                let message = format!("If_else has an empty \"{side}\" branch: the escalation ends there");
                self.say(Code::EmptyBranch, &at, message);
            }
            self.list(list, &at);
        }
        self.enclosing.pop();
    }

    pub(super) fn repeat_target(&mut self, to_node: &str, at: &At<'_>) {
        let first = self.path.path.first().is_some_and(|first| first.id == to_node);
        if !first && !self.enclosing.contains(&to_node) {
            self.say(
                Code::RepeatTarget,
                &at.field("to_node"),
                "To_node must reference an if_else node on the current branch or the root node",
            );
        }
    }
}
