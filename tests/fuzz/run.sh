#!/bin/sh
# run.sh - fuzzes each decoder for FUZZ_SECONDS (default 30) on its corpus.
set -eu
build=${BUILD:-build}
mkdir -p "$build/fuzz"
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -DQUALIODOO_VERSION='"fuzz"' \
        -Iinclude -Isrc $(pkg-config --cflags libcurl jansson yaml-0.1 sqlite3 glib-2.0) -o "$build/fuzz/$name" \
        "$source" src/util/*.c src/config/*.c src/odoo/*.c \
        $(pkg-config --libs libcurl jansson yaml-0.1 sqlite3 glib-2.0) \
        -lxmlrpc -lxmlrpc_util -lxmlrpc_xmlparse -lxmlrpc_xmltok -lpthread -lm
    "$build/fuzz/$name" -max_total_time="${FUZZ_SECONDS:-30}" -print_final_stats=1 "tests/fuzz/corpus/${name#fuzz_}"
done
