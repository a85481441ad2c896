#!/bin/bash
# run.sh unit|system|program... - runs the tests that were built in $BUILD and ends with one line: N passed, N failed. The line
# before says what the passed ones ran. RUNNER goes in front of each unit test (valgrind). No test executed is a failure. A crash
# or a time-out counts as one failed.
set -u
build=${BUILD:-build} python=${PYTHON:-/usr/bin/python3} jobs=${JOBS:-1}
passed=0 failed=0
units=0 programs=0 pythons=0 skipped=0 # of the passed: C code alone, the program, Python alone; and what did not run

# Adds what one program ran: its exit status, tests passed, tests failed, its name.
add() {
    local status=$1 ran=$2 broken=$3 name=$4
    [ "$status" -eq 124 ] && echo "$name: stopped, it took too long"
    if [ "$broken" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ran" -eq 0 ]; }; then
        echo "$name: exit status $status after $ran tests"
        broken=1
    fi
    passed=$((passed + ran)) failed=$((failed + broken))
}

number() { grep -oE "(^| )[0-9]+ $2" <<<"$1" | tail -n 1 | tr -dc 0-9 | grep . || echo 0; } # before a word of a text

unit() {
    local test out status ran
    for test in "$build"/tests/test_*; do
        [ -x "$test" ] && [ -f "$test" ] || continue
        out=$(timeout 600 ${RUNNER:-} "$test" 2>&1 </dev/null)
        status=$?
        ran=$(grep -c '^\[       OK \]' <<<"$out")
        [ "$status" -eq 0 ] || echo "$out" | tail -n 80
        printf '%-28s %3d passed\n' "${test##*/}" "$ran"
        units=$((units + ran)) skipped=$((skipped + $(grep -c '^\[  SKIPPED \] [a-z_0-9]*$' <<<"$out")))
        add "$status" "$ran" "$(grep '^\[  FAILED  \] [a-z_]*$' <<<"$out" | sort -u | wc -l)" "${test##*/}"
    done
}

# The tests of the program, of its models, and (system) of the simulated Odoo, which is Python alone.
system() { run_pytest tests/odoo tests/model tests/system; }
program() { run_pytest tests/model tests/system; }

# Two workers for each core: the tests of the service mostly wait.
run_pytest() {
    local log status last counted
    log=$(mktemp)
    QUALIODOO=$(realpath "$build")/qualiodoo PYTHONPATH=tests timeout 1800 "$python" -m pytest -q -rs -p no:cacheprovider -p counting \
        --no-header -n "$((jobs * 2))" "$@" </dev/null 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    last=$(tail -n 1 "$log") counted=$(grep '^counted: ' "$log" | tail -n 1)
    programs=$((programs + $(number "$counted" program))) pythons=$((pythons + $(number "$counted" python)))
    skipped=$((skipped + $(number "$counted" skipped)))
    rm -f "$log"
    add "$status" "$(number "$last" passed)" $(($(number "$last" failed) + $(number "$last" error))) pytest
}

# Samples written by hand are always compared with; recordings of real servers where they are.
wire=${QUALIODOO_WIRE:-../shared/wire}
if [ -d "$wire" ]; then echo "recordings of real servers: found in $wire"
else echo "recordings of real servers: none in $wire; the tests use tests/samples alone"; fi
for what; do
    case $what in
    unit | system | program) $what ;;
    *) echo "run.sh: unit, system or program, found '$what'" >&2; exit 2 ;;
    esac
done
[ $((passed + failed)) -gt 0 ] || { echo "no test was run"; failed=1; }
echo "of these $programs ran the program, $units the C code alone, $pythons only the model and the simulated Odoo; $skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
