#!/bin/sh
# rooms.sh - the rules of the house, checked on the object files (architecture.md).
set -u
build=${BUILD:-build} status=0
forbid() { # room, pattern of undefined symbols, what it means
    for object in $1; do
        found=$(nm -u "$object" | awk '{print $2}' | grep -E "$2")
        [ -z "$found" ] || { echo "$object uses $3:" $found >&2; status=1; }
    done
}
forbid "$build/src/core/*.o" '^(sqlite3_|json_|curl_|xmlrpc_|g_|yaml_|time|clock|open|read|write|fopen|printf|fprintf)' \
    'more than the core may'
for room in util core config odoo sync cli; do
    forbid "$build/src/$room/*.o" '^sqlite3_' 'SQLite, which is the business of store'
done
for room in util core store sync cli; do
    forbid "$build/src/$room/*.o" '^(curl_|xmlrpc_)' 'HTTP or XML-RPC, which are the business of odoo'
done
forbid "$build/src/*/*.o" '^(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|localtime|gmtime)$' 'a banned function'
exit $status
