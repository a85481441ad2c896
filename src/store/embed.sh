#!/bin/sh
# embed.sh SCHEMA FILE... - writes the whole schema and the migrations as C. A file is NNN-name.sql, in order, no gap.
schema=$1
shift
quoted() { sed 's/\\/\\\\/g; s/"/\\"/g; s/^/     "/; s/$/\\n"/' "$1"; }

echo '/* Made by embed.sh from src/store/schema and src/store/schema.sql. */'
echo '#include "migrations.h"'
echo 'const struct migration migrations[] = {'
expected=1
for file; do
    name=$(basename "$file" .sql)
    number=$(echo "$name" | sed 's/^0*//; s/-.*//')
    if [ "$number" != "$expected" ]; then
        echo "embed.sh: $file: expected migration number $expected" >&2
        exit 1
    fi
    expected=$((expected + 1))
    printf '    {%s, "%s",\n' "$number" "$name"
    quoted "$file"
    echo '    },'
done
echo '};'
echo 'const int migration_count = (int)(sizeof migrations / sizeof *migrations);'
if ! head -n 1 "$schema" | grep -q " to $#\.$"; then
    echo "embed.sh: $schema is not that of $# migrations: python3 tests/schema.py > $schema" >&2
    exit 1
fi
printf 'const struct migration all_migrations = {%s, "schema",\n' "$#"
quoted "$schema"
echo '};'
