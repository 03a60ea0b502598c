FUZZTIME ?= 30s

.PHONY: test ci generate bench fuzz

test: ## the tests, as the README says
	go test ./...

ci: ## everything that must pass before a change lands
	.ci/run

generate: ## the kernels' assembly
	cd internal/kernel/_gen && go run .

bench: ## kernels and training steps
	go test -run '^$$' -bench . ./internal/kernel ./autoencoder ./search

fuzz: ## every reader, for half a minute each, or FUZZTIME
	go test ./safetensors -run "^$$" -fuzz FuzzRead -fuzztime $(FUZZTIME)
	go test ./pix -run "^$$" -fuzz FuzzDecode -fuzztime $(FUZZTIME)
	for f in $$(grep -ho 'func Fuzz[A-Za-z]*' faces/*_test.go | cut -c6-); do go test ./faces -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) || exit 1; done
	go test ./search/quality -run "^$$" -fuzz FuzzParsePairs -fuzztime $(FUZZTIME)
	go test ./finder -run "^$$" -fuzz FuzzFromFile -fuzztime $(FUZZTIME)
	go test ./latent -run "^$$" -fuzz FuzzAtlas -fuzztime $(FUZZTIME)
	go test ./search -run "^$$" -fuzz FuzzOpen -fuzztime $(FUZZTIME)
	go test ./search -run "^$$" -fuzz FuzzGraph -fuzztime $(FUZZTIME)
