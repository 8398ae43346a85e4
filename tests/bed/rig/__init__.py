"""The test bed: real servers on loopback, for tests and for hand work.

    tools          what has to be there first: the venv, the Kubernetes binaries, Prometheus
    server         one server process: start, wait until it answers, stop
    certificates   the cluster's authority and what it signs
    kubernetes     etcd, apiserver, controllers, scheduler, kwok: how each is started
    kubeconfig     who may do what on that cluster, and the file that says so
    aws            ministack and moto, and the profiles that lead to them
    prometheus     Prometheus and the history it starts with
    api            a small client for the Kubernetes API
    seed_aws, seed_kubernetes   the estate that the bed starts with
    environment    the env file and the estate file that point the console at all this
    keeper         keeps the servers while the bed is up, and leaves nothing behind
"""
