# The book: `make book` builds it, `make test` checks it. Any Python from 3.11 on will do: make PYTHON=python3.12 book
PYTHON ?= python3
IN := .venv/bin/python
unexport PYTHONPATH PYTHONHOME

# What is asked for on the command line reaches Python through the environment, unexpanded: no shell reads it.
$(foreach name,NAME PARAMS PORT SEED SHORT PROCESSES SCHEDULER,$(if $(filter command,$(origin $(name))),\
  $(eval export ASKED_$(name) := $$(value $(name)))$(eval override $(name) :=),$(eval unexport ASKED_$(name))))

.PHONY: help book test proofs serve pdf notebook study fresh sabotage mutation corners chapter format bench front lock clean env

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

book: env ## install, execute the notebooks, build the book into _build/html; NAME=01_setting: one chapter only
	@$(IN) -m ci.make book

test: ## lint, unit tests, the book with its claims, every page in a browser
	@$(PYTHON) ci/bootstrap.py --browser
	@$(IN) -m ci.check

proofs: ## check the machine-checked proofs; Debian 12 as root: installs Coq, 1 GB
	@$(PYTHON) -m ci.proofs

serve: book ## show the book on http://localhost:8000; PORT=8080 for another port
	@$(IN) -m ci.make serve

pdf: book ## print the book into _build/book.pdf
	@$(PYTHON) ci/bootstrap.py --browser
	@$(IN) -m ci.site.pdf

notebook: env ## rerun one chapter with other parameters: NAME=01_setting PARAMS="k=9 d=30"
	@$(IN) -m ci.make notebook

study: env ## run a grid too large for a chapter: NAME=gated-fifty; PROCESSES=2, SCHEDULER=tcp://..., PARAMS="device=cuda"; no NAME lists them
	@$(IN) -m ci.make study

fresh: env ## examine every law on draws that nobody has seen: SEED=7; NAME=... for one law, SHORT=1 for few draws
	@$(IN) -m ci.make fresh

sabotage: env ## break the book on purpose, and see that it is noticed; NAME=... for one breakage
	@$(IN) -m ci.make sabotage

mutation: env ## change the library in small ways, at random, and see how many its tests notice; an hour; SEED=7, NAME=ledger for one room
	@$(IN) -m ci.make mutation

corners: env ## run chapters at the corners of what their parameters may be; NAME=07_plateaus for one, SEED=7 for others
	@$(IN) -m ci.make corners

chapter: env ## begin a chapter: NAME=11_rare_events
	@$(IN) -m ci.make chapter

format: env ## format the code and the cells of the chapters
	@$(IN) -m ruff check --fix --quiet
	@$(IN) -m ruff format --quiet
	@$(IN) -m ci.pipeline.lint --fix

bench: env ## measure the speed of the library; NAME=flow for one benchmark
	@$(IN) -m ci.make bench

front: env ## draw the README's picture again, from the chapter that shows it
	@$(IN) -m ci.pipeline.book notebook:05_extrapolation
	@$(IN) -m ci.site.readme_picture

# 3.11.2 is Debian 12's Python. What torch would bring for CUDA is left out: the CPU runs the whole book.
lock: ## resolve ci/requirements.in into requirements.txt (needs uv)
	@mkdir -p _build
	uv pip compile --quiet --python-version 3.11.2 --annotation-style line --no-emit-index-url \
		--custom-compile-command "make lock" --output-file _build/lock.txt ci/requirements.in
	grep -vE '^(nvidia|cuda|triton)' _build/lock.txt > requirements.txt
	uv pip compile --quiet --python-version 3.11.2 --generate-hashes --no-deps --no-annotate --no-header \
		--no-emit-index-url --no-emit-package torch --output-file _build/hashes.txt requirements.txt
	(head -n 1 ci/hashes.txt; cat _build/hashes.txt) > _build/hashes && mv _build/hashes ci/hashes.txt

clean: ## remove everything that was built; the installed packages stay
	rm -rf _build book/notebooks book/_generated book/claims.md
	find ci lib book -name __pycache__ -prune -exec rm -rf {} +

env: ## install what is needed, and the library as it is now
	@$(PYTHON) ci/bootstrap.py
