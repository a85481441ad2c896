#!/bin/sh
# embed.sh FILE... - writes the migrations as a C table. A file is NNN-name.sql, in order, no gap.
echo '/* Made by embed.sh from src/store/schema. */'
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
    sed 's/\\/\\\\/g; s/"/\\"/g; s/^/     "/; s/$/\\n"/' "$file"
    echo '    },'
done
echo '};'
echo 'const int migration_count = (int)(sizeof migrations / sizeof *migrations);'
