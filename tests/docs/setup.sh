# What most pages speak of: a project in git with a little history, a remote, staged changes and a password in it. Runs in
# the project's folder. Whole secrets do not stand here.
git config --global user.name Ada
git config --global user.email ada@example.org
git config --global init.defaultBranch main
git config --global advice.detachedHead false

git init -q --bare ../origin.git
git init -q .
git remote add origin ../origin.git
mkdir -p src docs plans vendor
echo 'print("hello")' >src/app.py
echo '# A project' >README.md
git add . && git commit -q -m 'Begin'
git tag v1.2
git push -q origin main --tags
git checkout -q -b topic
value=vK9; value="$value#tq2Lw8z"
printf 'DB_PASSWORD = "%s"\n' "$value" >src/settings.py
git add . && git commit -q -m 'Add settings'
git checkout -q main && git merge -q --ff-only topic
echo 'print("again")' >>src/app.py
git add src/app.py

# More files that pages name, outside of what git knows.
mkdir -p ../share ../repos
git clone -q ../origin.git ../repos/one
cp src/settings.py ../share/settings.py
cp -r "$STANCH_SOURCE/packaging" ../packaging
