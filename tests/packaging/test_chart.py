"""The Helm chart: linted and rendered by Helm's own library, and what it renders against Kubernetes' own schemas.

Nothing is started. RENDERED is a folder that what was rendered is written to.
"""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import helm_python as helm
import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "packaging/helm/escalation-path-builder"
EXAMPLES = sorted((ROOT / "packaging/helm/examples").glob("*.yaml"))
# The oldest that Chart.yaml names, and the newest that the schemas have.
VERSIONS = ["1.26.0", kubernetes_validate.latest_version()]


def values(example):
    return yaml.safe_load(example.read_text())


def render(given, chart=CHART):
    """Each template with what it renders to, leaving out those that render to nothing."""
    with helm.Chart.load(chart) as loaded:
        loaded.validate_schema(given)
        files = loaded.render(given, name="paths", namespace="oncall")
    return {pathlib.PurePath(path).name: text for path, text in files.items() if text.strip() and path.endswith(".yaml")}


def resources(given):
    return [document for text in render(given).values() for document in yaml.safe_load_all(text) if document]


def findings(given, chart=CHART):
    report = helm.lint(chart, given, strict=True)
    worse = [message["error"] for message in report["messages"] or [] if message["severity"] > 1]
    return worse + list(report["errors"] or [])


def broken(name, old, new):
    """A copy of the chart in which one file is different."""
    folder = tempfile.mkdtemp()
    unittest.addModuleCleanup(shutil.rmtree, folder)
    copy = pathlib.Path(folder) / CHART.name
    shutil.copytree(CHART, copy)
    text = (copy / name).read_text()
    assert old in text, old
    (copy / name).write_text(text.replace(old, new))
    return copy


class Chart(unittest.TestCase):
    def test_the_linter_has_no_findings(self):
        for example in EXAMPLES:
            with self.subTest(example.name):
                self.assertEqual(findings(values(example)), [])

    def test_kubernetes_knows_every_field(self):
        rendered = pathlib.Path(os.environ["RENDERED"])
        shutil.rmtree(rendered, ignore_errors=True)
        rendered.mkdir(parents=True)
        for example in EXAMPLES:
            given = values(example)
            for name, text in render(given).items():
                (rendered / f"{example.stem}-{name}").write_text(text)
            for resource in resources(given):
                for version in VERSIONS:
                    with self.subTest(f"{example.name}: {resource['kind']}: {version}"):
                        kubernetes_validate.validate(resource, version, strict=True)

    def test_the_examples_have_every_kind(self):
        kinds = {resource["kind"] for example in EXAMPLES for resource in resources(values(example))}
        self.assertEqual(kinds, {"Deployment", "Service", "Ingress", "PersistentVolumeClaim"})

    def test_the_container_may_do_little(self):
        for example in EXAMPLES:
            (deployment,) = (r for r in resources(values(example)) if r["kind"] == "Deployment")
            pod = deployment["spec"]["template"]["spec"]
            (container,) = pod["containers"]
            self.assertIs(pod["securityContext"]["runAsNonRoot"], True)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertIs(pod["automountServiceAccountToken"], False)
            self.assertIs(container["securityContext"]["readOnlyRootFilesystem"], True)
            self.assertIs(container["securityContext"]["allowPrivilegeEscalation"], False)
            self.assertEqual(container["securityContext"]["capabilities"], {"drop": ["ALL"]})
            self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/livez")
            self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            self.assertEqual(mounted, {volume["name"] for volume in pod["volumes"]})

    def test_secrets_are_files(self):
        for example in EXAMPLES:
            text = "\n".join(render(values(example)).values())
            self.assertNotIn("secretKeyRef", text)
            self.assertNotRegex(text, re.compile("--(database|oidc-client-secret)="))

    def test_what_cannot_work_is_refused(self):
        image = {"repository": "server"}
        for given, said in [
            ({}, "image.repository"),
            ({"image": image, "replicas": 2}, "more than one takes database: postgres"),
            ({"image": image, "database": "postgres"}, "server.toml"),
            ({"image": image, "ingress": {"enabled": True}}, "ingress.host"),
            ({"image": image, "options": {"database": "postgres://user:password@host/name"}}, "propertyName 'database'"),
            ({"image": image, "option": {"log": "json"}}, "option"),
        ]:
            with self.subTest(said), self.assertRaisesRegex(helm.HelmError, re.escape(said)):
                render(given)

    def test_the_checks_can_fail(self):
        given = values(EXAMPLES[0])
        self.assertNotEqual(findings(given, broken("templates/service.yaml", "{{- include", "{{- includes")), [])
        self.assertNotEqual(findings(given, broken("Chart.yaml", "version: 0.1.0", "version: one")), [])
        misspelt = broken("templates/deployment.yaml", "readOnlyRootFilesystem", "readonlyRootFilesystem")
        deployment = yaml.safe_load(render(given, misspelt)["deployment.yaml"])
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(deployment, VERSIONS[0], strict=True)


if __name__ == "__main__":
    unittest.main(testRunner=unittest.TextTestRunner(stream=sys.stdout, verbosity=2))
