"""A server of our own for the tests of a class, and the vendor's client of it."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from incident_io import AuthenticatedClient


class Served(unittest.TestCase):
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

    @classmethod
    def acting_for(cls, user):
        """The same client on behalf of a user."""
        return AuthenticatedClient(
            base_url=cls.client._base_url,
            token="any",
            raise_on_unexpected_status=True,
            headers={"X-Incident-User": user},
        )
