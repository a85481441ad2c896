#!/bin/bash
# run.sh - replays the corpus of each target, and then feeds each for FUZZ_SECONDS from there, JOBS targets at a time.
# New inputs go to $BUILD/fuzz, and so does one that breaks something: replay it with `build-fuzz/fuzz/fuzz_NAME FILE`,
# and keep it in tests/fuzz/corpus once mended.
set -eu
export BUILD=${BUILD:-build-fuzz} FUZZ_SECONDS=${FUZZ_SECONDS:-30}

# Short stacks of allocations: unwinding them takes a third of the time. Longer ones for a replay by hand are the default.
export ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=5:quarantine_size_mb=32}

target() { # NAME: one line of what came of it
    local name=$1 program=$BUILD/fuzz/fuzz_$1 found=$BUILD/fuzz/corpus-$1 log=$BUILD/fuzz/fuzz_$1.log
    local limits=(-timeout=60 -rss_limit_mb=2048 -artifact_prefix="$BUILD/fuzz/broken-$1-")
    local -a corpus=("tests/fuzz/corpus/$1"/*)
    [ -e "${corpus[0]}" ] || { echo "fuzz: $name has no corpus"; return 1; }
    mkdir -p "$found"
    "$program" "${limits[@]}" "${corpus[@]}" >"$log" 2>&1 </dev/null ||
        { tail -n 60 "$log"; echo "fuzz: $name broke on its corpus; see $log"; return 1; }
    [ "$FUZZ_SECONDS" -gt 0 ] || { echo "fuzz: $name: ${#corpus[@]} inputs replayed"; return 0; }
    "$program" "${limits[@]}" -max_total_time="$FUZZ_SECONDS" -print_final_stats=1 "$found" "tests/fuzz/corpus/$1" \
        >"$log" 2>&1 </dev/null || { tail -n 60 "$log"; echo "fuzz: $name broke; see $log"; return 1; }
    echo "fuzz: $name: ${#corpus[@]} inputs replayed, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs" \
        "in $FUZZ_SECONDS s, nothing broke"
}
export -f target

for source in tests/fuzz/fuzz_*.c; do
    name=${source##*/fuzz_}
    printf '%s\n' "${name%.c}"
done | xargs -P "${JOBS:-$(nproc)}" -I{} bash -eu -c 'target {}'
