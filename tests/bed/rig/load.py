"""A large cluster, put straight into the API: no kubelet, no controller, each status patched by hand."""

import datetime
from concurrent.futures import ThreadPoolExecutor

NAMESPACES = 50
THREADS = 16
CONTAINER_ENV = [{"name": f"SETTING_{number:02d}", "value": f"value-of-setting-{number:02d}"} for number in range(6)]
TOLERATIONS = [{"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
               for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")]


def fill(api, nodes, pods):
    """Creates this many nodes, all Ready, and pods, all Running."""
    for number in range(NAMESPACES):
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace(number)}})
    with ThreadPoolExecutor(THREADS) as pool:
        for made in pool.map(lambda number: node(api, number), range(nodes)):
            assert made is None
        for made in pool.map(lambda number: pod(api, number, nodes), range(pods)):
            assert made is None


def namespace(number):
    return f"team-{number % NAMESPACES:02d}"


def pod_name(number):
    return f"service-{number // 10:04d}-7d9c5b6f4d-{number:05d}"


def node_name(number):
    return f"ip-10-{number // 256}-{number % 256}-10.ec2.internal"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(kind, reason):
    return {"type": kind, "status": "True", "reason": reason, "lastTransitionTime": now(), "lastHeartbeatTime": now()}


def node(api, number):
    resources = {"cpu": "8", "memory": "32Gi", "pods": "58"}
    path = "/api/v1/nodes"
    api.post(path, {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node_name(number), "labels": {
        "topology.kubernetes.io/zone": f"us-east-1{'abc'[number % 3]}", "node.kubernetes.io/instance-type": "m7g.2xlarge"}}})
    api.patch(f"{path}/{node_name(number)}/status", {"status": {
        "capacity": resources, "allocatable": resources, "conditions": [condition("Ready", "KubeletReady")],
        "nodeInfo": {"kubeletVersion": "v1.36.0-eks-bed", "osImage": "Amazon Linux 2023", "architecture": "arm64", "bootID": "", "machineID": "",
                     "systemUUID": "", "kernelVersion": "6.12", "containerRuntimeVersion": "containerd://2.1", "kubeProxyVersion": "",
                     "operatingSystem": "linux"}}})


def pod(api, number, nodes):
    """One pod of two containers, about as large as a real one (8 KB of JSON)."""
    path, name = f"/api/v1/namespaces/{namespace(number)}/pods", pod_name(number)
    service = name.rsplit("-", 2)[0]
    containers = [{
        "name": part, "image": f"registry.example.com/{service}/{part}:2026.11.{number % 30}", "env": CONTAINER_ENV,
        "ports": [{"name": "http", "containerPort": 8080}], "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}}, "livenessProbe": {"httpGet": {"path": "/alive", "port": "http"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/config"}, {"name": "scratch", "mountPath": "/tmp"}],
    } for part in ("app", "proxy")]
    api.post(path, {"apiVersion": "v1", "kind": "Pod", "metadata": {
        "name": name, "labels": {"app": service, "pod-template-hash": "7d9c5b6f4d", "team": namespace(number), "tier": "backend"},
        "annotations": {"prometheus.io/scrape": "true", "checksum/config": "0f343b0931126a20f133d67c2b018a3b5c2a7c3e1f8d1a4b9d0c6e7f8a9b0c1d"},
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{service}-7d9c5b6f4d", "controller": True,
                             "uid": f"00000000-0000-4000-8000-{number // 10:012d}"}],
    }, "spec": {
        "nodeName": node_name(number % nodes), "containers": containers, "tolerations": TOLERATIONS,
        "volumes": [{"name": "config", "configMap": {"name": f"{service}-config"}}, {"name": "scratch", "emptyDir": {}}],
    }})
    api.patch(f"{path}/{name}/status", {"status": status(number, containers)})


def status(number, containers):
    return {
        "phase": "Running", "podIP": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", "hostIP": "10.0.0.1", "startTime": now(), "qosClass": "Burstable",
        "conditions": [condition(kind, "") for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")],
        "containerStatuses": [{
            "name": container["name"], "image": container["image"], "imageID": f"{container['image']}@sha256:{number:064x}", "containerID": f"containerd://{number:064x}",
            "ready": True, "started": True, "restartCount": number % 3, "state": {"running": {"startedAt": now()}},
        } for container in containers]}


def change(api, number, restarts):
    """Lets a pod's first container have restarted once more."""
    path = f"/api/v1/namespaces/{namespace(number)}/pods/{pod_name(number)}/status"
    api.patch(path, {"status": {"containerStatuses": [{
        "name": "app", "image": "", "imageID": "", "ready": True, "started": True, "restartCount": restarts, "state": {"running": {"startedAt": now()}},
    }]}}, "application/strategic-merge-patch+json")
