#!/usr/bin/env python3
"""Asks another implementation about generated and corrupted tokens, and compares.

    cargo build --release --example checksum_samples
    tests/checksums/cross_check.py SAMPLES VERIFIER

SAMPLES is the example's binary, VERIFIER a Python file with the reference's functions; it is loaded,
not copied. Prints a table; exits with 1 when the two disagree about any token.
"""
import base64
import binascii
import contextlib
import importlib.util
import io
import subprocess
import sys
from collections import Counter


def load(path):
    spec = importlib.util.spec_from_file_location("reference", path)
    module = importlib.util.module_from_spec(spec)
    with contextlib.redirect_stdout(io.StringIO()):
        spec.loader.exec_module(module)
    return module


def families(ref):
    """The reference's verdict on a token of each family."""
    def body(token):
        return ref.suffix62(token, token[:4])

    def whole(alphabet):
        return lambda t: ref.enc(ref.crc(t[:-6]), alphabet, 6) == t[-6:]

    def cloudflare(t):
        text = t.split("_", 1)[1]
        return "%08x" % ref.crc(text[:-8]) == text[-8:]

    def confluent(t):
        return base64.b64encode(ref.struct.pack("<I", ref.crc(t[4:58]))).decode()[:6] == t[58:]

    def decimal(t):
        raw = base64.b64decode(t)
        number, _, rest = raw.partition(b":")
        return number.isdigit() and len(number) >= 4 and len(rest) > 0

    def azure(t):
        kinds = (("+ASt", ref.DEFAULT0), ("ACDb", 0x4d61737452573030), ("AzCa", 0x4163636573733030),
                 ("AzFu", 0x46756e6374693030), ("+ACR", 0x41435244666c7430), ("+ASb", 0x4d616e6167653030),
                 ("+ASb", 0x53656e6430303030), ("+ASb", 0x4c697374656e3030),
                 ("ACDb", 0x4d617374524f3030), ("AzFu", 0x4d61737465723030), ("AzFu", 0x53797374656d3030))
        return any(ref.ident_ok(t, sig, seed) for sig, seed in kinds)

    def discord(t):
        return ref.unb64(t.split(".")[0]).isdigit()

    def jwt(t):
        head, payload, signature = t.split(".")
        sizes = {"HS256": 32, "HS384": 48, "HS512": 64}
        header = ref.json.loads(ref.unb64(head))
        return isinstance(ref.json.loads(ref.unb64(payload)), dict) \
            and sizes.get(header["alg"]) == len(ref.unb64(signature))

    def macaroon(t):
        fields = ref.parse_mac(ref.unb64(t.split("-", 1)[1]))
        return fields is not None and fields[0][0] == 1 and fields[-1][0] == 6 and len(fields[-1][1]) == 32

    def account(t):
        return t[4:].isalnum() and bool(ref.aws_account(t))

    def openpgp(t):
        lines = t.split("\n")[2:-1]
        return base64.b64encode(ref.crc24(base64.b64decode("".join(lines[:-1]))).to_bytes(3, "big")).decode() \
            == lines[-1][1:]

    def wireguard(t):
        key = base64.b64decode(t)
        return key[0] & 7 == 0 and key[31] & 128 == 0 and key[31] & 64 != 0

    def wif(t):
        raw = ref.b58ok(t)
        return raw is not None and raw[0] == 0x80 and len(raw) == 34

    return {
        "github": body,
        "deno": whole(ref.B62),
        "apify": whole(ref.B62L),
        "cloudflare": cloudflare,
        "zuplo": lambda t: "%08x" % ref.crc(t[5:37]) == t[38:],
        "confluent": confluent,
        "canva": lambda t: "%08x" % ref.crc(t[:-8]) == t[-8:],
        "grafana": lambda t: ref.struct.pack("<I", ref.crc(t[:-9])).hex() == t[-8:],
        "gitlab": lambda t: ref.gl_check(t) is not None,
        "atlassian": lambda t: "%08X" % ref.crc(t[:-8]) == t[-8:],
        "atlassian-dc": decimal,
        "aws-key-id": account,
        "azure-key": azure,
        "azure-cask": ref.cask_ok,
        "azure-entra": lambda t: t[3:6] == "8Q~" and ref.aad_tail(t[:-3]) == t[-3:],
        "discord": discord,
        "jfrog": lambda t: base64.b64decode(t).startswith(b"reftkn:"),
        "jwt": jwt,
        "macaroon": macaroon,
        "nkey": ref.nkey_ok,
        "age": ref.b32ok,
        "wif": wif,
        "xprv": lambda t: t.startswith("xprv") and ref.b58ok(t) is not None,
        "openpgp": openpgp,
        "wireguard": wireguard,
        "luhn": ref.luhn,
        "card": ref.luhn,
        "iban": ref.iban,
        "iban-country": ref.iban,
    }


# Structures of which the reference checks less than the product: there a no of ours beside a yes of
# theirs is no contradiction.
STRICTER = {
    "jfrog": "the reference looks at the first bytes, the product at all fields",
    "macaroon": "the product reads lengths, the order of fields and what follows them",
}


def verdict(check, token):
    try:
        return bool(check(token))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, binascii.Error, OverflowError):
        return False


def main(samples, verifier):
    checks = families(load(verifier))
    counts, wrong = Counter(), {}
    lines = subprocess.run([samples], check=True, capture_output=True, text=True).stdout.splitlines()
    for line in lines:
        family, how, said, token = line.split("\t")
        token = token.encode().decode("unicode_escape")
        theirs = "yes" if verdict(checks[family], token) else "no"
        counts[family, how, said, theirs] += 1
        stricter = family in STRICTER and how == "corrupted" and said == "no"
        if said != theirs and not stricter:
            wrong.setdefault((family, how), []).append((said, theirs, len(token)))
    print("| family | generated | both say yes | corrupted | both say no | both say yes | only we say no | disagree |")
    print("|---|---|---|---|---|---|---|---|")
    for family in checks:
        def count(how, ours=None, theirs=None):
            return sum(n for (f, h, a, b), n in counts.items()
                       if (f, h) == (family, how) and ours in (None, a) and theirs in (None, b))
        disagree = sum(len(rows) for (f, _), rows in wrong.items() if f == family)
        print(f"| {family} | {count('generated')} | {count('generated', 'yes', 'yes')} | {count('corrupted')} "
              f"| {count('corrupted', 'no', 'no')} | {count('corrupted', 'yes', 'yes')} "
              f"| {count('corrupted', 'no', 'yes')} | {disagree} |")
    for (family, how), rows in wrong.items():
        print(f"{family}, {how}: we say {rows[0][0]}, the reference {rows[0][1]} ({len(rows)} times)", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
