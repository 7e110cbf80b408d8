#!/usr/bin/env python3
"""Lints the chart with Helm's own code, renders it in several ways and checks what comes out: each object against
Kubernetes' own schemas, each setting against the program's, and what an ingress changes.

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
WAYS = {
    "as it comes": {},
    "with everything": {
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
    "with a secret and a claim of one's own, kept nowhere": {
        "existingSecret": "mine",
        "persistence": {"enabled": False},
    },
}




def settings(things):
    """The PENNY__ variables a container gets: written out, and by way of the secret made here."""
    found = {}
    for thing in things:
        if thing["kind"] == "Secret":
            found |= thing["stringData"] or {}
        if thing["kind"] == "Deployment":
            for container in thing["spec"]["template"]["spec"]["containers"]:
                found |= {entry["name"]: entry["value"] for entry in container["env"]}
    return found


def known(name):
    """Whether the program has a setting of this name: it refuses to start with one that it does not know."""
    *tables, key = name.removeprefix("PENNY__").lower().split("__")
    table = DEFAULTS
    for each in tables:
        table = table.get(each, {})
    return key in table


def faults(values, things):
    """What is wrong with the objects rendered with these values, in words."""
    for thing in things:
        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(thing, version, strict=True)
            except Exception as error:  # The library has several kinds; each is a finding.
                yield f"{thing['kind']}, Kubernetes {version}: {error}"
    got = settings(things)
    asked = values.get("settings", {}) | values.get("secretSettings", {})
    for name in got.keys() - asked.keys():
        if not known(name):
            yield f"{name} is no setting of the program"
    for name in asked.keys() - got.keys():
        yield f"{name} was asked for and is not there"
    # Behind an ingress every address is the ingress's own; without one, what a caller says of itself is not believed.
    behind = values.get("ingress", {}).get("enabled", False)
    if (got.get("PENNY__HTTP__TRUST_FORWARDED") == "true") != behind:
        yield "callers' addresses are believed without an ingress, or not behind one"


def main() -> int:
    found = []
    report = helm.lint(CHART)
    found += [f"lint: {error}" for error in report["errors"]]
    with helm.Chart.load(CHART) as chart:
        for way, values in WAYS.items():
            rendered = chart.render(values, name="penny", namespace="default")
            things = [
                thing
                for name, text in rendered.items()
                if not name.endswith(".txt")
                for thing in yaml.safe_load_all(text)
                if thing
            ]
            found += [f"{way}: {fault}" for fault in faults(values, things)]
            print(f"{way}: {', '.join(sorted(thing['kind'] for thing in things))}")
        try:
            chart.render({"replicas": 2}, name="penny", namespace="default")
        except helm.HelmError:
            print("two replicas without Postgres are refused")
        else:
            found.append("two replicas without Postgres were not refused")
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
