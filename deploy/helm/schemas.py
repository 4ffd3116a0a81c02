"""Writes each chart's `values.schema.json`: closed, so that a misspelt value fails the release, not the night.

The charts share most of their values, and a schema in one chart cannot refer to a file in another; so what is
shared is said once, here. `schemas.py` writes the files; `schemas.py --check` fails where one is stale.
"""

import json
import sys
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

HERE = Path(__file__).parent
SERVICES = ("identity", "leads", "clients", "comms", "ai", "reporting")


def closed(**properties: Schema) -> Schema:
    """An object with these properties and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def text(pattern: str | None = None) -> Schema:
    """A string, matching `pattern` where one is given."""
    return {"type": "string"} | ({"pattern": pattern} if pattern else {})


def whole(minimum: int, maximum: int | None = None) -> Schema:
    """An integer in the given bounds."""
    return {"type": "integer", "minimum": minimum} | ({"maximum": maximum} if maximum is not None else {})


def one_of(*choices: str) -> Schema:
    """One of a few words."""
    return {"enum": list(choices)}


def list_of(items: Schema) -> Schema:
    """A list, each item by the schema."""
    return {"type": "array", "items": items}


FLAG: Schema = {"type": "boolean"}
STRINGS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
KUBERNETES: Schema = {"type": "object"}
"""An object that Kubernetes checks itself."""

NAME = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
OPTIONAL_NAME = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"
KEY = r"^[-._a-zA-Z0-9]+$"
OPTIONAL_URL = r"^(https?://[^\s]+)?$"
QUANTITY = r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"

PORT = whole(1, 65535)
RESOURCES = closed(
    requests=closed(cpu={"type": ["string", "integer", "number"]}, memory=text(QUANTITY)),
    limits=closed(cpu={"type": ["string", "integer", "number"]}, memory=text(QUANTITY)),
)

GLOBAL = closed(
    namePrefix=text(r"^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$"),
    image=closed(
        registry=text(),
        tag=text(r"^[A-Za-z0-9_.-]{0,128}$"),
        pullPolicy=one_of("Always", "IfNotPresent", "Never"),
        pullSecrets=list_of(text(NAME)),
    ),
    kafka=closed(bootstrap=text(r"^[^\s,]+:[0-9]+(,[^\s,]+:[0-9]+)*$"), partitions=whole(1), replication=whole(1)),
    internalToken=closed(existingSecret=text(NAME), key=text(KEY)),
    masterKey=closed(existingSecret=text(NAME), key=text(KEY)),
    urls=closed(**{service: text(OPTIONAL_URL) for service in SERVICES}),
    logLevel=one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    otlpEndpoint=text(OPTIONAL_URL),
    trustedProxies=text(),
    ingress=closed(enabled=FLAG, className=text(), host=text(), tlsSecret=text(OPTIONAL_NAME), annotations=STRINGS),
    httpRoute=closed(enabled=FLAG, parentRefs=list_of(KUBERNETES), hostnames=list_of(text())),
    serviceMonitor=closed(enabled=FLAG, interval=text(r"^[0-9]+(s|m)$"), labels=STRINGS),
    networkPolicy=closed(enabled=FLAG, ingressFrom=list_of(KUBERNETES)),
)

WORKLOAD = {
    "enabled": FLAG,
    "image": closed(
        repository=text(r"^[a-z0-9][a-z0-9._/-]*$"),
        tag=text(r"^[A-Za-z0-9_.-]{0,128}$"),
        digest=text(r"^(sha256:[0-9a-f]{64})?$"),
    ),
    "routes": list_of(text(r"^/")),
    "replicas": whole(0),
    "resources": RESOURCES,
    "autoscaling": closed(
        enabled=FLAG, minReplicas=whole(1), maxReplicas=whole(1), targetCPUUtilizationPercentage=whole(1, 100)
    ),
    "podDisruptionBudget": closed(enabled=FLAG, maxUnavailable={"anyOf": [whole(0), text(r"^[0-9]{1,3}%$")]}),
    "serviceAccount": closed(annotations=STRINGS),
    "ingress": closed(annotations=STRINGS),
    "networkPolicy": closed(egressPorts=list_of(PORT), publicPorts=list_of(PORT)),
    "podAnnotations": STRINGS,
    "podLabels": STRINGS,
    "nodeSelector": STRINGS,
    "tolerations": list_of(KUBERNETES),
    "affinity": KUBERNETES,
    "priorityClassName": text(OPTIONAL_NAME),
    "preStopSeconds": whole(0, 300),
    "terminationGracePeriodSeconds": whole(1, 3600),
    "extraObjects": list_of(KUBERNETES),
}

PROBE = closed(
    initialDelaySeconds=whole(0),
    periodSeconds=whole(1),
    timeoutSeconds=whole(1),
    successThreshold=whole(1),
    failureThreshold=whole(1),
)

NOT_PLAIN = r"(TOKEN|SECRET|PASSWORD|(^|_)KEY|DATABASE_URL|MIGRATION_URL)$"
"""Settings that come from a Secret: never by `settings`, which ends in the pod's plain environment."""

SERVICE = {
    "database": closed(existingSecret=text(OPTIONAL_NAME), urlKey=text(KEY), pool=whole(1), statementCache=whole(0)),
    "migration": closed(
        enabled=FLAG,
        existingSecret=text(OPTIONAL_NAME),
        urlKey=text(KEY),
        activeDeadlineSeconds=whole(1),
        backoffLimit=whole(0),
        resources=RESOURCES,
    ),
    "settings": {
        "type": "object",
        "propertyNames": {"pattern": r"^[A-Z][A-Z0-9_]*$", "not": {"pattern": NOT_PLAIN}},
        "additionalProperties": {"type": ["string", "integer", "number", "boolean"]},
    },
    "extraEnv": list_of({"type": "object", "required": ["name"]}),
    "probes": closed(startup=PROBE, liveness=PROBE, readiness=PROBE),
}

OWN: dict[str, Schema] = {
    "consumer": {
        "name": text(r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$") | {"not": one_of(*SERVICES)},
        # The tag that all charts share is the platform's own version, not that of another team's image.
        "image": closed(
            repository=text(r"^[a-z0-9][a-z0-9._/-]*$"),
            tag=text(r"^[A-Za-z0-9_.-]{1,128}$"),
            digest=text(r"^(sha256:[0-9a-f]{64})?$"),
        ),
    },
    "leads": {
        "mail": closed(
            enabled=FLAG,
            domain=text(r"^([A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*)?$"),
            tlsSecret=text(OPTIONAL_NAME),
            service=closed(type=one_of("ClusterIP", "LoadBalancer", "NodePort"), port=PORT, annotations=STRINGS),
            **{"from": list_of(KUBERNETES)},
        )
    },
    "identity": {"signingKey": closed(existingSecret=text(OPTIONAL_NAME), key=text(KEY))},
    "ai": {
        "qdrant": closed(url=text(OPTIONAL_URL), existingSecret=text(OPTIONAL_NAME), key=text(KEY)),
        "data": closed(
            enabled=FLAG,
            mountPath=text(r"^/[^\s]+$"),
            existingClaim=text(OPTIONAL_NAME),
            size=text(QUANTITY),
            storageClass=text(OPTIONAL_NAME),
        ),
        "model": closed(name=text(), existingSecret=text(OPTIONAL_NAME), key=text(KEY)),
    },
}


def schema_of(chart: str) -> Schema:
    """The schema of one chart's values."""
    if chart == "gardenos":
        # Each chart's own schema checks what stands under its name.
        properties: Schema = {name: {"type": "object"} for name in (*SERVICES, "web")}
    else:
        # Helm puts the library's values among those of the chart that uses it.
        properties = {
            **WORKLOAD,
            **(SERVICE if chart in (*SERVICES, "consumer") else {}),
            **OWN.get(chart, {}),
            "gardenos-lib": KUBERNETES,
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Values of the {chart} chart",
        **closed(**{"global": GLOBAL}, **properties),
    }


def main() -> int:
    """Write the schemas, or with `--check` compare; the exit code."""
    stale = []
    for chart in (*SERVICES, "consumer", "web", "gardenos"):
        path = HERE / chart / "values.schema.json"
        wanted = json.dumps(schema_of(chart), indent=2) + "\n"
        if "--check" not in sys.argv:
            path.write_text(wanted)
        elif not path.exists() or path.read_text() != wanted:
            stale.append(f"{path.relative_to(HERE)} is stale: run deploy/helm/schemas.py")
    print("\n".join(stale), file=sys.stderr, end="\n" if stale else "")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
