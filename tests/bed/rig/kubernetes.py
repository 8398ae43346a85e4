"""A whole Kubernetes control plane without kubelets: each server as it is started, and kwok in the kubelets' place."""

from .certificates import Authority
from .kubeconfig import TOKENS, write_kubeconfig
from .server import Server, free_port

OWN_STAGES = "kubernetes/stages"


class Cluster:
    """The cluster of one bed. `url` and `ca` say how to reach it, `kubeconfig` how to be somebody there."""

    def __init__(self, folder, tools):
        self.folder, self.tools = folder, tools
        self.port, self.etcd_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.authority = Authority(folder / "certificates")
        self.ca = self.authority.path
        self.admin = self.authority.client("quarterdeck:admin", "system:masters")
        self.kubeconfig = folder / "kubeconfig"
        write_kubeconfig(self.kubeconfig, self.url, self.ca, self.admin)

    def etcd(self):
        own, peers = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{free_port()}"
        return Server("etcd", [
            self.tools["etcd"], "--name=bed", f"--data-dir={self.folder}/etcd", "--log-level=warn", "--unsafe-no-fsync",
            f"--listen-client-urls={own}", f"--advertise-client-urls={own}", f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=bed={peers}", "--quota-backend-bytes=4294967296",
        ], self.folder, f"{own}/health")

    def apiserver(self, token_webhook=None):
        certificate, key = self.authority.server()
        self.service_account_key = self.authority.plain_key("service-account.key")
        tokens = self.folder / "tokens.csv"
        tokens.touch(mode=0o600)
        tokens.write_text("".join(f'{token},{user},{user},"{group}"\n' for user, (token, group) in TOKENS.items()))
        command = [
            self.tools["kube-apiserver"], "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={self.port}", "--endpoint-reconciler-type=none",
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}", "--authorization-mode=RBAC", "--allow-privileged=true",
            # No kubelet asks for service account tokens here, and without the tokens this plugin refuses every pod.
            "--disable-admission-plugins=ServiceAccount", "--service-cluster-ip-range=10.96.0.0/16",
            f"--tls-cert-file={certificate}", f"--tls-private-key-file={key}", f"--client-ca-file={self.ca}", f"--token-auth-file={tokens}",
            "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={self.service_account_key}",
            f"--service-account-signing-key-file={self.service_account_key}",
        ]
        if token_webhook:
            webhook = self.folder / "token-webhook"
            write_kubeconfig(webhook, token_webhook)
            command += [f"--authentication-token-webhook-config-file={webhook}", "--authentication-token-webhook-version=v1",
                        # A refused token must be refused again, and an allowed one asked about anew.
                        "--authentication-token-webhook-cache-ttl=1s"]
        return Server("kube-apiserver", command, self.folder, f"{self.url}/readyz", ca=self.ca)

    def controllers(self):
        return Server("kube-controller-manager", [
            self.tools["kube-controller-manager"], f"--kubeconfig={self._as('system:kube-controller-manager')}", "--controllers=*",
            "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0", f"--root-ca-file={self.ca}",
            f"--service-account-private-key-file={self.service_account_key}", "--use-service-account-credentials=true",
        ], self.folder)

    def scheduler(self):
        return Server("kube-scheduler", [
            self.tools["kube-scheduler"], f"--kubeconfig={self._as('system:kube-scheduler')}", "--leader-elect=false",
            "--bind-address=127.0.0.1", "--secure-port=0",
        ], self.folder)

    def kwok(self, bed):
        port, stages = free_port(), self.tools["stages"]
        files = [stages / "node/fast/node-initialize.yaml", stages / "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
                 *sorted((stages / "pod/fast").glob("*.yaml")), *sorted((bed / OWN_STAGES).glob("*.yaml"))]
        config = self.folder / "kwok.yaml"
        config.write_text("\n---\n".join(file.read_text() for file in files if file.name != "kustomization.yaml"))
        return Server("kwok", [
            self.tools["kwok"], f"--kubeconfig={self.kubeconfig}", "--manage-all-nodes=true", f"--server-address=127.0.0.1:{port}",
            f"--config={config}", "--node-lease-duration-seconds=40",
        ], self.folder, f"http://127.0.0.1:{port}/healthz")

    def _as(self, user):
        path = self.folder / f"{user.rpartition(':')[2]}.kubeconfig"
        write_kubeconfig(path, self.url, self.ca, self.authority.client(user))
        return path
