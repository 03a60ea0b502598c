# Inputs are counted, not timed: at the end of a time Go's fuzzer now and then
# reports its own deadline as a failure (golang.org/issue/75804). And by default
# it spends up to a minute on making the first new input small, in which it
# tries nothing else: 4 inputs in 6 seconds were seen. So that is kept short.
FUZZRUNS ?= 200000
FUZZED = ./pytorch ./detect ./safetensors ./onnx ./onnx/runtime ./encoder ./hdf5 ./keras ./npy ./embeddings ./inspect ./pix ./faces ./internal/heif ./autoencoder ./train ./finder ./latent ./search ./search/quality ./gallery ./gallery/journal ./search/weaviate

.PHONY: test test-servers ci generate bench fuzz models

test: ## the tests, as the README says
	go test ./...

test-servers: ## tests with servers of Weaviate and PostgreSQL, which are started; LIKENESS_POSTGRES names one that runs
	LIKENESS_SERVERS=1 go test -count=1 -timeout 60m -run Servers ./search/weaviate ./search/pgvector

ci: ## everything that must pass before a change lands
	.ci/run

generate: ## the kernels' assembly
	cd internal/kernel/_gen && go run .

# Labeled Faces in the Wild and its attributes, and where models are trained. What is there already is not trained again.
LFW ?= lfw
ATTRIBUTES ?= lfw-attributes
BUILD ?= build/models
TRAIN = go run ./cmd/likeness train
FITTED = --data $(LFW) --attributes $(ATTRIBUTES)

models: $(BUILD)/detector.safetensors $(BUILD)/finder.safetensors $(BUILD)/conv.safetensors $(BUILD)/conv.atlas.safetensors \
  $(BUILD)/denoiser.safetensors ## the models that come with the program
	go run ./models/pack $(BUILD) models/files

# All are fitted to the training part of the exercise's split, which is the default of each.
$(BUILD)/detector.safetensors: | $(BUILD)
	$(TRAIN) detector $(FITTED) --out $@
$(BUILD)/finder.safetensors: | $(BUILD)
	$(TRAIN) finder $(FITTED) --out $@
$(BUILD)/conv.safetensors: | $(BUILD)
	$(TRAIN) conv $(FITTED) --out $@
$(BUILD)/denoiser.safetensors: | $(BUILD)
	$(TRAIN) denoise --arch residual $(FITTED) --optimizer muon --epochs 3 --out $@
$(BUILD)/%.atlas.safetensors: $(BUILD)/%.safetensors
	go run ./cmd/likeness directions $< $(FITTED) --out $@
$(BUILD):
	mkdir -p $@

bench: ## kernels and training steps
	go test -run '^$$' -bench . ./internal/kernel ./autoencoder ./search

fuzz: ## every reader of files, with FUZZRUNS inputs each
	@set -e; for p in $(FUZZED); do \
	  for f in $$(grep -ho 'func Fuzz[A-Za-z]*' $$p/*_test.go | cut -c6-); do \
	    echo "go test $$p -fuzz $$f"; \
	    go test $$p -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZRUNS)x -fuzzminimizetime 50x; \
	  done; \
	done
