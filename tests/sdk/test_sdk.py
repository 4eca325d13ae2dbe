"""The vendor's own Python SDK as a client of our server.

The program of the server is in SERVER; `cargo xtask test sdk` sets it and runs this.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timezone

from incident_io import AuthenticatedClient
from incident_io.api.escalations_v2 import (
    escalations_v2_create_path,
    escalations_v2_destroy_path,
    escalations_v2_list_paths,
    escalations_v2_show_path,
    escalations_v2_update_path,
)
from incident_io.api.schedules_v2 import (
    schedules_v2_list,
    schedules_v2_list_schedule_entries,
    schedules_v2_show,
)
from incident_io.api.users_v2 import users_v2_list, users_v2_show
from incident_io.models import (
    ErrorResponse,
    EscalationsCreatePathPayloadV2,
    EscalationsUpdatePathPayloadV2,
)

EXAMPLES = pathlib.Path(__file__).parent.parent / "contract" / "examples"
PRIMARY = "01J0SCHEDPRIMARY0000000000"


def example(name):
    return json.loads((EXAMPLES / f"{name}.create.json").read_text())["body"]


class Sdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        app = pathlib.Path(cls.folder.name) / "app"
        app.mkdir()
        (app / "index.html").write_text("")
        options = ["--listen", "127.0.0.1:0", "--data", cls.folder.name, "--app", str(app)]
        cls.server = subprocess.Popen(
            [os.environ["SERVER"], *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        address = cls.server.stdout.readline().strip().rsplit(" ", 1)[1]
        cls.client = AuthenticatedClient(
            base_url=address.rstrip("/"), token="any", raise_on_unexpected_status=True
        )

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.server.stdout.close()
        cls.folder.cleanup()

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
        self.assertEqual(error.message, "Notify_channel type requires a notify_channel payload")

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


if __name__ == "__main__":
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2)
    unittest.main(testRunner=runner)
