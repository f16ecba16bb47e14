# Reports to make pages of.
stanch scan -q --report jsonl=scan.jsonl --report jsonl=monday.jsonl --report json=tuesday.json . || [ $? = 1 ]
