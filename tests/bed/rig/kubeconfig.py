"""Who may talk to the bed's cluster, and the kubeconfig that says so."""

import json

# user: (token, group). What each may do is in seed_kubernetes.
TOKENS = {
    "quarterdeck:observer": ("observer-token", "quarterdeck:observers"),  # reads everything
    "quarterdeck:limited": ("limited-token", "quarterdeck:shop"),         # reads the namespace `shop` and nothing else
    "quarterdeck:denied": ("denied-token", "quarterdeck:nobody"),         # known, but may do nothing
}


def write_kubeconfig(path, server, ca=None, client=None):
    """Writes a kubeconfig with one context `admin`, or, where there is an admin's certificate of the bed, with all of them.

    JSON is YAML, so no library is needed.
    """
    cluster = {"server": server}
    if ca:
        cluster["certificate-authority"] = str(ca)
    users = {"admin": {}}
    if client:
        users["admin"] = {"client-certificate": str(client[0]), "client-key": str(client[1])}
    if path.name == "kubeconfig":
        users |= {user.rpartition(":")[2]: {"token": token} for user, (token, _) in TOKENS.items()}
        users["exec"] = {"exec": _exec_plugin(path.parent / "exec-token")}
        users["stranger"] = {"token": "nobody-knows-this-token"}
    path.touch(mode=0o600)
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "admin",
        "clusters": [{"name": "bed", "cluster": cluster}],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [{"name": name, "context": {"cluster": "bed", "user": name}} for name in users],
    }, indent=1) + "\n")


def _exec_plugin(script):
    """A plugin as `aws eks get-token` is one: a command that prints an ExecCredential."""
    version = "client.authentication.k8s.io/v1"
    token = TOKENS["quarterdeck:observer"][0]
    credential = json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": {"token": token}})
    script.write_text(f"#!/bin/sh\necho '{credential}'\n")
    script.chmod(0o700)
    return {"apiVersion": version, "command": str(script), "interactiveMode": "Never"}
