"""Runs schemathesis against our server and its OpenAPI document: what it finds is a fault of one or the other.

The program of the server is in SERVER; `cargo xtask test schema` sets it and runs this. How much is tried is in
schemathesis.toml; the seed is fixed, so that each run tries the same.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).parent
# Far beyond the time that it takes.
AT_MOST_SECONDS = 600


MAYA = "01J0USERMAYA00000000000000"


def made(address, path, body, name):
    """Makes something and returns its id."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)[name]["id"]


def ids(address):
    """Ids of what there is, by the path that needs one: others are of nothing, and are answered by 404."""
    window = {"start_at": "2030-05-04T12:00:00Z", "end_at": "2030-05-04T18:00:00Z"}
    schedule, layer = "01J0SCHEDPRIMARY0000000000", {"rotation_id": "primary", "layer_id": "primary-1"}
    override = {"schedule_id": schedule, **layer, "user": {"id": MAYA}, **window}
    pause = {"user_id": MAYA, "starts_at": window["start_at"], "ends_at": window["end_at"]}
    escalation = {"idempotency_key": "schema", "title": "Schema", "user_ids": [MAYA]}
    template = json.loads((HERE.parent / "contract/examples/08-template.create.json").read_text())["body"]
    own = "/builder/v1"
    return {
        "/v2/users": MAYA,
        own + "/users": MAYA,
        "/v2/schedules": schedule,
        "/v2/schedule_overrides": made(address, "/v2/schedule_overrides", override, "override"),
        "/v2/escalations": (begun := made(address, "/v2/escalations", escalation, "escalation")),
        own + "/escalations": begun,
        "/v2/on_call_notification_pauses": made(
            address, own + "/on_call_notification_pauses", pause, "on_call_notification_pause"
        ),
        "/v2/escalation_path_templates": made(
            address, "/v2/escalation_path_templates", template, "escalation_path_template"
        ),
        own + "/alert_sources": made(address, own + "/alert_sources", {"name": "Schema"}, "alert_source"),
        own + "/webhook_endpoints": made(
            address, own + "/webhook_endpoints", {"url": "https://example.com/"}, "webhook_endpoint"
        ),
    }


def configuration(address):
    """The file beside this one, with an id for all operations that need one and delete nothing."""
    text = (HERE / "schemathesis.toml").read_text()
    for path, id in ids(address).items():
        names = "{ " + ", ".join(f'"path.{name}" = "{id}"' for name in ("id", "user_id", "escalation_id")) + " }"
        include = f"include-path-regex = '^{path}/[{{]'"
        text += f"\n[[operations]]\n{include}\nexclude-method = 'DELETE'\nparameters = {names}\n"
    return text


def main():
    with tempfile.TemporaryDirectory() as folder:
        app = pathlib.Path(folder) / "app"
        app.mkdir()
        (app / "index.html").write_text("")
        options = ["--listen", "127.0.0.1:0", "--data", folder, "--app", str(app)]
        unlimited = ["--requests-per-minute", "0", "--escalations-per-minute", "0"]
        server = subprocess.Popen(
            [os.environ["SERVER"], *options, *unlimited], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            address = server.stdout.readline().strip().rsplit(" ", 1)[1].rstrip("/")
            program = pathlib.Path(sys.executable).parent / "st"
            config = pathlib.Path(folder) / "schemathesis.toml"
            config.write_text(configuration(address))
            run = [program, "--config-file", config, "run", f"{address}/openapi.json"]
            found = subprocess.run([*run, "--phases", "coverage,fuzzing"], cwd=folder, timeout=AT_MOST_SECONDS)
            alive = server.poll() is None
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()
    if not alive:
        print("the server has ended")
    sys.exit(found.returncode or not alive)


if __name__ == "__main__":
    main()
