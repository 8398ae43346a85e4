"""What points a console, a test or a shell at the bed: an env file to source, and an estate file."""

from pathlib import Path
from shlex import quote

from .aws import ACCOUNT, CLUSTER, OTHER_ACCOUNT, REGION, SECRET

TEMPLATE = Path(__file__).with_name("estate.toml")


def variables(folder, cluster, aws, prometheus):
    config, credentials = aws.profiles()
    return {
        "QUARTERDECK_BED": "1",
        "QUARTERDECK_BED_FOLDER": folder,
        "QUARTERDECK_BED_ESTATE": folder / "estate.toml",
        "QUARTERDECK_BED_ACCOUNT": ACCOUNT,
        "QUARTERDECK_BED_OTHER_ACCOUNT": OTHER_ACCOUNT,
        "QUARTERDECK_BED_MINISTACK": aws.url,
        "QUARTERDECK_BED_MINISTACK_STRICT": aws.strict_url,
        "QUARTERDECK_BED_MOTO": aws.moto_url,
        "QUARTERDECK_BED_PROMETHEUS": prometheus.url,
        "QUARTERDECK_BED_KUBERNETES": cluster.url,
        "QUARTERDECK_BED_CA": cluster.ca,
        "KUBECONFIG": cluster.kubeconfig,
        # The SDK's own variables: the console needs nothing special to talk to the bed.
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ENDPOINT_URL_EKS": aws.url,
        "AWS_ENDPOINT_URL_BUDGETS": aws.moto_url,
        "AWS_ENDPOINT_URL_COST_EXPLORER": aws.moto_url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": config,
        "AWS_SHARED_CREDENTIALS_FILE": credentials,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def write(folder, cluster, aws, prometheus):
    """Writes `env` and `estate.toml` into the bed's folder."""
    exported = variables(folder, cluster, aws, prometheus)
    lines = ["unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE"]
    lines += [f"export {name}={quote(str(value))}" for name, value in exported.items()]
    (folder / "env").write_text("\n".join(lines) + "\n")
    estate = TEMPLATE.read_text()
    for name, value in {"ACCOUNT": ACCOUNT, "CLUSTER": CLUSTER, "KUBECONFIG": cluster.kubeconfig, "PROMETHEUS": prometheus.url}.items():
        estate = estate.replace(f"@{name}@", str(value))
    (folder / "estate.toml").write_text(estate)
