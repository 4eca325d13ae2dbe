//! The path's own fields.

use escalation_api::condition::BindingPayload;
use escalation_api::{Named, PathKind, PathPayload, RepeatConfig};
use escalation_engine::Seconds;
use escalation_engine::instant::{DAY, MINUTE};

use super::{Refusal, few_enough, name, put, within};

pub(super) fn rename(path: &mut PathPayload, to: &str) -> Result<(), Refusal> {
    path.name = name(to)?;
    Ok(())
}

pub(super) fn set_teams(path: &mut PathPayload, ids: &[String]) -> Result<(), Refusal> {
    few_enough(ids.len())?;
    // No teams are no teams, whether the list is there or not.
    if !ids.is_empty() || path.team_ids.as_ref().is_some_and(|now| !now.is_empty()) {
        put(&mut path.team_ids, Some(ids.to_vec()), "team_ids", &mut path.extra);
    }
    Ok(())
}

pub(super) fn set_repeat_config(path: &mut PathPayload, config: Option<(Seconds, bool)>) -> Result<(), Refusal> {
    let config = match config {
        None => None,
        Some((after, delay_repeat_on_activity)) => {
            let what = "the seconds until people are paged again";
            let repeat_after_seconds = within(after, 5 * MINUTE, 4 * DAY, what)?;
            let extra = path.repeat_config.take().map(|config| config.extra).unwrap_or_default();
            Some(RepeatConfig { repeat_after_seconds, delay_repeat_on_activity, extra })
        }
    };
    put(&mut path.repeat_config, config, "repeat_config", &mut path.extra);
    Ok(())
}

pub(super) fn set_template(path: &mut PathPayload, id: Option<&str>) -> Result<(), Refusal> {
    let Some(id) = id else {
        if path.is_templated() {
            put(&mut path.kind, Some(PathKind::Standalone), "kind", &mut path.extra);
        }
        put(&mut path.template_id, None, "template_id", &mut path.extra);
        put(&mut path.param_bindings, None, "param_bindings", &mut path.extra);
        return Ok(());
    };
    if !path.path.is_empty() {
        return Err(Refusal::HasNodes);
    }
    let id = name(id)?;
    // The parameters of another template are others.
    if path.template_id.as_ref() != Some(&id) {
        put(&mut path.param_bindings, None, "param_bindings", &mut path.extra);
    }
    put(&mut path.kind, Some(PathKind::Templated), "kind", &mut path.extra);
    put(&mut path.template_id, Some(id), "template_id", &mut path.extra);
    Ok(())
}

pub(super) fn set_binding(
    path: &mut PathPayload,
    parameter: &str,
    binding: Option<&BindingPayload>,
) -> Result<(), Refusal> {
    if !path.is_templated() {
        return Err(Refusal::NotOfThisKind("parameters"));
    }
    let kept = path.extra.get("param_bindings").is_some_and(|kept| !kept.is_null());
    if kept {
        return Err(Refusal::NotUnderstood("param_bindings"));
    }
    let mut all = path.param_bindings.take().unwrap_or(Named(Vec::new()));
    let at = all.0.iter().position(|(of, _)| of == parameter);
    match (at.and_then(|at| all.0.get_mut(at)), binding) {
        (Some((_, bound)), Some(binding)) => *bound = binding.clone(),
        (None, Some(binding)) => all.0.push((name(parameter)?, binding.clone())),
        (_, None) => all.0.retain(|(of, _)| of != parameter),
    }
    few_enough(all.0.len())?;
    put(&mut path.param_bindings, Some(all).filter(|all| !all.0.is_empty()), "param_bindings", &mut path.extra);
    Ok(())
}
