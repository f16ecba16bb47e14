#!/usr/bin/env bash
# Plants values in archives and documents made by other programs, and scans them; then bombs.
#
#   STANCH=path/to/stanch tests/containers/run.sh [bombs]
#
# Installs what it needs if it may, and prints what it does without.
set -euo pipefail
stanch=$(realpath "${STANCH:?the program to test}")
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get install -y -qq --no-install-recommends zip p7zip-full zstd lz4 brotli lzip ncompress \
        cpio rpm genisoimage squashfs-tools gcab >/dev/null 2>&1 ||
        echo "skipped: installing the programs that make archives"
fi

python3 generate.py "$scratch/archives"
python3 check.py "$stanch" "$scratch/archives"

# Documents, in an environment that has the libraries that make them.
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get install -y -qq --no-install-recommends python3-venv pandoc libreoffice-writer-nogui libreoffice-calc-nogui \
        >/dev/null 2>&1 || echo "skipped: installing pandoc and LibreOffice"
fi
python=python3
if python3 -m venv "$scratch/venv" 2>/dev/null &&
    "$scratch/venv/bin/pip" install -q python-docx openpyxl XlsxWriter python-pptx odfpy nbformat pyarrow fastavro pyxlsbwriter >/dev/null 2>&1; then
    python=$scratch/venv/bin/python
else
    echo "skipped: installing the libraries that make documents"
fi
"$python" documents.py "$scratch/documents"
python3 check_documents.py "$stanch" "$scratch/documents"

if [ "${1:-}" = bombs ]; then
    # Each ends within 5 seconds and 512 MB, and says why unless it was read whole. Files of
    # marks may be read whole or not.
    python3 bombs.py "$scratch/bombs" 10000 >/dev/null
    for bomb in "$scratch"/bombs/*; do
        code=0
        report=$(ulimit -v 1000000; timeout 5 "$stanch" scan --isolated --quiet "$bomb") || code=$?
        case "$bomb" in
            */whole-*) [ "$code" != 0 ] || continue ;;
            */marks-*) [ "$code" != 0 ] && [ "$code" != 3 ] || continue ;;
        esac
        if [ "$code" != 3 ] || ! grep -q "stopped by the limit" <<<"$report"; then
            echo "$(basename "$bomb"): exit code $code"
            echo "$report" | tail -5
            exit 1
        fi
    done
    echo "every bomb ended at a limit"
fi
