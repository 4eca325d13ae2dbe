-- What is over is removed after a time, if that is wanted, and what was set aside is listed.
create index alerts_resolved on alerts (resolved_at) where status = 'resolved';
create index escalations_set_aside on escalations (id) where error is not null;
