#!/usr/bin/env python3
"""Lints the chart, renders it in several ways and checks each object against Kubernetes' own schemas.

    pip install helm-python-sdk==0.2.2 kubernetes-validate==1.37.0 && python3 helm/check.py
"""

import pathlib
import sys

import helm_python as helm
import kubernetes_validate
import yaml

CHART = str(pathlib.Path(__file__).parent / "penny")
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


def main() -> int:
    wrong = 0
    report = helm.lint(CHART)
    print("lint:", report)
    with helm.Chart.load(CHART) as chart:
        for way, values in WAYS.items():
            kinds = []
            for name, text in chart.render(values, name="penny", namespace="default").items():
                if name.endswith(".txt"):
                    continue
                for thing in yaml.safe_load_all(text):
                    if not thing:
                        continue
                    kinds.append(thing["kind"])
                    for version in KUBERNETES:
                        try:
                            kubernetes_validate.validate(thing, version, strict=True)
                        except Exception as error:  # The library has several kinds; each is a finding.
                            wrong += 1
                            print(f"{way}: {name}: {version}: {error}", file=sys.stderr)
            print(f"{way}: {', '.join(sorted(kinds))}")
        try:
            chart.render({"replicas": 2}, name="penny", namespace="default")
        except helm.HelmError:
            print("two replicas without Postgres are refused")
        else:
            wrong += 1
            print("two replicas without Postgres were not refused", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
