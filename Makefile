# qualiodoo: one Makefile for everything. `make help` lists the targets.

VERSION := 0.1.0
prefix  ?= /usr
DESTDIR ?=
BUILD   ?= build
CC      ?= gcc

sysconfdir  := $(if $(filter /usr,$(prefix)),/etc,$(prefix)/etc)
bindir      := $(prefix)/bin
unitdir     := $(prefix)/lib/systemd/system
sysusersdir := $(prefix)/lib/sysusers.d
docdir      := $(prefix)/share/doc/qualiodoo

# The libraries, all in Debian 12 (architecture.md says what each is for). xmlrpc-c has no pkg-config.
PACKAGES := libcurl jansson yaml-0.1 sqlite3 glib-2.0
DEBIAN_BUILD := gcc pkg-config libxmlrpc-core-c3-dev libcurl4-openssl-dev libjansson-dev libyaml-dev \
    libsqlite3-dev libglib2.0-dev sqlite3 ca-certificates
DEBIAN_CHECK := libcmocka-dev python3 python3-pytest python3-hypothesis
DEBIAN_LINT := clang clang-tidy clang-format cppcheck valgrind
DEBIAN_BENCH := curl python3-odoorpc

WERROR  ?=
CFLAGS  ?= -O2 -g
# Tables leave out what is zero on purpose: no warning for a missing initializer.
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla \
    -Wformat=2 -Wundef -Wno-missing-field-initializers $(if $(WERROR),-Werror)
CPPFLAGS += -Iinclude -I$(BUILD) -D_GNU_SOURCE -DQUALIODOO_VERSION='"$(VERSION)"'
pkg_cflags = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
pkg_libs = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lxmlrpc -lxmlrpc_util -lxmlrpc_xmlparse \
    -lxmlrpc_xmltok -lpthread -lm
HARDENING := -fstack-protector-strong -fPIE

ROOMS   := util core config odoo store sync cli
SOURCES := $(foreach room,$(ROOMS),$(sort $(wildcard src/$(room)/*.c)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/src/store/migrations.o
LIBRARY := $(BUILD)/libqualiodoo.a
BINARY  := $(BUILD)/qualiodoo
SCHEMA  := $(sort $(wildcard src/store/schema/*.sql))

UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
UNIT_TESTS   := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/tests/%)

.PHONY: all demo check unit system asan valgrind lint format fuzz bench install uninstall deps clean help
.DEFAULT_GOAL := all

all: $(BINARY)

$(BINARY): $(BUILD)/src/main.o $(LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -pie -o $@ $^ $(pkg_libs)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu17 $(CPPFLAGS) $(pkg_cflags) $(CFLAGS) $(HARDENING) $(WARNINGS) -MMD -MP -c -o $@ $<

# The numbered migrations, embedded: one array of {number, name, text}.
$(BUILD)/migrations.c: $(SCHEMA) src/store/embed.sh Makefile
	@mkdir -p $(@D)
	sh src/store/embed.sh $(SCHEMA) > $@.tmp && mv $@.tmp $@

$(BUILD)/src/store/migrations.o: $(BUILD)/migrations.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 $(CPPFLAGS) -Isrc/store $(CFLAGS) $(HARDENING) $(WARNINGS) -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) -std=gnu17 $(CPPFLAGS) -Isrc $(pkg_cflags) $(CFLAGS) $(WARNINGS) -MMD -MP -o $@ $< $(LIBRARY) \
	    $(pkg_libs) -lcmocka

-include $(OBJECTS:.o=.d) $(BUILD)/src/main.d $(UNIT_TESTS:=.d)

# ---- What a person calls ----

PYTHON ?= /usr/bin/python3
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZ_SECONDS ?= 30

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

deps: ## install the missing Debian packages
	@sh tests/deps.sh $(DEBIAN_BUILD) $(DEBIAN_CHECK)

demo: deps ## the main job on the embedded simulated Odoo
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) PYTHON=$(PYTHON) sh tests/demo.sh

check: deps ## build and run every test
	@$(MAKE) --no-print-directory all unit-tests
	@BUILD=$(BUILD) PYTHON=$(PYTHON) bash tests/run.sh

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS)

unit: unit-tests ## the unit tests only
	@BUILD=$(BUILD) bash tests/run.sh unit

system: all ## the system tests only
	@BUILD=$(BUILD) PYTHON=$(PYTHON) bash tests/run.sh system

asan: ## the unit and system tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory BUILD=build-asan CFLAGS="-O1 -g $(SANITIZE)" LDFLAGS="$(SANITIZE)" all unit-tests
	@BUILD=build-asan PYTHON=$(PYTHON) bash tests/run.sh

valgrind: unit-tests ## the unit tests under valgrind
	@BUILD=$(BUILD) RUNNER="valgrind -q --error-exitcode=9 --leak-check=full" bash tests/run.sh unit

lint: ## format, static analysis and the rules of the house
	@sh tests/deps.sh $(DEBIAN_LINT)
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')
	cppcheck -q --enable=warning,performance,portability --inline-suppr --error-exitcode=1 -Iinclude src
	@BUILD=$(BUILD) sh tests/rooms.sh

format: ## format the sources
	clang-format -i $$(git ls-files '*.c' '*.h')

fuzz: $(LIBRARY) ## fuzz the decoders for FUZZ_SECONDS each
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/run.sh

bench: deps all ## ratios beside curl, the parser alone and Python (minutes)
	@sh tests/deps.sh $(DEBIAN_BENCH)
	@QUALIODOO=$(BUILD)/qualiodoo $(PYTHON) tests/bench/run.py

install: all ## binary and example configuration (DESTDIR and prefix honoured)
	install -D -m 755 $(BINARY) $(DESTDIR)$(bindir)/qualiodoo
	install -D -m 644 config/qualiodoo.yaml $(DESTDIR)$(docdir)/qualiodoo.yaml
	install -D -m 644 README.md $(DESTDIR)$(docdir)/README.md
	install -D -m 644 LICENSE $(DESTDIR)$(docdir)/LICENSE

uninstall: ## what install put
	rm -f $(DESTDIR)$(bindir)/qualiodoo
	rm -rf $(DESTDIR)$(docdir)

clean: ## what was built
	rm -rf $(BUILD) build-*
