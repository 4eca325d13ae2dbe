"""The vendor's own Python SDK as a client of our server.

The program of the server is in SERVER; `cargo xtask test sdk` sets it and runs this.
"""

import json
import pathlib
import sys
import unittest
from datetime import datetime, timezone

from incident_io.api.escalation_path_templates_v2 import (
    escalation_path_templates_v2_create,
    escalation_path_templates_v2_destroy,
    escalation_path_templates_v2_list,
    escalation_path_templates_v2_show,
    escalation_path_templates_v2_update,
)
from incident_io.api.escalations_v2 import (
    escalations_v2_create_path,
    escalations_v2_destroy_path,
    escalations_v2_list_paths,
    escalations_v2_show_path,
    escalations_v2_update_path,
)
from incident_io.api.on_call_notification_pauses_v2 import on_call_notification_pauses_v2_list
from incident_io.api.schedules_v2 import (
    schedules_v2_create_override,
    schedules_v2_destroy_override,
    schedules_v2_list,
    schedules_v2_list_overrides,
    schedules_v2_list_schedule_entries,
    schedules_v2_show,
    schedules_v2_update_override,
)
from incident_io.api.teams_v3 import teams_v3_list, teams_v3_show
from incident_io.api.users_v2 import users_v2_list, users_v2_show
from incident_io.models import (
    ErrorResponse,
    EscalationPathTemplatesCreatePayloadV2,
    EscalationPathTemplatesUpdatePayloadV2,
    EscalationsCreatePathPayloadV2,
    EscalationsUpdatePathPayloadV2,
    SchedulesCreateOverridePayloadV2,
    SchedulesUpdateOverridePayloadV2,
)

from served import Served

# Run with those of this file.
from test_escalations import Escalations, Schedules  # noqa: F401

EXAMPLES = pathlib.Path(__file__).parent.parent / "contract" / "examples"
PRIMARY = "01J0SCHEDPRIMARY0000000000"


def example(name):
    return json.loads((EXAMPLES / f"{name}.create.json").read_text())["body"]


class Sdk(Served):
    def create(self, body):
        payload = EscalationsCreatePathPayloadV2.from_dict(body)
        result = escalations_v2_create_path.sync(client=self.client, body=payload)
        self.assertNotIsInstance(result, ErrorResponse, result)
        return result.escalation_path

    def test_the_life_of_every_example(self):
        names = [
            "01-working-hours-branch",
            "02-hold-until-working-hours",
            "03-priority-branch",
            "04-rota-modes",
            "05-retry-and-round-robin",
            "06-hand-over",
            "09-templated-path",
        ]
        for name in names:
            with self.subTest(name):
                body = example(name)
                made = self.create(body)
                shown = escalations_v2_show_path.sync(made.id, client=self.client).escalation_path
                self.assertEqual(shown.to_dict(), made.to_dict())
                self.assertEqual(shown.name, body["name"])
                self.assertEqual(len(shown.path), len(body["path"]))

                changed = EscalationsUpdatePathPayloadV2.from_dict({**body, "name": "Changed"})
                updated = escalations_v2_update_path.sync(made.id, client=self.client, body=changed)
                self.assertEqual(updated.escalation_path.name, "Changed")

                gone = escalations_v2_destroy_path.sync_detailed(made.id, client=self.client)
                self.assertEqual(gone.status_code, 204)
                missing = escalations_v2_show_path.sync(made.id, client=self.client)
                self.assertIsInstance(missing, ErrorResponse)
                self.assertEqual((missing.status, missing.type_.value), (404, "not_found"))

    def test_a_path_that_is_refused(self):
        body = {"name": "n", "path": [{"id": "a", "type": "notify_channel"}]}
        payload = EscalationsCreatePathPayloadV2.from_dict(body)
        refused = escalations_v2_create_path.sync(client=self.client, body=payload)
        self.assertIsInstance(refused, ErrorResponse)
        self.assertEqual(refused.status, 422)
        error = refused.errors[0]
        self.assertEqual(error.source.pointer, "path.0.notify_channel")
        self.assertEqual(error.message, "Step of type notify_channel: Notify_channel type requires a notify_channel payload")

    def test_pages_of_paths(self):
        seen, after = [], None
        while True:
            more = {"after": after} if after else {}
            page = escalations_v2_list_paths.sync(client=self.client, page_size=3, **more)
            seen += [path.name for path in page.escalation_paths]
            after = page.pagination_meta.to_dict().get("after")
            if not after:
                break
        self.assertGreaterEqual(len(seen), 7)
        self.assertEqual(len(seen), len(set(seen)))
        self.assertIn("Urgent support", seen)

    def test_people(self):
        users = users_v2_list.sync(client=self.client, page_size=100, include_inactive=True).users
        self.assertEqual(len(users), 14)
        one = users_v2_show.sync(users[0].id, client=self.client).user
        self.assertEqual(one.to_dict(), users[0].to_dict())

    def test_schedules_and_entries(self):
        schedules = schedules_v2_list.sync(client=self.client).schedules
        self.assertEqual(len(schedules), 4)
        one = schedules_v2_show.sync(PRIMARY, client=self.client).schedule
        self.assertEqual(one.name, "Primary on-call")
        self.assertEqual(len(one.current_shifts), 1)
        entries = schedules_v2_list_schedule_entries.sync(
            client=self.client,
            schedule_id=PRIMARY,
            entry_window_start=datetime(2026, 3, 24, tzinfo=timezone.utc),
            entry_window_end=datetime(2026, 4, 6, tzinfo=timezone.utc),
        ).schedule_entries
        self.assertEqual([entry.user.name for entry in entries.final], ["Alice Moreau", "Maya Chen"])

    def test_an_override_of_a_schedule(self):
        window = {"start_at": "2026-05-04T12:00:00Z", "end_at": "2026-05-04T18:00:00Z"}
        layer = {"rotation_id": "primary", "layer_id": "primary-1", "user": {"email": "oscar.vidal@northlight.example"}}
        body = SchedulesCreateOverridePayloadV2.from_dict({"schedule_id": PRIMARY, **layer, **window})
        made = schedules_v2_create_override.sync(client=self.client, body=body).override
        self.assertEqual(made.user.name, "Oscar Vidal")
        longer = SchedulesUpdateOverridePayloadV2.from_dict({**layer, **window, "end_at": "2026-05-04T20:00:00Z"})
        moved = schedules_v2_update_override.sync(made.id, client=self.client, body=longer).override
        self.assertEqual((moved.id, moved.end_at.hour), (made.id, 20))
        listed = schedules_v2_list_overrides.sync(client=self.client, schedule_id=PRIMARY).overrides
        self.assertEqual([one.id for one in listed], [made.id])
        entries = schedules_v2_list_schedule_entries.sync(
            client=self.client,
            schedule_id=PRIMARY,
            entry_window_start=datetime(2026, 5, 4, 13, tzinfo=timezone.utc),
            entry_window_end=datetime(2026, 5, 4, 14, tzinfo=timezone.utc),
        ).schedule_entries
        self.assertEqual([entry.user.name for entry in entries.final], ["Oscar Vidal"])
        gone = schedules_v2_destroy_override.sync_detailed(made.id, client=self.client)
        self.assertEqual(gone.status_code, 204)

    def test_the_life_of_a_template(self):
        body = example("08-template")
        payload = EscalationPathTemplatesCreatePayloadV2.from_dict(body)
        made = escalation_path_templates_v2_create.sync(client=self.client, body=payload)
        self.assertNotIsInstance(made, ErrorResponse, made)
        made = made.escalation_path_template
        self.assertEqual([param.name for param in made.params], ["primary_schedule", "backup"])
        binding = made.path[0].level.targets[0].binding.value
        self.assertEqual((binding.reference, binding.label), ("primary_schedule", "Primary schedule"))
        found = escalation_path_templates_v2_list.sync(client=self.client, search="team on-call")
        self.assertEqual([template.id for template in found.escalation_path_templates], [made.id])
        changed = EscalationPathTemplatesUpdatePayloadV2.from_dict({**body, "name": "Changed"})
        updated = escalation_path_templates_v2_update.sync(made.id, client=self.client, body=changed)
        shown = escalation_path_templates_v2_show.sync(made.id, client=self.client)
        self.assertEqual(shown.to_dict(), updated.to_dict())

        path = self.create({**example("09-templated-path"), "template_id": made.id})
        kept = escalation_path_templates_v2_destroy.sync(made.id, client=self.client)
        self.assertEqual((kept.status, kept.type_.value), (409, "conflict"))
        escalations_v2_destroy_path.sync_detailed(path.id, client=self.client)
        gone = escalation_path_templates_v2_destroy.sync_detailed(made.id, client=self.client)
        self.assertEqual(gone.status_code, 204)

    def test_teams_and_pauses(self):
        teams = teams_v3_list.sync(client=self.client).teams
        self.assertEqual(len(teams), 4)
        one = teams_v3_show.sync(teams[0].id, client=self.client).team
        self.assertEqual(one.to_dict(), teams[0].to_dict())
        pauses = on_call_notification_pauses_v2_list.sync(client=self.client)
        self.assertEqual(pauses.on_call_notification_pauses, [])


if __name__ == "__main__":
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2)
    unittest.main(testRunner=runner)
