"""The Kubernetes half of the estate that the bed starts with: rights, nodes, workloads, and one pod that crashes in a loop."""

import time

READ = ["get", "list", "watch"]
ON_DEMAND, SPOT = "on-demand", "spot"
CRASH_LOOP, UNSCHEDULABLE = "bed.quarterdeck/crash-loop", "fraud-model"
PODS = 19


def seed(api):
    for thing in (*rights(), *nodes(), *workloads()):
        api.create(thing)


def settle(api, seconds=60):
    """Returns once every pod is where it will stay, so that tests start from one picture; names the others if that takes too long."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        pods = api.get("/api/v1/pods")["items"]
        if len(pods) >= PODS and all(map(_settled, pods)):
            return []
        time.sleep(0.2)
    return [pod["metadata"]["name"] for pod in pods if not _settled(pod)] or [f"{len(pods)} pods instead of {PODS}"]


def _settled(pod):
    if pod["metadata"]["labels"]["app"] == UNSCHEDULABLE:
        return bool(pod["status"].get("conditions"))
    states = [container["state"] for container in pod["status"].get("containerStatuses", [])]
    crashing = CRASH_LOOP in pod["metadata"]["labels"]
    return bool(states) and all(("waiting" if crashing else "running") in state for state in states)


def rights():
    """What the users of rig/kubeconfig.py may do. `quarterdeck:denied` is in none of these."""
    for name in ("shop", "payments", "platform"):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    everything = [{"apiGroups": ["*"], "resources": ["*"], "verbs": READ}]
    subject = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io"}
    yield _rbac("ClusterRole", "quarterdeck-observer", rules=everything)
    yield _rbac("ClusterRoleBinding", "quarterdeck-observers", roleRef=_role("ClusterRole", "quarterdeck-observer"),
                subjects=[subject | {"name": "quarterdeck:observers"}])
    yield _rbac("Role", "quarterdeck-shop", "shop", rules=everything)
    yield _rbac("RoleBinding", "quarterdeck-shop", "shop", roleRef=_role("Role", "quarterdeck-shop"), subjects=[subject | {"name": "quarterdeck:shop"}])


def nodes():
    """Six nodes in three zones, as two EKS node groups would have them; kwok makes them Ready."""
    for number in range(6):
        group = ON_DEMAND if number < 3 else SPOT
        zone = f"us-east-1{'abc'[number % 3]}"
        resources = {"cpu": "8", "memory": "32Gi", "pods": "58", "ephemeral-storage": "80Gi"}
        yield {"apiVersion": "v1", "kind": "Node",
               "metadata": {"name": f"ip-10-0-{number % 3}-{10 + number}.ec2.internal", "labels": {
                   "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64", "node.kubernetes.io/instance-type": "m7g.2xlarge",
                   "topology.kubernetes.io/region": "us-east-1", "topology.kubernetes.io/zone": zone, "eks.amazonaws.com/nodegroup": group,
                   "eks.amazonaws.com/capacityType": group.replace("-", "_").upper()}},
               "spec": {"providerID": f"aws:///{zone}/i-0bed{number:013d}"}, "status": {"allocatable": resources, "capacity": resources}}


def workloads():
    yield _workload("Deployment", "shop", "checkout", 3)
    yield _workload("Deployment", "shop", "cart", 2)
    yield _workload("Deployment", "shop", "catalog", 2)
    yield _workload("Deployment", "shop", "recommendations", 1, labels={CRASH_LOOP: "true"})
    yield _workload("Deployment", "payments", "payments-api", 2)
    yield _workload("StatefulSet", "payments", "ledger", 2)
    # No node has this label: its pod stays Pending.
    yield _workload("Deployment", "payments", UNSCHEDULABLE, 1, selector={"accelerator": "gpu"})
    yield _workload("DaemonSet", "platform", "node-agent")
    yield {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "checkout", "namespace": "shop"},
           "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "checkout"}}}}
    yield {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "catalog", "namespace": "shop"},
           "spec": {"minReplicas": 2, "maxReplicas": 6, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "catalog"}}}


def _workload(kind, namespace, name, replicas=None, labels=None, selector=None):
    labels = {"app": name} | (labels or {})
    container = {"name": name, "image": f"registry.example.com/{name}:1.4.2", "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}}
    spec = {"selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], "nodeSelector": selector or {}}}}
    if replicas is not None:
        spec["replicas"] = replicas
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}}, "spec": spec}


def _rbac(kind, name, namespace=None, **rest):
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata} | rest


def _role(kind, name):
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
