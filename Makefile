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
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla \
    -Wformat=2 -Wundef $(if $(WERROR),-Werror)
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

clean:
	rm -rf $(BUILD) build-*
