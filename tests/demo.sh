#!/bin/bash
# demo.sh - the main job on the simulated Odoo. Prints each command before its output, ends by itself, leaves nothing
# running. RUNNER goes in front of the program (valgrind). Its files stay in $BUILD/demo, to go on by hand.
set -euo pipefail
build=${BUILD:-build} python=${PYTHON:-/usr/bin/python3}
folder=$build/demo server=
customer='Boulangerie Lefort'

finish() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '\n# %s\n' "$1"; }

show() { # prints a command as one types it, then runs it
    local word line='$'
    for word; do
        case $word in *[!A-Za-z0-9./_=:-]*) line+=" '$word'" ;; *) line+=" $word" ;; esac
    done
    printf '%s\n' "$line"
    ${RUNNER:-} "$@"
}

rm -rf "$folder"
mkdir -p "$folder"
"$python" tests/odoo/serve.py --story demo --port 0 --url-file "$folder/url" >"$folder/server.log" 2>&1 </dev/null &
server=$!
for ((i = 0; i < 300; i++)); do
    [ ! -s "$folder/url" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[ -s "$folder/url" ] || { cat "$folder/server.log" >&2; echo "demo: the simulated Odoo did not start" >&2; exit 1; }
url=$(cat "$folder/url")

(umask 077 && echo agent-secret >"$folder/secret")
cat >"$folder/qualiodoo.yaml" <<YAML
odoo:
  url: $url
  database: demo
  login: agent@example.com
  secret_file: "$PWD/$folder/secret"
state:
  path: "$PWD/$folder/state.db"
credit:
  packs:
    - {product: SUP12, hours: 12}
    - {product: SUP24, hours: 24}
    - {product: SUP36, hours: 36}
writeback:
  enabled: false
YAML

step "A simulated Odoo with a dozen customers listens on $url. Its configuration:"
RUNNER='' show cat "$folder/qualiodoo.yaml"
program=("$build/qualiodoo" -c "$folder/qualiodoo.yaml")
step 'Read tickets, timesheets, invoices and payments from Odoo, and compute every account:'
show "${program[@]}" reconcile
step 'What each customer has left:'
show "${program[@]}" balance
step 'Who is who:
#   Boulangerie Lefort           renewed in time: what was left rolled over to the new pack
#   Garage Müller & Fils         did not renew: its hours are lost
#   Menuiserie Le Goff           has a renewal invoice that is not paid: its hours are lost unless it pays
#   Cabinet Dentaire Rivière     is about to lose what is left
#   Association Les Petits Pas   was offered a pack
#   Hôtel de la Plage            was refunded after half an hour of work
#   Brasserie du Port            paid, and the payment bounced: nothing is credited any more
#   Librairie Côté Pages         paid a part, which credits nothing yet
#   Pharmacie Saint-Michel       has an invoice settled by a miscellaneous entry, without money
#   Transports Ñandú Express     used more than it bought
#   Groupe Beaumanoir Industrie  is charged for the tickets of all its sites and people
#   Atelier Vélo Nomade          has just bought its first pack'
step "A customer who renewed in time: the hours left moved to the new contract:"
show "${program[@]}" ledger "$customer"
step 'The same account, explained from the records of Odoo:'
show "${program[@]}" explain balance "$customer"

cat <<END

# The server is stopped; the files of this demo are in $folder. What was read can still be asked for:
$build/qualiodoo -c $folder/qualiodoo.yaml explain balance 'Menuiserie Le Goff'
$build/qualiodoo -c $folder/qualiodoo.yaml --json balance 'Hôtel de la Plage'
# To read from Odoo again, start the server at the same address first:
$python tests/odoo/serve.py --story demo --port ${url##*:} &
$build/qualiodoo -c $folder/qualiodoo.yaml sync
$build/qualiodoo -c $folder/qualiodoo.yaml doctor
kill %1
END
