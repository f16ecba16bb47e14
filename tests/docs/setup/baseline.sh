# A baseline entry under the key that the page names, and files of other scanners.
key=$(stanch scan --report jsonl | sed -n 's/.*"\(s[tf]1:[0-9a-f]*\)".*/\1/p' | head -n 1)
printf 'st1:93aa0a6be2d94377 %s\n' "$key" >../keys
echo 'src/settings.py:generic-password:1' >.gitleaksignore
value=vK9; value="$value#tq2Lw8z"
cat >.secrets.baseline <<END
{
  "version": "1.5.0",
  "plugins_used": [{"name": "KeywordDetector", "keyword_exclude": ""}],
  "results": {
    "src/settings.py": [{"type": "Secret Keyword", "filename": "src/settings.py", "line_number": 1, "is_verified": false,
      "hashed_secret": "$(printf %s "$value" | sha1sum | cut -d ' ' -f 1)"}]
  },
  "generated_at": "2026-01-01T00:00:00Z"
}
END
