"""ministack and moto, and the AWS profiles that lead to their accounts."""

import base64
import json

from .server import Server, free_port

ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
SECRET = "test"
REGION, SECOND_REGION = "us-east-1", "us-west-2"
CLUSTER = "prod"
WEBHOOK_SECRET = "quarterdeck-token-webhook"

# In both servers a twelve-digit access key is the account that it says. moto needs a word for that.
MOTO = """
import re, sys
from moto.core.responses import BaseResponse
from moto.iam import models
from moto.server import main
BaseResponse.access_key_regex = re.compile("Credential=([0-9A-Za-z]+)/")
known = models.get_account_id_from
models.get_account_id_from = lambda key: key if re.fullmatch("[0-9]{12}", key) else known(key)
main(sys.argv[1:])
"""


class Aws:
    def __init__(self, folder, python, cluster=None):
        self.folder, self.python, self.cluster = folder, python, cluster
        self.ports = {name: free_port() for name in ("ministack", "ministack-strict", "moto")}
        self.url = f"http://127.0.0.1:{self.ports['ministack']}"
        self.strict_url = f"http://127.0.0.1:{self.ports['ministack-strict']}"
        self.moto_url = f"http://127.0.0.1:{self.ports['moto']}"
        # The apiserver asks the strict ministack whose an EKS token is: it checks the signature.
        self.token_webhook = f"{self.strict_url}/_ministack/eks-auth/{ACCOUNT}/{REGION}/{CLUSTER}/{WEBHOOK_SECRET}"

    def ministack(self, strict=False):
        """The server for nearly everything. The strict one evaluates IAM and knows expired sessions; the other lets all through."""
        name = "ministack-strict" if strict else "ministack"
        state = self.folder / name
        state.mkdir()
        if self.cluster:
            (state / "eks.json").write_text(json.dumps(_eks_state(self.cluster)))
        return Server(name, [self.python, "-m", "ministack"], self.folder, f"{self.strict_url if strict else self.url}/_ministack/health", env={
            "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.ports[name]), "LOG_LEVEL": "WARNING",
            "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "AUTH": "true" if strict else "false",
            "PERSIST_STATE": "1", "STATE_DIR": str(state), "S3_DATA_DIR": str(state / "s3"),
            # It would start containers for clusters and databases where there is a Docker; ours must be the same everywhere.
            "DOCKER_HOST": f"unix://{state}/no-docker.sock",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": SECRET,
        })

    def moto(self):
        return Server("moto", [self.python, "-c", MOTO, "-H", "127.0.0.1", "-p", str(self.ports["moto"])], self.folder,
                      f"{self.moto_url}/moto-api/data.json")

    def profiles(self):
        """Writes the config and the credentials file; returns both paths."""
        config, credentials = self.folder / "aws-config", self.folder / "aws-credentials"
        accounts = {"bed": ACCOUNT, "bed-other": OTHER_ACCOUNT}
        config.write_text("".join(f"[profile {name}]\nregion = {REGION}\n" for name in accounts))
        credentials.touch(mode=0o600)
        credentials.write_text("".join(f"[{name}]\naws_access_key_id = {account}\naws_secret_access_key = {SECRET}\n"
                                       for name, account in accounts.items()))
        return config, credentials


def _eks_state(cluster):
    """What ministack starts with: an EKS cluster whose endpoint and authority are those of the bed's own cluster.

    CreateCluster could give it neither. Node groups, add-ons and access entries go in by API, in seed_aws.
    """
    record = {
        "name": CLUSTER, "arn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}", "createdAt": 1_760_000_000, "version": "1.36",
        "endpoint": cluster.url, "certificateAuthority": {"data": base64.b64encode(cluster.ca.read_bytes()).decode()},
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/eks", "status": "ACTIVE", "platformVersion": "eks.7", "tags": {"environment": "production"},
        "resourcesVpcConfig": {
            "subnetIds": ["subnet-0a", "subnet-0b", "subnet-0c"], "securityGroupIds": [], "clusterSecurityGroupId": "sg-0bed", "vpcId": "vpc-0bed",
            "endpointPublicAccess": True, "endpointPrivateAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]},
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.96.0.0/16", "ipFamily": "ipv4"},
        "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": True},
                                       {"types": ["authenticator", "controllerManager", "scheduler"], "enabled": False}]},
        "identity": {"oidc": {"issuer": f"https://oidc.eks.{REGION}.amazonaws.com/id/BED"}},
        "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/bed"}}],
        "accessConfig": {"authenticationMode": "API"}, "_auth_token": WEBHOOK_SECRET,
    }
    key = f"{ACCOUNT}\0{REGION}\0{CLUSTER!r}"
    return {"__ministack_format__": 3, "payload": {"clusters": {"__account_region_scoped__": True, "data": {key: record}}}}
