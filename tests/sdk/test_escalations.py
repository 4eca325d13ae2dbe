"""The whole life of escalations and schedules, as the vendor's own Python SDK plays it."""

import json
import time
import urllib.request
from datetime import datetime, timedelta, timezone

from incident_io import AuthenticatedClient
from incident_io.api.alert_events_v2 import alert_events_v2_create_http
from incident_io.api.escalations_v2 import (
    escalations_v2_cancel_escalation,
    escalations_v2_check_escalation_permissions,
    escalations_v2_create,
    escalations_v2_create_path,
    escalations_v2_list,
    escalations_v2_reassign_escalation,
    escalations_v2_respond_escalation,
    escalations_v2_show,
)
from incident_io.api.schedules_v2 import (
    schedules_v2_create,
    schedules_v2_destroy,
    schedules_v2_list_schedule_entries,
    schedules_v2_preview_schedule_entries,
    schedules_v2_show,
    schedules_v2_update,
)
from incident_io.api.users_v2 import (
    users_v2_list_notification_methods,
    users_v2_list_notification_rules,
)
from incident_io.api.utilities_v1 import utilities_v1_identity
from incident_io.models import (
    AlertEventsCreateHTTPPayloadV2,
    ErrorResponse,
    EscalationsCheckEscalationPermissionsPayloadV2,
    EscalationsCreatePathPayloadV2,
    EscalationsCreatePayloadV2,
    EscalationsReassignEscalationPayloadV2,
    EscalationsRespondEscalationPayloadV2,
    EscalationsV2ListCreatedAt,
    EscalationsV2ListEscalationPath,
    EscalationsV2ListIdempotencyKey,
    EscalationsV2ListStatus,
    SchedulesCreatePayloadV2,
    SchedulesPreviewScheduleEntriesPayloadV2,
    SchedulesUpdatePayloadV2,
)

from served import Served

MAYA = "01J0USERMAYA00000000000000"
TOM = "01J0USERTOM000000000000000"


class Escalations(Served):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = lambda id: {"id": id, "type": "user", "urgency": "high", "schedule_mode": "currently_on_call"}
        level = lambda id, targets: {
            "id": id,
            "type": "level",
            "level": {"targets": targets, "time_to_ack_seconds": 600, "ack_mode": "first"},
        }
        path = {"name": "Both", "path": [level("one", [user(MAYA), user(TOM)]), level("two", [user(TOM)])]}
        payload = EscalationsCreatePathPayloadV2.from_dict(path)
        cls.path = escalations_v2_create_path.sync(client=cls.client, body=payload).escalation_path

    def start(self, key, **more):
        body = {"idempotency_key": key, "title": f"Checkout {key}", **(more or {"escalation_path_id": self.path.id})}
        made = escalations_v2_create.sync(client=self.client, body=EscalationsCreatePayloadV2.from_dict(body))
        self.assertNotIsInstance(made, ErrorResponse, made)
        return made.escalation

    def show(self, one):
        return escalations_v2_show.sync(one.id, client=self.client).escalation

    def wait_for(self, one, status):
        """Waits until the escalation has this status: the server pages people after it has answered."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            shown = self.show(one)
            if shown.status == status:
                return shown
            time.sleep(0.02)
        self.fail(f"the escalation is {shown.status}, not {status}")

    def respond(self, one, response, user=None, **more):
        body = EscalationsRespondEscalationPayloadV2.from_dict({"response": response, **more})
        client = self.acting_for(user) if user else self.client
        return escalations_v2_respond_escalation.sync_detailed(one.id, client=client, body=body)

    def list(self, **filters):
        listed = escalations_v2_list.sync(client=self.client, **filters)
        self.assertNotIsInstance(listed, ErrorResponse, listed)
        return [one.id for one in listed.escalations]

    def test_one_is_acknowledged(self):
        one = self.start("ack-1")
        self.assertEqual(one.status, "pending")
        self.assertEqual(self.start("ack-1").id, one.id)
        shown = self.wait_for(one, "triggered")
        self.assertEqual(shown.escalation_path_id, self.path.id)
        self.assertTrue(shown.events)

        asked = EscalationsCheckEscalationPermissionsPayloadV2.from_dict({"user_ids": [MAYA, "01J0USERALICE0000000000000"]})
        may = escalations_v2_check_escalation_permissions.sync(one.id, client=self.client, body=asked)
        self.assertNotIsInstance(may, ErrorResponse, may)
        self.assertEqual(len(may.to_dict()["response_options"]), 2)

        # A key may not decline in its own name; a person may.
        self.assertEqual(self.respond(one, "nack").status_code, 422)
        self.assertEqual(self.respond(one, "nack", MAYA).status_code, 200)
        self.assertEqual(self.respond(one, "ack", TOM).status_code, 200)
        self.assertEqual(self.wait_for(one, "acked").id, one.id)
        self.assertEqual(self.respond(one, "ack", MAYA).status_code, 409)

    def test_one_is_snoozed_and_cancelled(self):
        one = self.start("snooze-1")
        self.wait_for(one, "triggered")
        until = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat(timespec="seconds")
        said = self.respond(one, "snooze", snooze_details={"snooze_until": until})
        self.assertEqual(said.status_code, 200, said.content)
        self.assertEqual(self.show(one).status, "snoozed")
        for _ in range(2):
            gone = escalations_v2_cancel_escalation.sync_detailed(one.id, client=self.client)
            self.assertEqual(gone.status_code, 200)
        self.assertEqual(self.show(one).status, "cancelled")

    def test_one_is_reassigned(self):
        one = self.start("reassign-1")
        self.wait_for(one, "triggered")
        body = EscalationsReassignEscalationPayloadV2.from_dict({"user_ids": [TOM]})
        new = escalations_v2_reassign_escalation.sync(one.id, client=self.acting_for(MAYA), body=body)
        self.assertNotIsInstance(new, ErrorResponse, new)
        self.assertNotEqual(new.escalation.id, one.id)
        self.assertEqual(self.show(one).status, "resolved")
        again = escalations_v2_reassign_escalation.sync(one.id, client=self.client, body=body)
        self.assertEqual((again.status, again.type_.value), (409, "conflict"))

    def test_lists_with_filters(self):
        first, second = self.start("list-a"), self.start("list-b", user_ids=[MAYA])
        self.wait_for(first, "triggered")
        prefix = EscalationsV2ListIdempotencyKey.from_dict({"starts_with": ["list-"]})
        self.assertEqual(self.list(idempotency_key=prefix), [second.id, first.id])
        by_path = EscalationsV2ListEscalationPath.from_dict({"one_of": [self.path.id]})
        self.assertEqual(self.list(idempotency_key=prefix, escalation_path=by_path), [first.id])
        not_in = EscalationsV2ListStatus.from_dict({"not_in": ["cancelled", "expired"]})
        today = EscalationsV2ListCreatedAt.from_dict({"gte": [datetime.now(timezone.utc).date().isoformat()]})
        self.assertEqual(self.list(idempotency_key=prefix, status=not_in, created_at=today), [second.id, first.id])
        page = escalations_v2_list.sync(client=self.client, page_size=1, idempotency_key=prefix)
        after = page.pagination_meta.after
        self.assertEqual(self.list(page_size=1, after=after, idempotency_key=prefix), [first.id])
        wrong = EscalationsV2ListStatus.from_dict({"like": ["x"]})
        refused = escalations_v2_list.sync(client=self.client, status=wrong)
        self.assertEqual((refused.status, refused.errors[0].source.pointer), (422, "status[like]"))

    def test_an_alert_begins_one_and_ends_it(self):
        source = {"name": "Prometheus", "routes": [{"escalation_path_id": self.path.id}]}
        request = urllib.request.Request(
            f"{self.client._base_url}/builder/v1/alert_sources",
            data=json.dumps(source).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            source = json.load(answer)["alert_source"]
        client = AuthenticatedClient(
            base_url=self.client._base_url, token=source["secret"], raise_on_unexpected_status=True
        )
        for status, expected in [("firing", "triggered"), ("resolved", "resolved")]:
            body = {"title": "Checkout is failing", "status": status, "deduplication_key": "checkout"}
            taken = alert_events_v2_create_http.sync(
                source["id"], client=client, body=AlertEventsCreateHTTPPayloadV2.from_dict(body)
            )
            self.assertEqual(taken.deduplication_key, "checkout", taken)
            listed = escalations_v2_list.sync(client=self.client).escalations
            one = next(one for one in listed if one.creator.alert)
            self.assertEqual(self.wait_for(one, expected).title, "Checkout is failing")

    def test_people_and_who_asks(self):
        identity = utilities_v1_identity.sync(client=self.client).identity
        self.assertEqual(identity.name, "api")
        self.assertIn("escalation_creator", [role.value for role in identity.roles])
        methods = users_v2_list_notification_methods.sync(MAYA, client=self.client).notification_methods
        self.assertEqual(len(methods), 1)
        rules = users_v2_list_notification_rules.sync(MAYA, client=self.client).notification_rules
        self.assertEqual(len(rules), 2)


class Schedules(Served):
    def test_the_life_of_a_schedule(self):
        rotation = {
            "name": "Days",
            "users": [{"id": MAYA}, {"email": "tom.okafor@northlight.example"}],
            "layers": [{"name": "First"}],
            "handover_start_at": "2026-03-02T09:00:00Z",
            "handovers": [{"interval_type": "daily", "interval": 1}],
        }
        body = {"name": "Days", "timezone": "Europe/London", "config": {"rotations": [rotation]}}
        payload = SchedulesCreatePayloadV2.from_dict({"schedule": body})
        made = schedules_v2_create.sync(client=self.client, body=payload)
        self.assertNotIsInstance(made, ErrorResponse, made)
        made = made.schedule
        self.assertEqual([user.id for user in made.config.rotations[0].users], [MAYA, TOM])

        rotation["id"] = made.config.rotations[0].id
        rotation["users"].reverse()
        window = {"entry_window_start": "2026-03-02T09:00:00Z", "entry_window_end": "2026-03-04T09:00:00Z"}
        payload = SchedulesPreviewScheduleEntriesPayloadV2.from_dict({"schedule": body, **window})
        preview = schedules_v2_preview_schedule_entries.sync(made.id, client=self.client, body=payload)
        names = lambda entries: [entry.user.name for entry in entries.schedule_entries.final]
        self.assertEqual(names(preview), ["Tom Okafor", "Maya Chen"])
        payload = SchedulesUpdatePayloadV2.from_dict({"schedule": {**body, "name": "Other days"}})
        changed = schedules_v2_update.sync(made.id, client=self.client, body=payload).schedule
        self.assertEqual((changed.id, changed.name), (made.id, "Other days"))
        shown = schedules_v2_show.sync(made.id, client=self.client).schedule
        self.assertEqual(shown.config.to_dict(), changed.config.to_dict())
        entries = schedules_v2_list_schedule_entries.sync(
            client=self.client,
            schedule_id=made.id,
            entry_window_start=datetime(2026, 3, 2, 9, tzinfo=timezone.utc),
            entry_window_end=datetime(2026, 3, 4, 9, tzinfo=timezone.utc),
        )
        self.assertEqual(names(entries), ["Tom Okafor", "Maya Chen"])
        self.assertEqual(schedules_v2_destroy.sync_detailed(made.id, client=self.client).status_code, 202)
        self.assertEqual(schedules_v2_show.sync(made.id, client=self.client).status, 404)

    def test_a_schedule_that_is_refused(self):
        rotation = {"name": "Days", "users": [{"id": "none"}], "handovers": []}
        body = {"name": "S", "timezone": "Moon/Sea", "config": {"rotations": [rotation]}}
        payload = SchedulesCreatePayloadV2.from_dict({"schedule": body})
        refused = schedules_v2_create.sync(client=self.client, body=payload)
        self.assertEqual(refused.status, 422)
        pointers = [error.source.pointer for error in refused.errors]
        self.assertIn("schedule.timezone", pointers)
        self.assertIn("schedule.config.rotations.0.handover_start_at", pointers)
