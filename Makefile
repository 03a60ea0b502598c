.PHONY: test ci generate bench fuzz

test: ## the tests, as the README says
	go test ./...

ci: ## everything that must pass before a change lands
	.ci/run

generate: ## the kernels' assembly
	cd internal/kernel/_gen && go run .

bench: ## kernels and training steps
	go test -run '^$$' -bench . ./internal/kernel ./autoencoder ./search

fuzz: ## every reader, for half a minute each
	go test ./safetensors -fuzz FuzzRead -fuzztime 30s
	go test ./pix -fuzz FuzzDecode -fuzztime 30s
	for f in $$(grep -ho 'func Fuzz[A-Za-z]*' faces/*_test.go | cut -c6-); do go test ./faces -run '^$$' -fuzz "^$$f$$" -fuzztime 30s || exit 1; done
	go test ./search/quality -fuzz FuzzParsePairs -fuzztime 30s
	go test ./finder -fuzz FuzzFromFile -fuzztime 30s
	go test ./latent -run "^$$" -fuzz FuzzAtlas -fuzztime 30s
	go test ./search -run "^$$" -fuzz FuzzOpen -fuzztime 30s
	go test ./search -run "^$$" -fuzz FuzzGraph -fuzztime 30s
