# qualiodoo: one Makefile for everything. `make help` lists the targets.
#
# Variables: prefix (/usr/local), sysconfdir (/etc), DESTDIR; CC, CFLAGS, LDFLAGS, WERROR=1, V=1 (whole command
# lines), BUILD (folder of what is built: another one for other flags), JOBS, FUZZ_SECONDS, BENCH (arguments of
# tests/bench/run.py), TEST (of `check`: one test by its name, or a file of tests).

VERSION := 0.1.0

# SYSTEMD=0 leaves the service (`run`) out, and libsystemd with it.
SYSTEMD    ?= 1
# WEBHOOK=0 leaves out what listens to Odoo, and libmicrohttpd with it.
WEBHOOK    ?= 1
with_webhook := $(if $(filter-out 0,$(SYSTEMD)),$(filter-out 0,$(WEBHOOK)))

prefix     ?= /usr/local
sysconfdir ?= /etc
DESTDIR    ?=

bindir      = $(prefix)/bin
unitdir     = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
mandir      = $(prefix)/share/man
docdir      = $(prefix)/share/doc/qualiodoo
confdir     = $(sysconfdir)/qualiodoo
PAGES       = README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE $(sort $(wildcard docs/*.md))

# ---- Dependencies: Debian 12 packages; `a/b` is either ----

DEBIAN_BUILD := gcc libc6-dev pkg-config/pkgconf libxmlrpc-core-c3-dev libcurl4-openssl-dev/libcurl4-gnutls-dev \
    $(if $(filter-out 0,$(SYSTEMD)),libsystemd-dev) $(if $(with_webhook),libmicrohttpd-dev) libjansson-dev libexpat1-dev libyajl-dev libyaml-dev libsqlite3-dev libglib2.0-dev ca-certificates tzdata
DEBIAN_CHECK := libcmocka-dev mandoc groff-base openssl python3 python3-pytest python3-pytest-xdist python3-hypothesis
DEBIAN_DEMO  := python3
DEBIAN_CLANG := clang libclang-rt-dev/libclang-rt-14-dev
DEBIAN_LINT  := clang-tidy clang-format cppcheck
DEBIAN_BENCH := curl python3-odoorpc

PACKAGES := libcurl expat jansson yajl yaml-0.1 sqlite3 glib-2.0 $(if $(filter-out 0,$(SYSTEMD)),libsystemd) \
    $(if $(with_webhook),libmicrohttpd)
XMLRPC   := -lxmlrpc -lxmlrpc_util -lxmlrpc_xmlparse -lxmlrpc_xmltok # no pkg-config in Debian

# Asked once, and only by a rule that needs it: `deps` may have just installed them.
pkg_cflags = $(eval pkg_cflags := $$(shell pkg-config --cflags $$(PACKAGES)))$(pkg_cflags)
pkg_libs   = $(eval pkg_libs := $$(shell pkg-config --libs $$(PACKAGES)) $$(XMLRPC) -lpthread -lm)$(pkg_libs)

# ---- Tools and flags ----

ifeq ($(origin CC),default)
CC := gcc
endif
PYTHON ?= /usr/bin/python3
JOBS   ?= $(shell nproc)
BUILD  ?= $(if $(findstring clang,$(CC)),build-clang,build)
WERROR ?=
CFLAGS ?= -O2 -g -D_FORTIFY_SOURCE=2
LDFLAGS ?= -Wl,-z,relro,-z,now
# Tables leave out what is zero on purpose: no warning for a missing initializer.
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla \
    -Wformat=2 -Wundef -Wno-missing-field-initializers $(if $(WERROR),-Werror)
HARDENING := -fstack-protector-strong -fPIE
DEFINES   := -Iinclude -I$(BUILD) -Isrc -Isrc/store -D_GNU_SOURCE -DQUALIODOO_VERSION='"$(VERSION)"' \
    $(if $(filter-out 0,$(SYSTEMD)),-DQUALIODOO_SERVICE) $(if $(with_webhook),-DQUALIODOO_WEBHOOK)

# A number that does not fit its integer is undefined too, but gcc and clang look for it only when told.
UNDEFINED := -fsanitize=undefined,float-cast-overflow -fno-sanitize-recover=all
SANITIZE := -fsanitize=address $(UNDEFINED) -fno-omit-frame-pointer
# Under `asan` freed memory is poisoned until 1 MB more is freed: with the 256 MB that are the default, nothing of a whole
# reconcile is used again, and a fifth of its time goes into touching new pages. ASAN_OPTIONS= takes the default.
QUARANTINE := quarantine_size_mb=1:thread_local_quarantine_size_kb=64
VALGRIND := valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
# Valgrind is thirty times slower: fewer random histories there and no recording of a real server, through the same code.
# `check` and `asan` run them all.
FEWER    := LEASE_SEEDS=60 QUALIODOO_RANDOM_LEDGERS=150 QUALIODOO_WIRE=none
FUZZ_SECONDS ?= 30

# A second make, for what must be looked at after `deps` or with other flags; parallel unless told otherwise.
SUBMAKE = +$(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))
say     = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2);)
quiet   = $(if $(V),,@)

compile = $(CC) -std=gnu17 $(DEFINES) $(CPPFLAGS) $(pkg_cflags) $(CFLAGS) $(HARDENING)
link    = $(CC) $(CFLAGS) $(LDFLAGS)

# ---- Files ----

ROOMS   := util core config odoo store pull compute writeback cycle adjust setup doctor cli $(if $(filter-out 0,$(SYSTEMD)),agent)
LEFT_OUT := $(if $(with_webhook),,src/agent/listener.c src/agent/request.c)
SOURCES := $(filter-out $(LEFT_OUT),$(foreach room,$(ROOMS),$(sort $(wildcard src/$(room)/*.c))))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/src/store/migrations.o
LIBRARY := $(BUILD)/libqualiodoo.a
BINARY  := $(BUILD)/qualiodoo
SCHEMA  := $(sort $(wildcard src/store/schema/*.sql))

UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
# The schedule is part of the service.
ifeq ($(SYSTEMD),0)
UNIT_TESTS := $(filter-out %/test_schedule %/test_schedule_times %/test_metrics %/test_outage %/test_service_log,$(UNIT_TESTS))
endif
ONLY_TEST  := $(BUILD)/tests/unit/only.o
# Programs that tests in Python ask, and what they preload.
TEST_TOOLS := $(BUILD)/tests/sla_answers $(BUILD)/qualiodoo-test $(BUILD)/tests/failing_alloc.so $(BUILD)/tests/statements.so
FUZZERS    := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
TIDIED     := $(patsubst %.c,$(BUILD)/tidy/%,src/main.c $(SOURCES))
FUZZ_HELPERS := $(filter-out tests/fuzz/fuzz_% tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
OBJECTS_D  := $(OBJECTS:.o=.d) $(ONLY_TEST:.o=.d) $(BUILD)/src/main.d $(BUILD)/test-clock.d $(UNIT_TESTS:=.d) $(TEST_TOOLS:=.d) $(FUZZERS:=.d) \
    $(FUZZ_HELPERS:%.c=$(BUILD)/%.d)

.PHONY: all demo check unit system asan ubsan valgrind lint fuzz bench install uninstall deps deps-all clean format help \
    asan-build fuzz-build unit-tests test-tools fuzzers lint-format lint-tidy lint-cppcheck lint-analyzer lint-rooms FORCE
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY: $(ONLY_TEST)

# ---- Build ----

all: $(BINARY) ## the program, as build/qualiodoo

$(BINARY): $(BUILD)/src/main.o $(LIBRARY)
	$(call say,LINK,$@)$(link) -pie -o $@ $^ $(pkg_libs)

$(LIBRARY): $(OBJECTS)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(compile) $(WARNINGS) -MMD -MP -c -o $@ $<

# The numbered migrations, embedded: one array of {number, name, text}; and the schema that they give.
$(BUILD)/migrations.c: src/store/schema.sql $(SCHEMA) src/store/embed.sh
	@mkdir -p $(@D)
	$(call say,EMBED,src/store/schema)sh src/store/embed.sh src/store/schema.sql $(SCHEMA) > $@.tmp && mv $@.tmp $@

$(BUILD)/src/store/migrations.o: $(BUILD)/migrations.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(compile) $(WARNINGS) -MMD -MP -c -o $@ $<

# The program with a clock that tests can set: never installed.
$(BUILD)/test-clock.o: src/util/clock.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(compile) $(WARNINGS) -DQUALIODOO_TEST_CLOCK -MMD -MP -c -o $@ $<

# Its tests start it without loading its libraries each time: see zygote.c.
$(BUILD)/program_main.o: $(BUILD)/src/main.o
	$(quiet)objcopy --redefine-sym main=program_main $< $@

$(BUILD)/qualiodoo-test: $(BUILD)/tests/system/zygote.o $(BUILD)/program_main.o $(BUILD)/test-clock.o $(LIBRARY)
	$(call say,LINK,$@)$(link) -pie -o $@ $^ $(pkg_libs)

$(BUILD)/tests/%: tests/unit/%.c $(ONLY_TEST) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,TEST,$<)$(compile) $(WARNINGS) -MMD -MP -o $@ $< $(ONLY_TEST) $(LIBRARY) $(LDFLAGS) $(pkg_libs) -lcmocka

# Without sanitizers: they stand between the program and its libraries.
$(BUILD)/tests/%.so: tests/system/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,TEST,$<)$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g -fPIC $(WARNINGS) -shared -o $@ $<

$(BUILD)/bench/%: tests/bench/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,BENCH,$<)$(compile) $(WARNINGS) -MMD -MP -o $@ $< $(LIBRARY) $(LDFLAGS) $(pkg_libs)

# What a target names of the helpers takes the place of the library's own. A function that a target must
# answer for itself is wrapped.
$(BUILD)/fuzz/libhelpers.a: $(FUZZ_HELPERS:%.c=$(BUILD)/%.o)
	@mkdir -p $(@D)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

%/fuzz_http: WRAPPED := socket
%/fuzz_options: WRAPPED := config_load
link_fuzzed = $(BUILD)/test-clock.o $(BUILD)/fuzz/libhelpers.a $(LIBRARY) $(WRAPPED:%=-Wl,--wrap=%) $(LDFLAGS) $(pkg_libs)

$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/fuzz/libhelpers.a $(BUILD)/test-clock.o $(LIBRARY)
	$(call say,FUZZ,$<)$(compile) $(WARNINGS) -fsanitize=fuzzer -MMD -MP -o $@ $< $(link_fuzzed)

# Runs the inputs it is given, without a fuzzer.
$(BUILD)/replay/%: tests/fuzz/%.c tests/fuzz/replay.c $(BUILD)/fuzz/libhelpers.a $(BUILD)/test-clock.o $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,FUZZ,$<)$(compile) $(WARNINGS) -o $@ $< tests/fuzz/replay.c $(link_fuzzed)

# What is compiled with other flags, or as another version, is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@pkg-config --exists $(PACKAGES) || { echo "libraries are missing; 'make deps' installs them" >&2; exit 1; }
	@echo '$(subst ','\'',$(compile) $(LDFLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(compile) $(LDFLAGS))' > $@

unit-tests: $(UNIT_TESTS) $(TEST_TOOLS)
test-tools: $(TEST_TOOLS)
fuzzers: $(FUZZERS)

-include $(wildcard $(OBJECTS_D))

# ---- Try and test: each of these is the only command needed on a fresh machine ----

demo: ## the main job on a simulated Odoo, with nothing to set up
	@sh tests/deps.sh $(DEBIAN_BUILD) $(DEBIAN_DEMO)
	$(quiet)$(SUBMAKE) all
	@BUILD=$(BUILD) PYTHON=$(PYTHON) bash tests/demo.sh

# With TEST=NAME, of the unit tests only the program that has it is built.
TESTED = $(if $(TEST),$(patsubst %,$(BUILD)/tests/%,$(shell bash tests/run.sh programs '$(TEST)')),$(UNIT_TESTS))

check: deps ## every test, or TEST=NAME alone; ends with "N passed, N failed"
	$(quiet)$(SUBMAKE) all test-tools $(TESTED)
	@BUILD=$(BUILD) PYTHON=$(PYTHON) JOBS=$(JOBS) TEST='$(TEST)' bash tests/run.sh unit system json

unit: deps ## the unit tests (C)
	$(quiet)$(SUBMAKE) unit-tests
	@BUILD=$(BUILD) JOBS=$(JOBS) bash tests/run.sh unit

system: deps ## the tests of the program, of the model and of the simulated Odoo (Python)
	$(quiet)$(SUBMAKE) all test-tools
	@BUILD=$(BUILD) PYTHON=$(PYTHON) JOBS=$(JOBS) bash tests/run.sh system

# With clang the tests run what is fuzzed, so that it is compiled once.
NO_LINK    := -fsanitize=fuzzer-no-link
with_clang := $(findstring clang,$(CC))
ASAN_BUILD  = $(if $(with_clang),build-fuzz,build-asan)
ASAN_FLAGS  = -O1 -g $(SANITIZE) $(if $(with_clang),$(NO_LINK))

asan-build:
	$(quiet)$(SUBMAKE) BUILD=$(ASAN_BUILD) CFLAGS="$(ASAN_FLAGS)" LDFLAGS="$(SANITIZE)" all unit-tests

asan: deps asan-build ## the tests of the program under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer
	@BUILD=$(ASAN_BUILD) PYTHON=$(PYTHON) JOBS=$(JOBS) ASAN_OPTIONS=$${ASAN_OPTIONS-$(QUARANTINE)} \
	    bash tests/run.sh unit program

ubsan: deps ## numbers and words at the edge under UndefinedBehaviorSanitizer alone
	$(quiet)$(SUBMAKE) BUILD=build-ubsan CFLAGS="-O1 -g $(UNDEFINED)" LDFLAGS="$(UNDEFINED)" all test-tools
	@BUILD=build-ubsan PYTHON=$(PYTHON) JOBS=$(JOBS) bash tests/run.sh edges

valgrind: deps ## the unit tests and the demo under valgrind
	@sh tests/deps.sh valgrind
	$(quiet)$(SUBMAKE) all unit-tests
	@BUILD=$(BUILD) JOBS=$(JOBS) RUNNER="$(VALGRIND)" $(FEWER) bash tests/run.sh unit
	@BUILD=$(BUILD) RUNNER="$(VALGRIND)" PYTHON=$(PYTHON) bash tests/demo.sh > /dev/null
	@echo "the demo under valgrind: no error"

fuzz-build:
	@sh tests/deps.sh $(DEBIAN_BUILD) $(DEBIAN_CLANG)
	$(quiet)$(SUBMAKE) BUILD=build-fuzz CC=clang CFLAGS="-O1 -g $(SANITIZE) $(NO_LINK)" LDFLAGS="$(SANITIZE)" fuzzers

fuzz: fuzz-build ## replay the corpus of each decoder, then feed it anything, FUZZ_SECONDS (30) each
	@BUILD=build-fuzz JOBS=$(JOBS) FUZZ_SECONDS=$(FUZZ_SECONDS) bash tests/fuzz/run.sh

bench: deps ## how fast, beside curl, the parser alone and Python clients (minutes)
	@sh tests/deps.sh $(DEBIAN_BENCH)
	$(quiet)$(SUBMAKE) all $(BUILD)/bench/deadlines
	@QUALIODOO=$(BUILD)/qualiodoo $(PYTHON) tests/bench/run.py $(BENCH)

# ---- Lint ----

C_FILES := $(sort $(wildcard src/*.c src/*/*.[ch] include/qualiodoo/*/*.h tests/unit/*.[ch] tests/system/*.c tests/fuzz/*.[ch] tests/bench/*.c))

lint: deps ## formatting, static analysis, and the rules of the house
	@sh tests/deps.sh $(DEBIAN_CLANG) $(DEBIAN_LINT)
	$(quiet)$(SUBMAKE) -k lint-format lint-tidy lint-cppcheck lint-analyzer lint-rooms
	@echo "lint: nothing found"

lint-format:
	$(call say,LINT,clang-format)clang-format --dry-run -Werror $(C_FILES)

lint-tidy: $(TIDIED)

# After the compilation, which knows the headers. Nearly all of the time is clang's analyzer's: here it leaves a function
# after 25,000 states; with the 225,000 that are the default it takes four times as long on the longer functions.
TIDY_LIMIT := -Xclang -analyzer-config -Xclang max-nodes=25000
$(BUILD)/tidy/%: %.c $(BUILD)/%.o .clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY,$<)clang-tidy --quiet $< -- -std=gnu17 $(DEFINES) $(pkg_cflags) $(TIDY_LIMIT) > $@.log 2>&1 || { cat $@.log; exit 1; }
	@touch $@

lint-cppcheck:
	$(call say,LINT,cppcheck)cppcheck -q --enable=warning,performance,portability --inline-suppr \
	    --library=tests/lint/jansson.cfg --suppressions-list=tests/lint/cppcheck.txt --error-exitcode=1 \
	    -j$(JOBS) -Iinclude -Isrc -D_GNU_SOURCE src tests/fuzz

# gcc 12 takes what qsort or memcpy filled for uninitialized: clang's analyzer and valgrind look at that instead.
lint-analyzer:
	$(quiet)$(MAKE) --no-print-directory BUILD=build-analyzer WERROR=1 \
	    CFLAGS="-O1 -fanalyzer -Wno-analyzer-use-of-uninitialized-value" all

lint-rooms: $(LIBRARY)
	$(call say,LINT,rooms)BUILD=$(BUILD) bash tests/lint/rooms.sh

format: ## format the C sources in place
	clang-format -i $(C_FILES)

# ---- Install ----

UNITS := $(if $(filter-out 0,$(SYSTEMD)),$(patsubst systemd/%,%,$(sort $(wildcard $(addprefix systemd/,\
    *.service *.timer $(if $(with_webhook),*.socket) *.d/*.conf)))))
MANS  := man1/qualiodoo.1 man5/qualiodoo.yaml.5
# Units, manual and example name the program and its configuration by their places.
PLACES = sed -i 's|/usr/bin/|$(bindir)/|g; s|/etc/qualiodoo|$(confdir)|g; s|/usr/share/doc/qualiodoo|$(docdir)|g'

install: all ## program, units, manual, example configuration, documentation (DESTDIR, prefix)
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(docdir)/docs $(DESTDIR)$(confdir)
	install -m 755 $(BINARY) $(DESTDIR)$(bindir)/qualiodoo
	for unit in $(UNITS); do \
	    file=$(DESTDIR)$(unitdir)/$$unit && install -D -m 644 systemd/$$unit $$file && $(PLACES) $$file || exit 1; \
	done
	for page in $(MANS); do \
	    file=$(DESTDIR)$(mandir)/$$page && install -D -m 644 man/$${page#*/} $$file && $(PLACES) $$file || exit 1; \
	done
	install -m 644 systemd/qualiodoo.sysusers $(DESTDIR)$(sysusersdir)/qualiodoo.conf
	file=$(DESTDIR)$(confdir)/qualiodoo.yaml.example && install -m 644 config/qualiodoo.yaml $$file && $(PLACES) $$file
	for page in $(PAGES); do install -m 644 $$page $(DESTDIR)$(docdir)/$$page || exit 1; done

uninstall: ## what install put; configuration, secret and state stay
	rm -f $(DESTDIR)$(bindir)/qualiodoo $(UNITS:%=$(DESTDIR)$(unitdir)/%) $(MANS:%=$(DESTDIR)$(mandir)/%) \
	    $(DESTDIR)$(sysusersdir)/qualiodoo.conf $(DESTDIR)$(confdir)/qualiodoo.yaml.example \
	    $(PAGES:%=$(DESTDIR)$(docdir)/%)
	-rmdir $(patsubst %/,%,$(addprefix $(DESTDIR)$(unitdir)/,$(filter-out ./,$(sort $(dir $(UNITS)))))) \
	    $(DESTDIR)$(docdir)/docs $(DESTDIR)$(docdir) $(DESTDIR)$(confdir) 2>/dev/null || true

deps: ## the missing Debian packages, for building and testing (as root or through sudo)
	@sh tests/deps.sh $(DEBIAN_BUILD) $(DEBIAN_CHECK)

deps-all: deps ## the packages of every target but bench
	@sh tests/deps.sh $(DEBIAN_CLANG) $(DEBIAN_LINT) valgrind

clean: ## remove what was built
	rm -rf build build-* $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14
