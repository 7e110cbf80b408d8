#!/usr/bin/env python3
"""Lints the chart, renders it with several sets of values and checks the result: each object against the Kubernetes
schemas, each setting against the program's configuration, and the settings that depend on an ingress.

    pip install -r helm/requirements.txt && python3 helm/check.py
"""

import pathlib
import sys
import tomllib

import helm_python as helm
import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).parent
CHART = str(HERE / "penny")
DEFAULTS = tomllib.loads((HERE.parent / "config.default.toml").read_text())
KUBERNETES = ["1.30", "1.34"]
CASES = {
    "defaults": {},
    "all values": {
        "replicas": 2,
        "publicUrl": "https://penny.acme.test",
        "database": {"url": "postgres://penny:secret@db/penny"},
        "bootstrap": {"email": "alice@acme.test", "password": "a long one"},
        "models": {"default": "ollama/x", "openaiCompatible": {"baseUrl": "https://models.test/v1", "apiKey": "k"}},
        "settings": {"PENNY__AUTH__PASSWORD_ENABLED": "false"},
        "secretSettings": {"PENNY__AUTH__OIDC__ACME__CLIENT_SECRET": "s"},
        "ingress": {"enabled": True, "className": "nginx", "tls": [{"secretName": "t", "hosts": ["penny.acme.test"]}]},
        "persistence": {"accessModes": ["ReadWriteMany"], "storageClass": "fast"},
        "podLabels": {"team": "data"},
        "podAnnotations": {"a": "b"},
    },
    "existing secret, no persistence": {
        "existingSecret": "mine",
        "persistence": {"enabled": False},
    },
}


def settings(manifests):
    """Returns the PENNY__ variables of the container, its own and those of the chart's secret."""
    variables = {}
    for manifest in manifests:
        if manifest["kind"] == "Secret":
            variables |= manifest["stringData"] or {}
        if manifest["kind"] == "Deployment":
            for container in manifest["spec"]["template"]["spec"]["containers"]:
                variables |= {entry["name"]: entry["value"] for entry in container["env"]}
    return variables


def is_known(name):
    """Returns whether the program has this setting: it does not start with an unknown one."""
    *tables, key = name.removeprefix("PENNY__").lower().split("__")
    table = DEFAULTS
    for each in tables:
        table = table.get(each, {})
    return key in table


def errors(values, manifests):
    """Yields a description of each error in the objects rendered with these values."""
    for manifest in manifests:
        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(manifest, version, strict=True)
            except Exception as error:  # The library raises several types; each is an error of the chart.
                yield f"{manifest['kind']}, Kubernetes {version}: {error}"
    actual = settings(manifests)
    expected = values.get("settings", {}) | values.get("secretSettings", {})
    for name in actual.keys() - expected.keys():
        if not is_known(name):
            yield f"{name} is not a setting of the program"
    for name in expected.keys() - actual.keys():
        yield f"{name} is configured but not rendered"
    # Forwarded addresses are trusted only behind an ingress, which sets them.
    has_ingress = values.get("ingress", {}).get("enabled", False)
    if (actual.get("PENNY__HTTP__TRUST_FORWARDED") == "true") != has_ingress:
        yield "PENNY__HTTP__TRUST_FORWARDED does not match the ingress"


def main() -> int:
    failures = []
    report = helm.lint(CHART)
    failures += [f"lint: {error}" for error in report["errors"]]
    with helm.Chart.load(CHART) as chart:
        for case, values in CASES.items():
            rendered = chart.render(values, name="penny", namespace="default")
            manifests = [
                manifest
                for name, text in rendered.items()
                if not name.endswith(".txt")
                for manifest in yaml.safe_load_all(text)
                if manifest
            ]
            failures += [f"{case}: {error}" for error in errors(values, manifests)]
            print(f"{case}: {', '.join(sorted(manifest['kind'] for manifest in manifests))}")
        try:
            chart.render({"replicas": 2}, name="penny", namespace="default")
        except helm.HelmError:
            print("two replicas without Postgres are refused")
        else:
            failures.append("two replicas without Postgres were not refused")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
