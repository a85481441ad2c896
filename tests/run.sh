#!/bin/bash
# run.sh [unit|system] - runs the tests and ends with one line: N passed, N failed.
set -u
build=${BUILD:-build} python=${PYTHON:-/usr/bin/python3} what=${1:-all}
passed=0 failed=0

count() { # adds a number of tests; $1 is the text to look in, $2 the word behind the number
    local n
    n=$(grep -oE "[0-9]+ $2" <<<"$1" | tail -n 1 | grep -oE '^[0-9]+')
    echo "${n:-0}"
}

if [ "$what" != system ]; then
    for test in "$build"/tests/test_*; do
        [ -x "$test" ] || continue
        out=$(${RUNNER:-} "$test" 2>&1)
        status=$?
        ran=$(grep -c '\[ *OK \]' <<<"$out")
        broken=$(grep -c '\[ *FAILED \] *[a-z]' <<<"$out")
        passed=$((passed + ran))
        if [ $status -ne 0 ]; then
            echo "$out" | tail -n 60
            [ "$broken" -gt 0 ] || broken=1
            failed=$((failed + broken))
        fi
        echo "$(basename "$test"): $ran passed"
    done
fi
if [ "$what" != unit ]; then
    log=$(mktemp)
    QUALIODOO=$PWD/$build/qualiodoo "$python" -m pytest -q -p no:cacheprovider --no-header \
        tests/odoo tests/model tests/system 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    last=$(tail -n 3 "$log")
    rm -f "$log"
    passed=$((passed + $(count "$last" passed)))
    broken=$(($(count "$last" failed) + $(count "$last" error)))
    [ "$status" -eq 0 ] || [ "$broken" -gt 0 ] || broken=1
    failed=$((failed + broken))
fi
[ $((passed + failed)) -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
