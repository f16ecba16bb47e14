# The templates that the page shows, under the names it gives them.
for name in leaks.md.j2 rules.html.j2; do
    awk -v begin="\`\`\`jinja $name" '$0 == begin { inside = 1; next } /^```$/ { inside = 0 } inside' "$STANCH_SOURCE/docs/reports.md" >"$name"
done
