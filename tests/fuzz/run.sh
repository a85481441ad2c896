#!/bin/bash
# run.sh - feeds each decoder for FUZZ_SECONDS, from its corpus. New inputs go to $BUILD/fuzz, and so does one that
# breaks something: replay it with `build-fuzz/fuzz/fuzz_NAME FILE`, and keep it in tests/fuzz/corpus once mended.
set -eu
build=${BUILD:-build-fuzz} seconds=${FUZZ_SECONDS:-30} ran=0
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    found=$build/fuzz/corpus-${name#fuzz_} log=$build/fuzz/$name.log
    mkdir -p "$found"
    "$build/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/fuzz/broken-${name#fuzz_}-" "$found" "tests/fuzz/corpus/${name#fuzz_}" \
        >"$log" 2>&1 </dev/null || { tail -n 60 "$log"; echo "fuzz: $name broke; see $log"; exit 1; }
    echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, nothing broke"
    ran=$((ran + 1))
done
[ "$ran" -gt 0 ]
