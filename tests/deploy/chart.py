"""The chart as Helm renders it: valid for the oldest and the newest Kubernetes, hardened, and with what it names."""

import pathlib
import sys

import helm_python as helm
import kubernetes_validate
import yaml

CHART = pathlib.Path(__file__).parents[2] / "deploy/helm/saydo"
# The oldest that Chart.yaml allows, and the newest with a schema.
VERSIONS = ("1.27", kubernetes_validate.latest_version())
# Defined by the Prometheus Operator, not by Kubernetes.
FOREIGN = {"ServiceMonitor"}

LEAST = {"existingSecret": "saydo"}
EVERYTHING = {
    "existingSecret": "saydo",
    "secretKeys": ["BETTER_AUTH_SECRET", "DATABASE_URL", "REDIS_URL", "SAYDO_METRICS_TOKEN"],
    "settings": {"SAYDO_TRUST_PROXY": "on", "CORS_ORIGINS": "https://todo.example.com"},
    "image": {"tag": "1.2.3"},
    "imagePullSecrets": [{"name": "registry"}],
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "todo-tls"},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "backup": {"enabled": True, "existingClaim": "backups"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "spot", "operator": "Exists"}],
    "affinity": {"podAntiAffinity": {}},
    "podAnnotations": {"example.com/note": "x"},
    "migration": {"downTo": 9},
}
# The largest body that is taken, in MB: crates/server/src/http/routes/voice/mod.rs.
LARGEST_MB = 25
# What PostgreSQL allows when nobody changes it, without those kept for its administrators.
CONNECTIONS = 97
FIXED = {"existingSecret": "saydo", "autoscaling": {"enabled": False}, "podDisruptionBudget": {"enabled": False}, "smoke": {"enabled": False}}
ALWAYS = {"Deployment", "Job", "Service"}
SCALED = ALWAYS | {"HorizontalPodAutoscaler", "PodDisruptionBudget", "Pod"}
RENDERED = {
    "the least": (LEAST, SCALED),
    "everything": (EVERYTHING, SCALED | {"Ingress", "ServiceMonitor"}),
    "a fixed number": (FIXED, ALWAYS),
}
# What is refused, and the word by which the operator is told.
REFUSED = {
    "no secret": ({}, "existingSecret"),
    "no database": ({"existingSecret": "saydo", "secretKeys": ["BETTER_AUTH_SECRET"]}, "secretKeys"),
    "passwords in the clear": ({"existingSecret": "saydo", "ingress": {"enabled": True}}, "ingress.tlsSecret"),
    "backups nowhere": ({"existingSecret": "saydo", "backup": {"enabled": True}}, "backup.existingClaim"),
    "metrics for all": ({"existingSecret": "saydo", "serviceMonitor": {"enabled": True}}, "SAYDO_METRICS_TOKEN"),
}

faults = []


def expect(good, what):
    if not good:
        faults.append(what)


def documents(chart, values):
    rendered = chart.render(values, name="todo", namespace="apps")
    return [document for path, text in rendered.items() if path.endswith(".yaml") for document in yaml.safe_load_all(text) if document]


def hardened(where, pod):
    """What every pod has, whatever the values."""
    security = pod["securityContext"]
    expect(security["runAsNonRoot"] and security["runAsUser"] == 65532, f"{where}: runs as root")
    expect(security["seccompProfile"]["type"] == "RuntimeDefault", f"{where}: no seccomp profile")
    expect(pod["automountServiceAccountToken"] is False, f"{where}: has a token for the cluster")
    volumes = {volume["name"] for volume in pod.get("volumes", [])}
    for container in pod["containers"]:
        inside = container["securityContext"]
        expect(inside["readOnlyRootFilesystem"] and not inside["allowPrivilegeEscalation"], f"{where}: may write or rise")
        expect(inside["capabilities"] == {"drop": ["ALL"]}, f"{where}: keeps capabilities")
        expect("memory" in container["resources"]["limits"], f"{where}: no memory limit")
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        expect(mounted == volumes, f"{where}: mounts {mounted}, has {volumes}")
        secrets = [item["value"] for item in container["env"] if item["name"].endswith("_FILE")]
        keys = [f"/secrets/{item['path']}" for volume in pod.get("volumes", []) if "secret" in volume for item in volume["secret"]["items"]]
        expect(secrets == keys, f"{where}: reads {secrets}, is given {keys}")


def connected(where, found):
    """What finds another thing by a name or a label finds it."""
    deployment, service, job = found["Deployment"], found["Service"], found["Job"]
    pod = deployment["spec"]["template"]
    labels = pod["metadata"]["labels"].items()
    expect(deployment["spec"]["selector"]["matchLabels"].items() <= labels, f"{where}: the deployment does not find its pods")
    expect(service["spec"]["selector"].items() <= labels, f"{where}: the service does not find the pods")
    other = job["spec"]["template"]["metadata"]["labels"].items()
    expect(not service["spec"]["selector"].items() <= other, f"{where}: the service sends requests to the migration")
    expect(job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade", f"{where}: pods start on an old schema")
    container = pod["spec"]["containers"][0]
    delay = next((int(item["value"]) for item in container["env"] if item["name"] == "SAYDO_STOP_DELAY"), 0)
    expect(0 < delay < pod["spec"]["terminationGracePeriodSeconds"] - 12, f"{where}: goes on for {delay} s when it ends")
    probes = {probe: container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    expect(probes == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}, f"{where}: probes {probes}")
    ports = {port["name"] for port in container["ports"]}
    expect({port["targetPort"] for port in service["spec"]["ports"]} <= ports, f"{where}: the service's port is not there")
    if "HorizontalPodAutoscaler" in found:
        target = found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"]
        expect(target == deployment["metadata"]["name"], f"{where}: scales something else")
        expect("replicas" not in deployment["spec"], f"{where}: two decide how many there are")
        set_here = {item["name"]: item.get("value") for item in container["env"]}
        each = int(set_here["DB_POOL_SIZE"]) + int(set_here["DB_MAX_OVERFLOW"]) + 1
        # An upgrade adds a pod.
        most = (found["HorizontalPodAutoscaler"]["spec"]["maxReplicas"] + 1) * each
        expect(most <= CONNECTIONS, f"{where}: {most} connections to PostgreSQL")
    if "PodDisruptionBudget" in found:
        chosen = found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"].items()
        expect(chosen <= labels, f"{where}: the disruption budget does not find the pods")
    if "Ingress" in found:
        body = found["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
        expect(int(body.removesuffix("m")) > LARGEST_MB, f"{where}: the proxy takes bodies of {body} only")
        backend = found["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"]
        expect(backend == service["metadata"]["name"], f"{where}: the ingress does not find the service")


def goes_back(chart):
    """With `migration.downTo` the job takes migrations back, and does nothing else."""
    for values, wanted in ((LEAST, ["migrate", "up"]), (LEAST | {"migration": {"downTo": 9}}, ["migrate", "down", "--to", "9"])):
        job = next(document for document in documents(chart, values) if document["kind"] == "Job")
        told = job["spec"]["template"]["spec"]["containers"][0]["args"]
        expect(told == wanted, f"the migration is told {told}, not {wanted}")


def check_rendered(chart, where, values, kinds):
    found = {document["kind"]: document for document in documents(chart, values)}
    expect(set(found) == kinds, f"{where}: {sorted(found)}")
    for kind, document in found.items():
        for version in VERSIONS if kind not in FOREIGN else ():
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                faults.append(f"{where}: {kind} for {version}: {error.message}")
        pod = document["spec"] if kind == "Pod" else document.get("spec", {}).get("template", {}).get("spec")
        if pod:
            hardened(f"{where}: {kind}", pod)
    connected(where, found)


def main():
    lint = helm.lint(str(CHART), LEAST, strict=True, kube_version=f"v{VERSIONS[0]}.0")
    faults.extend(lint["errors"])
    with helm.Chart.load(CHART) as chart:
        for where, (values, kinds) in RENDERED.items():
            check_rendered(chart, where, values, kinds)
        goes_back(chart)
        for where, (values, word) in REFUSED.items():
            try:
                chart.render(values, name="todo")
                faults.append(f"{where}: was not refused")
            except helm.HelmError as error:
                expect(word in str(error), f"{where}: the reason does not name {word}: {error}")
    for fault in faults:
        print(f"chart: {fault}", file=sys.stderr)
    if not faults:
        print(f"chart: Helm {helm.helm_sdk_version()} renders it, Kubernetes {' and '.join(VERSIONS)} take it")
    return 1 if faults else 0


sys.exit(main())
