#!/bin/bash
# run.sh unit|system|json|program|edges... - runs the tests that were built in $BUILD and ends with one line: N passed,
# N failed. The line before says what the passed ones ran. RUNNER goes in front of each unit test (valgrind). No test executed is a
# failure. A crash or a time-out counts as one failed. TEST is one test by its name, or a file of tests.
# run.sh programs NAME - the unit tests' programs that have the test NAME, or are it.
set -u
TEST=${TEST:-}
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

# The unit tests' programs that have the test $1, or that $1 names: test_civil, test_civil.c, tests/unit/test_civil.c.
unit_programs() {
    local name=${1##*/}
    name=${name%.c}
    if [ -e "tests/unit/$name.c" ]; then echo "$name"
    elif [[ $name =~ ^[a-z_0-9]+$ ]]; then
        grep -lE "cmocka_unit_test[a-z_]*\($name\>|\.name = \"$name\"" tests/unit/test_*.c | sed 's|.*/||; s|\.c$||'
    fi
}

# What $1 is to pytest: a file (test_docs.py), a test in it (test_docs.py::NAME), or a function wherever it is.
python_tests() {
    local file=${1%%::*} name=${1##*::} found
    file=${file##*/} file=${file%.py}
    for found in tests/*/"$file.py"; do
        [ ! -e "$found" ] || { [ "$name" = "$1" ] && echo "$found" || echo "$found::$name"; return; }
    done
    [[ $name =~ ^[A-Za-z_0-9]+$ ]] && grep -lE "^def $name\(" tests/*/test_*.py | sed "s|$|::$name|"
}

# One program of unit tests: its output and its exit status go to files of its name in $outs.
run_unit() {
    local out=$outs/${1##*/} status=0
    ONLY_TEST=$only timeout 600 ${RUNNER:-} "$1" >"$out" 2>&1 </dev/null || status=$?
    echo $status >"$out.status"
}

# The programs run $jobs at a time, and are told of in the order of their names.
unit() {
    local test out ran tests=()
    outs=$(mktemp -d) only=
    [ -z "$TEST" ] || [ -e "tests/unit/$(basename "$TEST" .c).c" ] || only=$TEST
    for test in "$build"/tests/test_*; do
        [ -x "$test" ] && [ -f "$test" ] || continue
        [ -z "$TEST" ] || grep -qxF "${test##*/}" <<<"$tested" || continue
        tests+=("$test")
    done
    export outs only
    export -f run_unit
    [ ${#tests[@]} -eq 0 ] || printf '%s\0' "${tests[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'run_unit "$1"' run_unit
    for test in "${tests[@]}"; do
        test=${test##*/} out=$outs/${test##*/}
        ran=$(grep -c '^\[       OK \]' "$out")
        [ "$(cat "$out.status")" -eq 0 ] || tail -n 80 "$out"
        printf '%-28s %3d passed\n' "$test" "$ran"
        units=$((units + ran)) skipped=$((skipped + $(grep -c '^\[  SKIPPED \] [a-z_0-9]*$' "$out")))
        add "$(cat "$out.status")" "$ran" "$(grep '^\[  FAILED  \] [a-z_0-9]*$' "$out" | sort -u | wc -l)" "$test"
    done
    rm -rf "$outs"
}

# The suites that hold on each protocol of Odoo. The others run over XML-RPC alone.
each_protocol=(tests/system/test_{pull,writeback,trust,bad_server,setup,setup_hang,setup_remove,bad_answers}.py)
over() { local -x QUALIODOO_TEST_PROTOCOL=$1 && run_pytest "${@:2}"; } # PROTOCOL FILE...

# The tests of the program, and (system) of its models and of the simulated Odoo, which are Python alone. `program` has one
# half of each_protocol over JSON-RPC and the other over JSON-2.
system() { run_pytest tests/odoo tests/model tests/system; }
json() {
    local -x QUALIODOO_SAMPLE=${QUALIODOO_SAMPLE_JSON:-1} QUALIODOO_SAMPLE_TESTS=${QUALIODOO_SAMPLE_JSON:-1}
    over jsonrpc "${each_protocol[@]}"
    over json2 "${each_protocol[@]}"
}
program() {
    run_pytest tests/model/test_sla_model.py tests/system "${each_protocol[@]/#/--ignore=}"
    over jsonrpc "${each_protocol[@]::4}"
    over json2 "${each_protocol[@]:4}"
}
edges() { run_pytest tests/system/test_edges.py; } # what UndefinedBehaviorSanitizer looks at alone

# Where tests put what they make: in memory if there is room, as each run of the program syncs its state.
roomy() {
    local free
    free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
    if [ "${free:-0}" -gt 4000000 ] && [ -w /dev/shm ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

# Three workers for each core: the tests of the service mostly wait. None for what TEST names. What Python and pytest make
# of a file (5 s for all of them) is made once, before the workers start, and kept for the next run.
run_pytest() {
    local workers=$((jobs * 3)) log folder status last counted
    local -x PYTHONPATH=tests PYTHONPYCACHEPREFIX=$PWD/build/pycache QUALIODOO
    unset PYTHONDONTWRITEBYTECODE
    QUALIODOO=$(realpath "$build")/qualiodoo
    if [ -n "$TEST" ]; then workers=0
    elif [ ! -d "$PYTHONPYCACHEPREFIX" ]; then
        "$python" -m pytest -q -p no:cacheprovider --collect-only "$@" </dev/null >/dev/null 2>&1
    fi
    log=$(mktemp) folder=$(mktemp -d -p "$(roomy)")
    timeout 1800 "$python" -m pytest -q -rs --basetemp "$folder" \
        -p no:cacheprovider -p counting -p sample --no-header -n "$workers" --dist loadgroup "$@" </dev/null 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    rm -rf "$folder"
    last=$(tail -n 1 "$log") counted=$(grep '^counted: ' "$log" | tail -n 1)
    programs=$((programs + $(number "$counted" program))) pythons=$((pythons + $(number "$counted" python)))
    skipped=$((skipped + $(number "$counted" skipped)))
    rm -f "$log"
    # A sample of a few files may hold no test, or only some that are skipped.
    if [ "${QUALIODOO_SAMPLE_TESTS:-1}" -gt 1 ] && [[ $status =~ ^[05]$ ]] && [ "$(number "$last" passed)" -eq 0 ]; then
        return
    fi
    add "$status" "$(number "$last" passed)" $(($(number "$last" failed) + $(number "$last" error))) pytest
}

named() { # what TEST names, and nothing else
    local chosen
    tested=$(unit_programs "$TEST")
    mapfile -t chosen < <(python_tests "$TEST")
    if [ -z "$tested" ] && [ ${#chosen[@]} -eq 0 ]; then
        echo "run.sh: TEST='$TEST' is no test: expected a file or a function of tests/unit, odoo, model or system" >&2
        exit 2
    fi
    [ -z "$tested" ] || unit
    [ ${#chosen[@]} -eq 0 ] || run_pytest "${chosen[@]}"
}

if [ "${1:-}" = programs ]; then
    unit_programs "${2:?run.sh programs NAME}"
    exit 0
fi
# Samples written by hand are always compared with; recordings of real servers where they are.
wire=${QUALIODOO_WIRE:-../shared/wire}
if [ -d "$wire" ]; then echo "recordings of real servers: found in $wire"
else echo "recordings of real servers: none in $wire; the tests use tests/samples alone"; fi
[ -z "$TEST" ] || { named; set --; }
for what; do
    case $what in
    unit | system | json | program | edges) $what ;;
    *) echo "run.sh: unit, system, json, program or edges, found '$what'" >&2; exit 2 ;;
    esac
done
[ $((passed + failed)) -gt 0 ] || { echo "no test was run"; failed=1; }
echo "of these $programs ran the program, $units the C code alone, $pythons only the model and the simulated Odoo; $skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
