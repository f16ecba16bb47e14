# The page's own file is the configuration, and the rule file it names.
awk '/^```toml$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$STANCH_SOURCE/docs/configuration.md" >stanch.toml
stanch rules new our-token --pattern 'our_([0-9a-f]{32})' --example "$(printf 'our_%032d' 7)" >our-rules.toml
