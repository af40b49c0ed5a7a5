# Two commands carry a newcomer: make run, make test.  The rest is for whoever works on it.
# Variants build side by side:  make all B=build/asan CC=clang SANITIZE=1

B        ?= build
# Suites with daemons that run at a time: they wait more than they work.
TEST_JOBS ?= $(shell expr 2 \* $$(nproc))
CC       ?= cc
OPT      ?= -O2 -g
PKGS     := libevent hiredis jansson libcurl libesmtp-1.0 libsodium libcrypto yaml-0.1 libutf8proc gmime-3.0 sqlite3 libzip expat xlsxwriter
MODULES  := lib core store
DAEMONS  := ingest router sla notify console
PICTURES := gdlib libexif libsodium
VERIFY   := libsodium jansson
RUNTIME  := redis-server redis-tools
DEVEL    := build-essential pkg-config libevent-dev libhiredis-dev libjansson-dev libssl-dev \
            libcurl4-openssl-dev libesmtp-dev libsodium-dev libyaml-dev libutf8proc-dev \
            libstemmer-dev libgeos-dev libgd-dev libexif-dev libgmime-3.0-dev libsqlite3-dev liblinear-dev libzip-dev libexpat1-dev libxlsxwriter-dev check
TESTERS  := python3 libxml2-utils redis-tools kannel kannel-extras exim4-daemon-light dovecot-imapd openssl haproxy nginx-light
CHECKERS := $(TESTERS) clang cppcheck libclang-rt-14-dev lua5.1 shellcheck

CFLAGS   += -std=c11 -D_GNU_SOURCE $(OPT) -fstack-protector-strong -fPIE \
            -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wformat=2
CFLAGS   += -I. -MMD -MP $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# as-needed: GMime and its GLib come along only where letters are read
LDFLAGS  += -pie -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,--gc-sections
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lstemmer -lgeos_c -lm
PICLIBS  := $(shell pkg-config --libs $(PICTURES) 2>/dev/null) -lm
VERSION  := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
CFLAGS   += -DKENTONGAN_VERSION='"$(VERSION)"'
ifdef SANITIZE
CFLAGS   += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS  += -fsanitize=address,undefined
else
CFLAGS   += -D_FORTIFY_SOURCE=2
endif
ifdef FAULTS
CFLAGS   += -DKENTONGAN_FAULTS
endif
ifdef MUTANT
CFLAGS   += -DMUTANT=$(MUTANT)
endif

objs      = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)/*.c))
parts     = $(filter-out $(B)/$(1)/main.o,$(call objs,$(1)))
assets    = $(patsubst %,$(B)/%.o,$(wildcard $(addprefix $(1)/,web/*.html web/*.css web/*.js web/*.json *.lua)))
LIB       = $(B)/libkentongan.a
UNIT      = $(sort $(wildcard tests/unit/check_*.c))
# Beside each folder's own files; the bench says texts in the same way.
SHARED    = tests/runner.c tests/say.c
INTEG     = $(sort $(wildcard tests/integration/check_*.c))

.PHONY: all
all: $(B)/kentongan $(addprefix $(B)/kentongan-,$(DAEMONS) picture verify train)

$(LIB): $(foreach m,$(MODULES),$(call objs,$(m))) $(call assets,store)
	@rm -f $@
	@ar rcs $@ $^

# The console reads in whom an imported complaint is about.  Objects stand before the library that they use.
also_console = $(call parts,router)

define daemon
$(B)/kentongan-$(1): $(call objs,$(1)) $(call assets,$(1)) $(also_$(1)) $(LIB)
	$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS)
endef
$(foreach d,$(DAEMONS),$(eval $(call daemon,$(d))))

$(B)/kentongan: $(call objs,cli) $(call parts,router) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Reads strangers' pictures: linked with what that needs and no more.
$(B)/kentongan-picture: $(call objs,picture) $(B)/core/look.o $(B)/core/media.o $(B)/lib/buf.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PICLIBS)

# Judges the record without the code that wrote it.
$(B)/kentongan-verify: $(call objs,verify)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(VERIFY))

# Makes conf/model.bin; nothing that runs needs liblinear.
$(B)/kentongan-train: $(call objs,model) $(call parts,router) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -llinear

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

# Tests' objects lie elsewhere: build/tests/unit is the program.
$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

# Files carried inside the programs: _binary_<path with _>_start and _end.
ASSETS := $(foreach d,store ingest console cli,$(call assets,$(d)))
$(ASSETS): $(B)/%.o: %
	@mkdir -p $(@D)
	ld -r -b binary -z noexecstack -o $@ $<

# ---- tests: one program per folder, its suites found by name ----
define runner
$(B)/tests/$(1)-suites.c: $(2) Makefile
	@mkdir -p $$(@D)
	@{ echo '#include "tests/suites.h"'; \
	   for f in $(notdir $(basename $(2))); do echo "Suite *$$$${f#check_}_suite(void);"; done; \
	   echo 'const struct named_suite suites[] = {'; \
	   for f in $(notdir $(basename $(2))); do echo "	{ \"$$$${f#check_}\", $$$${f#check_}_suite },"; done; \
	   echo '	{ 0, 0 } };'; } > $$@
$(B)/tests/$(1): $(B)/tests/$(1)-suites.o $(patsubst %.c,$(B)/obj/%.o,$(2) $(filter-out tests/$(1)/check_%.c,$(wildcard tests/$(1)/*.c)) $(SHARED)) \
    $(foreach d,$(DAEMONS) cli picture model,$(call parts,$(d)) $(call assets,$(d))) $(LIB)
	$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(shell pkg-config --libs check) $$(PICLIBS) $$(LDLIBS) -llinear
$(B)/tests/$(1)-suites.o: $(B)/tests/$(1)-suites.c
	$$(CC) $$(CFLAGS) -c -o $$@ $$<
endef
$(eval $(call runner,unit,$(UNIT)))
$(eval $(call runner,integration,$(INTEG)))

# ---- what a newcomer types ----
.PHONY: deps run test test-full unit integration clean
deps:
	@missing=; for p in $(DEVEL) $(RUNTIME) $(EXTRA_PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; sudo=; \
	  if [ $$(id -u) != 0 ]; then \
	    command -v sudo >/dev/null || { echo "make: missing packages:$$missing; run 'apt-get install$$missing' as root" >&2; exit 1; }; \
	    sudo=sudo; fi; \
	  $$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q --no-install-recommends $$missing; fi

run: deps
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@exec $(B)/kentongan up --dir var --conf conf $(UP)

unit: $(B)/tests/unit
	TEST_JOBS=$(TEST_JOBS) $(B)/tests/unit
integration: all $(B)/tests/integration
	TEST_JOBS=$(TEST_JOBS) $(B)/tests/integration
test:
	@$(MAKE) --no-print-directory deps EXTRA_PACKAGES="$(TESTERS)"
	@$(MAKE) --no-print-directory -s -j$$(nproc) all $(B)/tests/unit $(B)/tests/integration
	TEST_JOBS=$(TEST_JOBS) $(B)/tests/unit
	@$(MAKE) --no-print-directory -s model-same exam
	@$(MAKE) --no-print-directory fault-smoke
	TEST_JOBS=$(TEST_JOBS) $(B)/tests/integration

# Everything: tests under sanitizers, years of archive, the long torture, mutants.
test-full: test asan
	CK_INCLUDE_TAGS=slow $(B)/tests/integration
	@$(MAKE) --no-print-directory fault-all
	@$(MAKE) --no-print-directory mutants
	@$(MAKE) --no-print-directory browser

# People at browsers, and every page looked at by axe-core; pictures in build/browser.
.PHONY: browser
browser: all $(B)/tests/integration
	@$(MAKE) --no-print-directory deps EXTRA_PACKAGES="chromium chromium-driver $$(command -v npm > /dev/null || echo npm)"
	CK_INCLUDE_TAGS=browser $(B)/tests/integration
	python3 tests/browser/life.py $(B)
	python3 tests/browser/resume.py $(B)
	python3 tests/browser/pages.py $(B)

# A wall clock that a test can set, for LD_PRELOAD; plain, for it goes into programs that are not ours.
$(B)/tests/clockshim.so: tests/clockshim.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -o $@ $<

# ---- broken on purpose: a running house is tortured and judged by a program of its own ----
TORTURE   := python3 tests/fault/torture.py
.PHONY: fault-smoke fault-all fault-long mutants
fault-smoke: all $(B)/tests/clockshim.so
	$(TORTURE) run --build $(B) --seconds 15 --rate 40 --seed 1
	$(TORTURE) redis-stopped --build $(B) --seconds 8
	@for s in same-five untouched tamper canary clock-redis engine-down; do $(TORTURE) $$s --build $(B) || exit 1; done

fault-all: all $(B)/bench/fill $(B)/tests/clockshim.so
	@$(MAKE) --no-print-directory -s all B=$(B)/faults FAULTS=1
	@for seed in 1 2 3; do $(TORTURE) run --build $(B) --seconds 60 --rate 60 --seed $$seed || exit 1; done
	$(TORTURE) run --build $(B) --seconds 60 --rate 60 --seed 4 --only redis
	@for mode in stop mixed power; do $(TORTURE) run --build $(B) --seconds 60 --rate 50 --mode $$mode || exit 1; done
	@for mode in points poison; do \
	  $(TORTURE) run --build $(B)/faults --seconds 60 --rate 30 --mode $$mode || exit 1; done
	$(TORTURE) redis-stopped --build $(B) --seconds 20
	$(TORTURE) archive --build $(B)/faults
	@for s in same-five untouched tamper canary engines clock-redis clock-sla engine-down; do $(TORTURE) $$s --build $(B) || exit 1; done

# Redis stands still for half an hour; with what comes after it, three quarters of one.
fault-long: all
	$(TORTURE) redis-stopped --build $(B) --seconds 1800

# Each planted mistake must turn a check red.
mutants:
	python3 tests/fault/mutants.py

# ---- static checks ----
.PHONY: lint asan
lint:
	@$(MAKE) --no-print-directory deps EXTRA_PACKAGES="$(CHECKERS)"
	@$(MAKE) --no-print-directory -s -j$$(nproc) B=build/clang CC=clang all
	python3 tests/includes.py
	python3 tests/channels.py
	python3 tests/words.py
	python3 tests/docs.py
	luac5.1 -p store/kentongan.lua
	cppcheck -q -j$$(nproc) --error-exitcode=1 --std=c11 -I. --enable=warning,performance,portability \
	    --inline-suppr --suppress=missingIncludeSystem --suppress=comparePointers $(MODULES) $(DAEMONS) picture verify cli model bench
	shellcheck .ci/run

# What is freed lies in quarantine for 32 MiB, not 256: a daemon's start costs a quarter less, page faults a third.
ASAN_RUN = ASAN_OPTIONS=quarantine_size_mb=32 TEST_JOBS=$(shell nproc) CK_TIMEOUT_MULTIPLIER=2
asan:
	@$(MAKE) --no-print-directory deps EXTRA_PACKAGES="$(CHECKERS)"
	@$(MAKE) --no-print-directory -s -j$$(nproc) B=build/asan CC=clang SANITIZE=1 OPT="-O1 -g" all \
	    build/asan/tests/unit build/asan/tests/integration
	$(ASAN_RUN) build/asan/tests/unit
	$(ASAN_RUN) build/asan/tests/integration

# ---- measuring: everything side by side in one run ----
BENCHES := $(patsubst bench/%.c,$(B)/bench/%,$(wildcard bench/*.c))
$(BENCHES): $(B)/bench/%: $(B)/bench/%.o $(B)/obj/tests/say.o $(call parts,router) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lpthread

# ---- the model of the categories: make model EXTRA="further.tsv rows.tsv"; what people corrected comes along ----
TEXTS   := $(sort $(wildcard model/latih/*.tsv)) model/bahaya.tsv
.PHONY: model model-same exam
model: $(B)/kentongan-train
	$(B)/kentongan-train --peers model/setara.txt --out conf/model.bin $(TEXTS) $(wildcard var/latih/koreksi.tsv) $(EXTRA)

# The same texts give the same bytes.
model-same: $(B)/kentongan-train
	@mkdir -p $(B)/model
	$(B)/kentongan-train --peers model/setara.txt --folds 2 --out $(B)/model/a.bin $(TEXTS) > /dev/null & one=$$!; \
	$(B)/kentongan-train --peers model/setara.txt --folds 2 --out $(B)/model/b.bin $(TEXTS) > /dev/null && wait $$one
	cmp $(B)/model/a.bin $(B)/model/b.bin

# Texts that the model was not taught.
exam: all
	python3 tests/exam.py --limits $(B) tests/texts/ujian-a.tsv tests/texts/ujian-b.tsv \
	    tests/texts/ujian-c.tsv tests/texts/ujian-d.tsv tests/texts/ujian-e.tsv

.PHONY: bench
bench:
	@$(MAKE) --no-print-directory deps EXTRA_PACKAGES="$(TESTERS)"
	@$(MAKE) --no-print-directory -s -j$$(nproc) all $(BENCHES)
	python3 bench/bench.py $(B) $(BENCH)

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
