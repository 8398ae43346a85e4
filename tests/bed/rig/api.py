"""A small client for the Kubernetes API: JSON over one kept connection for each thread."""

import http.client
import json
import ssl
import threading
from urllib.parse import urlsplit


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    def __init__(self, url, ca, client=None, token=None):
        self.address, self.ca, self.client = urlsplit(url), ca, client
        self.context = ssl.create_default_context(cafile=str(ca))
        if client:
            self.context.load_cert_chain(*map(str, client))
        self.headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.local = threading.local()

    def connection(self):
        if getattr(self.local, "connection", None) is None:
            self.local.connection = http.client.HTTPSConnection(self.address.hostname, self.address.port, timeout=60, context=self.context)
        return self.local.connection

    def send(self, method, path, body=None, kind="application/json"):
        """Sends one request; returns the decoded answer, raises `Refused` from 400 up."""
        data = None if body is None else json.dumps(body)
        headers = self.headers | ({"Content-Type": kind} if data else {})
        try:
            answer, text = self._exchange(method, path, data, headers)
        except ConnectionError:
            # The server closes connections that were idle for long: once more on a new one.
            self.local.connection = None
            answer, text = self._exchange(method, path, data, headers)
        if answer.status >= 400:
            raise Refused(answer.status, text[:500].decode(errors="replace"))
        return json.loads(text)

    def _exchange(self, method, path, data, headers):
        connection = self.connection()
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        except OSError:
            self.local.connection = None
            raise

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body):
        return self.send("POST", path, body)

    def patch(self, path, body, kind="application/merge-patch+json"):
        return self.send("PATCH", path, body, kind)

    def create(self, thing):
        """Creates an object where its apiVersion, kind and namespace say; one that is there already is left as it is."""
        try:
            return self.post(path_of(thing), thing)
        except Refused as refused:
            if refused.status != 409:
                raise


def path_of(thing):
    """The collection that an object of one of the usual kinds belongs to."""
    version, kind = thing["apiVersion"], thing["kind"].lower()
    plural = kind[:-1] + "ies" if kind.endswith("y") else kind + ("es" if kind.endswith("s") else "s")
    root = f"/api/{version}" if "/" not in version else f"/apis/{version}"
    namespace = thing["metadata"].get("namespace")
    return f"{root}/namespaces/{namespace}/{plural}" if namespace else f"{root}/{plural}"
