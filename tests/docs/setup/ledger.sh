# The key that the page names, and something to find again.
key=$(stanch scan --report jsonl ../share | sed -n 's/.*"\(s[tf]1:[0-9a-f]*\)".*/\1/p' | head -n 1)
printf 'st1:8c1f0a6be2d94377 %s\n' "$key" >../keys
stanch sweep ../share >/dev/null || [ $? = 1 ]
