#!/bin/bash
# rooms.sh - the rules of the house (docs/ARCHITECTURE.md), checked on what was built: the object files under $BUILD,
# the headers they were made from (.d files), and a few words of the sources. Prints each breach and ends with exit
# code 1.
set -u
build=${BUILD:-build} status=0
breach() { echo "rooms: $*" >&2; status=1; }

# No arrow goes back. After each room, the rooms it may use besides itself.
all='util core config odoo store pull compute writeback cycle adjust setup doctor'
declare -A may=(
    [util]='' [core]='util' [config]='util core' [odoo]='util core' [store]='util core'
    [pull]='util core config odoo store' [compute]='util core config odoo store' [writeback]='util core config odoo store'
    [cycle]='util core config odoo store pull compute writeback'
    [adjust]='util core config odoo store pull compute writeback cycle'
    [setup]='util core config odoo store pull compute writeback cycle'
    [doctor]='util core config odoo store pull compute writeback cycle'
    [agent]="$all" [cli]="$all"
)
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT
shopt -s nullglob extglob
objects=()
for object in "$build"/src/*/*.o; do # those whose source is still there
    source=${object#"$build"/}
    [ ! -e "${source%.o}.c" ] && [ "${source##*/}" != migrations.o ] || objects+=("$object")
done
[ ${#objects[@]} -gt 0 ] || { breach "no object file under $build/src: build first"; exit 1; }
# One line per symbol: defined|used ROOM SYMBOL OBJECT, the defined ones first.
nm -gA "${objects[@]}" | sed 's/:/ /' | awk '{
    n = split($1, path, "/")
    print ($(NF - 1) ~ /^[Uw]$/ ? "used" : "defined"), path[n - 1], $NF, $1 }' | sort -u >"$symbols"
for room in $(awk '{ print $2 }' "$symbols" | sort -u); do
    [ -n "${may[$room]+x}" ] || breach "src/$room is not a room of docs/ARCHITECTURE.md"
done
while read -r from to symbol object; do
    case " ${may[$from]:-} " in *" $to "*) ;; *) breach "$object: $from must not use $to ($symbol)" ;; esac
done < <(awk '$1 == "defined" { room[$3] = $2 }
              $1 == "used" && ($3 in room) && room[$3] != $2 { print $2, room[$3], $3, $4 }' "$symbols")

# The same of what the sources include: a header binds without a symbol, too.
while IFS=: read -r file header; do
    from=${file#src/} from=${from#include/qualiodoo/} from=${from%%/*} to=${header%%/*}
    [ "$from" = "$to" ] || case " ${may[$from]:-} " in
        *" $to "*) ;;
        *) breach "$file: $from must not include qualiodoo/$header" ;;
    esac
done < <(grep -ohE --with-filename '^#include "qualiodoo/[^"]+' src/*/*.[ch] include/qualiodoo/*/*.h |
    sed -E 's/#include "qualiodoo\///')

# No circle between files: of two that use each other, neither can be read alone.
if circle=$(awk '$1 == "defined" { file[$3] = $4 } $1 == "used" && ($3 in file) && file[$3] != $4 { print $4, file[$3] }' \
    "$symbols" | sed -E "s#$build/src/##g; s/\.o\b/.c/g" | sort -u | tsort 2>&1 >/dev/null); then :; fi
if [ -n "$circle" ]; then
    breach "files that use each other:"$'\n'"$(sed 's/^tsort: //; /input contains a loop/d; s/^-: //' <<<"$circle")"
fi

# The core is pure. Outside of it and of util's pure parts it may use these functions of the C library, nothing else.
pure=' assert.h inttypes.h limits.h stdbool.h stddef.h stdint.h stdlib.h string.h '
library='__assert_fail|__stack_chk_fail|__u?divti3|__u?modti3|calloc|malloc|realloc|reallocarray|free|qsort|bsearch'
library+='|abort|mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr|rchr|spn|cspn)|__(memcpy|memmove|memset)_chk'
# What compilers and sanitizers add by themselves.
library+='|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer|gcov|tls)_.*'
while read -r symbol object; do
    breach "$object: the core is pure, and must not use $symbol"
done < <(awk -v library="^($library)\$" '
    $1 == "defined" && ($2 == "core" || $2 == "util") { known[$3] }
    $1 == "used" && $2 == "core" && !($3 in known) && $3 !~ library { print $3, $4 }' "$symbols")
while read -r header; do # of the project, included by the core, directly or not
    case $header in
    src/core/* | include/qualiodoo/core/* | include/qualiodoo/util/@(array|civil|error|units).h) ;;
    *) breach "the core must not see $header" ;;
    esac
done < <(for object in "${objects[@]}"; do
    case $object in */src/core/*) cat "${object%.o}.d" ;; esac
done | tr -d '\\' | tr ' ' '\n' | grep '\.h$' | sort -u)
while IFS=: read -r file header; do
    [[ "$pure" == *" $header "* ]] || breach "$file: the core must not include <$header>"
done < <(sed -nE '/^#include </{s/^#include <([^>]*)>.*/\1/;F;p}' src/core/*.[ch] | paste -d: - -)

# What only one room may touch: pattern of symbols, its room (or file), what it is.
only() {
    local pattern=$1 owner=$2 what=$3 object
    for object in $(awk -v pattern="^($pattern)" '$1 == "used" && $3 ~ pattern { print $4 }' "$symbols" | sort -u); do
        # shellcheck disable=SC2254 # a pattern
        case ${object#"$build"/src/} in $owner) ;; *) breach "$object uses $what; only src/$owner may" ;; esac
    done
}
only 'sqlite3_' 'store/*' SQLite
only 'xmlrpc_' 'odoo/*' XML-RPC
only 'yajl_' 'odoo/json_answer.o' yajl
only 'curl_(easy|multi|share|global|slist)' 'odoo/*' HTTP # curl_url_* only takes an address apart: config may
only 'yaml_(parser|document|emitter|event|token)' 'config/*' YAML
only 'g_' '@(util/tz.o|util/fold.o)' GLib
only 'MHD_' 'agent/*' 'a web server'
only 'sd_' 'agent/*' systemd
only '(time|gettimeofday)$' 'util/*' 'the clock'
only 'clock_gettime$' '@(util/*|odoo/prefetch.o)' 'the clock' # prefetch: when a wait ends, no date
if found=$(grep -rnE --include='*.[ch]' --exclude-dir=store '"(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA) ' src); then
    breach "SQL outside of store:"$'\n'"$found"
fi
if found=$(grep -rn --include='*.[ch]' SQLITE_TRANSIENT src/store); then
    breach "a copy that fails for lack of memory is bound as NULL; SQLITE_STATIC, for as long as the statement runs:"$'\n'"$found"
fi
if found=$(grep -rn --include='*.c' 'json_loads *(' src | grep -v '^src/util/json_build.c:'); then
    breach "a reader that leaves out characters for lack of memory: json_build_parse()"$'\n'"$found"
fi
if found=$(grep -rn --include='*.c' 'json_dump[sf] *(' src | grep -v '^src/util/json_build.c:'); then
    breach "a writer that leaves out names for lack of memory: json_build_text()"$'\n'"$found"
fi
if found=$(grep -rPzoc --include='*.c' '([;{})]|\*/|else)\s*json_(array|object)_(append|set|extend|update|insert)\w*\(' src |
    grep -v ':0$'); then
    breach "JSON that may miss an item for lack of memory (util/json_build.c, or look at the result):"$'\n'"$found"
fi

# Functions that nothing here may use, with what to use instead. In the sources: compilers replace some of them.
while read -r function instead; do
    if found=$(grep -rnE --include='*.[ch]' "\\b$function *\\(" src include tests/fuzz); then
        breach "$function is banned, use $instead:"$'\n'"$found"
    fi
done <<'END'
strcpy memcpy or snprintf
strcat memcpy or snprintf
sprintf snprintf
vsprintf vsnprintf
stpcpy mempcpy
strtok strcspn
atoi strtoll
atol strtoll
atoll strtoll
gets fgets
localtime util/tz.c
gmtime util/civil.c
ctime util/civil.c
asctime util/civil.c
alloca malloc
tmpnam mkstemp
mktemp mkstemp
END
exit $status

