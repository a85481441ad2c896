#!/bin/sh
# demo.sh - the main job on the simulated Odoo. Prints the commands it runs, leaves nothing running.
set -eu
build=${BUILD:-build} python=${PYTHON:-/usr/bin/python3}
program=$PWD/$build/qualiodoo
folder=$(mktemp -d /tmp/qualiodoo-demo.XXXXXX)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

"$python" tests/odoo/serve.py --story demo --port 0 --url-file "$folder/url" >"$folder/server.log" 2>&1 &
server=$!
tries=0
until [ -s "$folder/url" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.1
done
(umask 077 && echo agent-secret >"$folder/secret")
cat >"$folder/qualiodoo.yaml" <<YAML
odoo: {url: "$(cat "$folder/url")", database: demo, login: agent@example.com, secret_file: $folder/secret}
state: {path: $folder/state.db}
credit:
  packs:
    - {product: SUP12, hours: 12}
    - {product: SUP24, hours: 24}
    - {product: SUP36, hours: 36}
writeback: {enabled: false}
YAML
run() {
    printf '\n$ qualiodoo -c qualiodoo.yaml'
    for word; do
        case $word in *' '*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    echo
    "$program" -c "$folder/qualiodoo.yaml" "$@"
}
echo "A simulated Odoo listens on $(cat "$folder/url"); this is the configuration:"
echo
cat "$folder/qualiodoo.yaml"
run -q reconcile
run balance
run ledger 'Boulangerie Lefort'
run explain balance 'Boulangerie Lefort'
cat <<END

To go on by hand:
  $python tests/odoo/serve.py --story demo --port 8069 &
  write the configuration above with url: "http://127.0.0.1:8069", a secret file that holds
  'agent-secret' (chmod 600) and a state.path of yours, then:
  $build/qualiodoo -c qualiodoo.yaml reconcile
  $build/qualiodoo -c qualiodoo.yaml explain balance 'Menuiserie Le Goff'
END
