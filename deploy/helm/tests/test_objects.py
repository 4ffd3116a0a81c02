"""Every object that any chart renders, with every values file."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

CUSTOM = {
    kind: json.loads((Path(__file__).parent / "schemas" / f"{kind.lower()}.json").read_text())
    for kind in ("ServiceMonitor", "HTTPRoute")
}
"""What the charts use of objects that are not Kubernetes' own."""


@pytest.mark.parametrize("version", ["1.30", "1.34", kubernetes_validate.latest_version()])
def test_is_what_kubernetes_takes(rendered, version):
    assert rendered.objects
    for found in rendered.objects:
        if found["kind"] in CUSTOM:
            jsonschema.validate(found, CUSTOM[found["kind"]])
        else:
            kubernetes_validate.validate(found, version, strict=True)


def test_names_are_single_and_in_the_release_s_namespace(rendered):
    names = [(found["apiVersion"], found["kind"], found["metadata"]["name"]) for found in rendered.objects]
    assert len(names) == len(set(names))
    for found in rendered.objects:
        if found["kind"] != "ConfigMap":
            assert found["metadata"]["namespace"] == "gardens"
            assert found["metadata"]["labels"]["app.kubernetes.io/part-of"] == "gardenos"


def test_pods_are_locked_down(rendered):
    for _, pod in rendered.pods():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        # Kubernetes would set GARDENOS_LEADS_PORT=tcp://… for a Service of that name, and settings would read it.
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]
            assert not container["image"].endswith(":latest")


def test_serving_pods_are_probed_and_end_gently(rendered):
    for deployment in rendered.of("Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        web = deployment["metadata"]["labels"]["app.kubernetes.io/name"] == "web"
        for probe, path in {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz?traffic=true"}.items():
            asked = container[f"{probe}Probe"]["httpGet"]
            assert asked["port"] == "http"
            assert asked["path"] == ("/livez" if web else path)
        # Uvicorn gives requests 20 s to end; the kill must come after that and after preStop.
        assert spec["terminationGracePeriodSeconds"] > container["lifecycle"]["preStop"]["sleep"]["seconds"] + 20


def test_selectors_meet_serving_pods_alone(rendered):
    serving = [deployment["spec"]["template"]["metadata"]["labels"] for deployment in rendered.of("Deployment")]
    others = [pod["metadata"]["labels"] for found, pod in rendered.pods() if found["kind"] != "Deployment"]

    def meets(selector: dict[str, str], labels: dict[str, str]) -> bool:
        return selector.items() <= labels.items()

    selectors = [service["spec"]["selector"] for service in rendered.of("Service")]
    selectors += [budget["spec"]["selector"]["matchLabels"] for budget in rendered.of("PodDisruptionBudget")]
    selectors += [policy["spec"]["podSelector"]["matchLabels"] for policy in rendered.of("NetworkPolicy")]
    selectors += [deployment["spec"]["selector"]["matchLabels"] for deployment in rendered.of("Deployment")]
    for selector in selectors:
        assert sum(meets(selector, labels) for labels in serving) == 1
        assert not any(meets(selector, labels) for labels in others)


def test_pods_spread_over_their_own_kind(rendered):
    for deployment in rendered.of("Deployment"):
        for constraint in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]:
            assert constraint["labelSelector"] == deployment["spec"]["selector"]
            assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"


def test_the_autoscaler_alone_sets_replicas(rendered):
    scaled = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in rendered.of("HorizontalPodAutoscaler")}
    for deployment in rendered.of("Deployment"):
        assert ("replicas" in deployment["spec"]) == (deployment["metadata"]["name"] not in scaled)


def test_no_chart_carries_a_secret(rendered):
    assert not rendered.of("Secret")
    words = ("TOKEN", "PASSWORD", "SECRET", "SIGNING_KEY", "API_KEY", "MODEL_KEY", "DATABASE_URL", "MIGRATION_URL")
    for found, pod in rendered.pods():
        for container in pod["spec"]["containers"]:
            for variable in container.get("env", []):
                if variable["name"].endswith(words):
                    assert variable["valueFrom"].keys() == {"secretKeyRef"}, (found["kind"], variable["name"])


def test_only_the_migration_knows_the_owner(rendered):
    def environment(pod: dict[str, Any]) -> dict[str, Any]:
        return {v["name"]: v for container in pod["spec"]["containers"] for v in container.get("env", [])}

    for deployment in rendered.of("Deployment"):
        pod = deployment["spec"]["template"]
        assert "migration" not in json.dumps(pod).lower()
        assert "envFrom" not in json.dumps(pod)
    for job in rendered.of("Job"):
        service = job["metadata"]["labels"]["app.kubernetes.io/name"].replace("-", "_")
        secrets = {name for name, v in environment(job["spec"]["template"]).items() if "valueFrom" in v}
        assert secrets == {f"GARDENOS_{service.upper()}_MIGRATION_URL"}
        assert job["spec"]["template"]["spec"]["containers"][0]["command"] == [
            "python", "-m", service if rendered.chart == "consumer" else f"gardenos_{service}", "migrate",
        ]  # fmt: skip


def test_the_migration_runs_before_anything_of_the_release(rendered):
    for job in rendered.of("Job"):
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
        spec = job["spec"]["template"]["spec"]
        # Neither the release's account nor a claim of it exists yet.
        assert "serviceAccountName" not in spec
        assert all(volume.keys() == {"name", "emptyDir"} for volume in spec["volumes"])


def test_every_mount_has_its_volume_and_every_claim_exists(rendered):
    claims = {claim["metadata"]["name"] for claim in rendered.of("PersistentVolumeClaim")}
    for _, pod in rendered.pods():
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
        mounts = [mount["name"] for c in pod["spec"]["containers"] for mount in c.get("volumeMounts", [])]
        assert set(mounts) == volumes.keys()
        for volume in volumes.values():
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims
