"""The certificates of the bed's cluster: an authority, the server's certificate, and one for each client."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class Authority:
    """Signs for one bed; its key never touches the disk."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name("quarterdeck test bed")
        self.certificate = self._sign(self.name, self.key, [
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (_usage(key_cert_sign=True, crl_sign=True), True),
            (x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False),
        ])
        self.path = self._write("ca.crt", self.certificate.public_bytes(serialization.Encoding.PEM))

    def server(self):
        """Certificate and key for 127.0.0.1 and localhost; returns both paths."""
        names = [x509.DNSName("localhost"), x509.DNSName("kubernetes"), x509.DNSName("kubernetes.default.svc"),
                 x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.IPAddress(ipaddress.ip_address("10.96.0.1"))]
        return self._pair("server", _name("kube-apiserver"), ExtendedKeyUsageOID.SERVER_AUTH, [(x509.SubjectAlternativeName(names), False)])

    def client(self, user, group=None):
        """Certificate and key of a Kubernetes user; returns both paths."""
        return self._pair(user.rpartition(":")[2], _name(user, group), ExtendedKeyUsageOID.CLIENT_AUTH, [])

    def plain_key(self, name):
        """A private key without a certificate, as service account tokens need; returns its path."""
        # The one form of an EC key that the apiserver reads here.
        return self._write(name, _pem(ec.generate_private_key(ec.SECP256R1()), serialization.PrivateFormat.TraditionalOpenSSL))

    def _pair(self, stem, subject, purpose, extensions):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(subject, key, [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(digital_signature=True), True),
            (x509.ExtendedKeyUsage([purpose]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False),
            *extensions,
        ])
        return (self._write(f"{stem}.crt", certificate.public_bytes(serialization.Encoding.PEM)), self._write(f"{stem}.key", _pem(key)))

    def _sign(self, subject, key, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=30)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, hashes.SHA256())

    def _write(self, name, data):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_bytes(data)
        return path


def _name(common, organization=None):
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def _usage(**on):
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{usage: on.get(usage, False) for usage in every})


def _pem(key, form=serialization.PrivateFormat.PKCS8):
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
