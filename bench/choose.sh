#!/usr/bin/env bash
# How the learning rates were chosen: every candidate trains on nine tenths of
# LFW's training pictures and is measured on the last tenth of them. The test
# pictures are not looked at. Prints a Markdown table.
#
#     bench/choose.sh ../shared/data/lfw.tgz ../shared/data/lfw_attributes_binary.txt
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1 attributes=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
go build -o "$dir/likeness" ./cmd/likeness

echo '| model | learning rate | schedule | validation MSE | training MSE | s |'
echo '|---|---|---|---|---|---|'
while read -r kind rate schedule; do
	"$dir/likeness" train "$kind" --data "$data" --attributes "$attributes" --validation 0.1 \
		--lr "$rate" --schedule "$schedule" --out "$dir/m.safetensors" --restart --quiet --json >"$dir/out.json"
	field() { sed -n "s/^  \"$1\": \([0-9.e-]*\),\{0,1\}$/\1/p" "$dir/out.json"; }
	printf '| %s | %s | %s | %.6f | %.6f | %.0f |\n' "$kind" "$rate" "$schedule" "$(field test_mse)" "$(field train_mse)" "$(field seconds)"
done <<'LIST'
pca 0.001 constant
pca 0.002 constant
pca 0.002 cosine
pca 0.004 cosine
pca 0.008 cosine
conv 0.001 constant
conv 0.002 constant
conv 0.004 cosine
conv 0.006 cosine
conv 0.008 cosine
conv 0.012 cosine
conv 0.016 cosine
conv 0.024 cosine
denoise 0.002 constant
denoise 0.002 cosine
denoise 0.004 cosine
denoise 0.006 cosine
LIST
