"""The AWS half of the estate that the bed starts with: databases and their numbers, node groups, a budget, costs."""

import datetime
import json
import math
import urllib.request

import boto3
from botocore.config import Config

from .aws import ACCOUNT, CLUSTER, REGION, SECOND_REGION, SECRET

GIB = 1024**3
ENGINE = {"Engine": "aurora-postgresql", "EngineVersion": "16.8"}
CAPACITY = {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 16}}
HISTORY_MINUTES = 180


def client(service, url, region=REGION, account=ACCOUNT):
    return boto3.client(service, region_name=region, endpoint_url=url, aws_access_key_id=account, aws_secret_access_key=SECRET,
                        config=Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=30))


def seed(aws):
    databases(client("rds", aws.url), client("rds", aws.url, SECOND_REGION))
    now = datetime.datetime.now(datetime.timezone.utc)
    publish(aws, [now - datetime.timedelta(minutes=minute) for minute in range(HISTORY_MINUTES, -1, -1)])
    cluster(client("eks", aws.url))
    # The strict one has the same cluster, and says who its tokens' owner is in Kubernetes.
    client("eks", aws.strict_url).create_access_entry(
        clusterName=CLUSTER, principalArn=f"arn:aws:iam::{ACCOUNT}:root", kubernetesGroups=["quarterdeck:observers"])
    moto_eks = client("eks", aws.moto_url)
    moto_eks.create_cluster(name=CLUSTER, version="1.36", roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks",
                            resourcesVpcConfig={"subnetIds": ["subnet-0a", "subnet-0b"]})
    node_groups(moto_eks)
    budget(client("budgets", aws.moto_url))
    costs(aws.moto_url)


def databases(rds, second):
    """Aurora cluster `orders-use1` (writer orders-1, reader orders-2) in the Global Database `orders-global`."""
    created = rds.create_db_cluster(DBClusterIdentifier="orders-use1", MasterUsername="orders", MasterUserPassword="not-a-secret-1", **ENGINE, **CAPACITY)
    for tier, (name, zone) in enumerate([("orders-1", "a"), ("orders-2", "b")]):
        rds.create_db_instance(DBInstanceIdentifier=name, DBClusterIdentifier="orders-use1", Engine=ENGINE["Engine"], DBInstanceClass="db.serverless",
                               AvailabilityZone=REGION + zone, PromotionTier=tier)
    rds.create_global_cluster(GlobalClusterIdentifier="orders-global", SourceDBClusterIdentifier=created["DBCluster"]["DBClusterArn"])
    second.create_db_cluster(DBClusterIdentifier="orders-usw2", GlobalClusterIdentifier="orders-global", **ENGINE, **CAPACITY)
    second.create_db_instance(DBInstanceIdentifier="orders-3", DBClusterIdentifier="orders-usw2", Engine=ENGINE["Engine"], DBInstanceClass="db.serverless",
                              AvailabilityZone=SECOND_REGION + "a", PromotionTier=1)


def publish(aws, instants):
    """Puts the databases' numbers for these instants into CloudWatch; the keeper calls it every minute."""
    points = {REGION: [], SECOND_REGION: []}
    for at in instants:
        wave = math.sin(at.timestamp() / 600)
        for instance, cluster, region, load in (("orders-1", "orders-use1", REGION, 1.0), ("orders-2", "orders-use1", REGION, 0.5),
                                                ("orders-3", "orders-usw2", SECOND_REGION, 0.2)):
            numbers = [("CPUUtilization", "Percent", 40 * load + 5 * wave), ("DatabaseConnections", "Count", round(310 * load + 20 * wave)),
                       ("FreeableMemory", "Bytes", (14 + wave) * GIB), ("ServerlessDatabaseCapacity", "Count", 6.5 * load + 0.5 * wave)]
            if instance == "orders-2":
                numbers.append(("AuroraReplicaLag", "Milliseconds", 22 + 4 * wave))
            points[region] += [_point(name, unit, value, at, DBInstanceIdentifier=instance) for name, unit, value in numbers]
            if instance != "orders-2":
                points[region] += [_point(name, unit, value, at, DBClusterIdentifier=cluster) for name, unit, value in numbers]
        points[SECOND_REGION].append(_point("AuroraGlobalDBReplicationLag", "Milliseconds", 640 + 60 * wave, at, DBClusterIdentifier="orders-usw2"))
    for region, data in points.items():
        cloudwatch = client("cloudwatch", aws.url, region)
        for start in range(0, len(data), 900):
            cloudwatch.put_metric_data(Namespace="AWS/RDS", MetricData=data[start:start + 900])


def _point(name, unit, value, at, **dimensions):
    return {"MetricName": name, "Unit": unit, "Value": value, "Timestamp": at,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()]}


def cluster(eks):
    node_groups(eks)
    for name, version in (("vpc-cni", "v1.20.1-eksbuild.1"), ("coredns", "v1.12.2-eksbuild.4"), ("kube-proxy", "v1.36.0-eksbuild.2")):
        eks.create_addon(clusterName=CLUSTER, addonName=name, addonVersion=version)


def node_groups(eks):
    for name, capacity, (least, most, wanted) in (("on-demand", "ON_DEMAND", (1, 3, 3)), ("spot", "SPOT", (0, 10, 3))):
        eks.create_nodegroup(clusterName=CLUSTER, nodegroupName=name, capacityType=capacity, subnets=["subnet-0a", "subnet-0b"],
                             nodeRole=f"arn:aws:iam::{ACCOUNT}:role/eks-node", instanceTypes=["m7g.large"],
                             scalingConfig={"minSize": least, "maxSize": most, "desiredSize": wanted})


def budget(budgets):
    """`innovate-production`: 3,000 USD a month, 2,450 spent, 3,210 forecast, four notifications."""
    def money(amount):
        return {"Amount": str(amount), "Unit": "USD"}
    subscribers = [{"SubscriptionType": "EMAIL", "Address": "on-call@example.com"}]
    budgets.create_budget(AccountId=ACCOUNT, Budget={
        "BudgetName": "innovate-production", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": money(3000),
        "CalculatedSpend": {"ActualSpend": money(2450), "ForecastedSpend": money(3210)},
    }, NotificationsWithSubscribers=[{
        "Notification": {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": threshold, "ThresholdType": "PERCENTAGE"},
        "Subscribers": subscribers,
    } for kind, threshold in (("ACTUAL", 50), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 110))])


def costs(moto_url):
    """Presets Cost Explorer. moto hands each answer of the queue to one new request body, so there are plenty."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    services = {"Amazon Relational Database Service": 910.2, "Amazon Elastic Compute Cloud - Compute": 880.75,
                "Amazon Elastic Container Service for Kubernetes": 219.0, "AmazonCloudWatch": 240.05, "EC2 - Other": 200.0}
    result = {
        "ResultsByTime": [{
            "TimePeriod": {"Start": today.replace(day=1).isoformat(), "End": (today + datetime.timedelta(days=1)).isoformat()}, "Total": {}, "Estimated": True,
            "Groups": [{"Keys": [name], "Metrics": {"UnblendedCost": {"Amount": str(amount), "Unit": "USD"}}} for name, amount in services.items()],
        }],
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": "SERVICE"}], "DimensionValueAttributes": [],
    }
    body = json.dumps({"account_id": ACCOUNT, "results": [result] * 200}).encode()
    request = urllib.request.Request(f"{moto_url}/moto-api/static/ce/cost-and-usage-results", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).read()
