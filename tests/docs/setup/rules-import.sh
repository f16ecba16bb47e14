# Rules of other tools where the page has them.
cp "$STANCH_SOURCE/tests/cli/import.in/gitleaks.toml" .gitleaks.toml
mkdir rules
cp "$STANCH_SOURCE/tests/cli/import.in/kingfisher.yaml" rules/
