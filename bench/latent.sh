#!/usr/bin/env bash
# What RESULTS.md says of attributes, morphs and new faces, of one model that was
# trained on LFW. Tables go to stdout, pictures to the folder.
#
#     bench/latent.sh MODEL lfw.tgz lfw_attributes_binary.txt FOLDER
set -euo pipefail
model=$(realpath "$1") lfw=$(realpath "$2") attributes=$(realpath "$3")
mkdir -p "$4"
out=$(realpath "$4")
cd "$(dirname "$0")/.."
go build -o "$out/likeness" ./cmd/likeness
cd "$out"

# The first test pictures of the tutorial's split.
faces="Jennifer_Lopez_0021 Constance_Marie_0002 John_Snow_0006 Geraldine_Chaplin_0002"
for f in $faces; do tar xzf "$lfw" --strip-components=2 "lfw/${f%_*}/$f.jpg"; done
pictures=$(printf '%s.jpg ' $faces)

time ./likeness directions "$model" --data "$lfw" --attributes "$attributes" --judge --out lfw.atlas.safetensors
./likeness directions "$model" Smiling Eyeglasses --atlas lfw.atlas.safetensors
time ./likeness sample "$model" --atlas lfw.atlas.safetensors --judge
for spread in 0.6 0.8; do
	echo "spread $spread"
	./likeness sample "$model" --atlas lfw.atlas.safetensors --judge --spread $spread --out samples-$spread.png
done
for a in Smiling Male Senior Eyeglasses; do
	./likeness edit "$model" $pictures --atlas lfw.atlas.safetensors --more $a --both --out edit-$a.png
	./likeness edit "$model" $pictures --atlas lfw.atlas.safetensors --more $a --both --detail --out edit-$a.gif
done
./likeness edit "$model" $pictures --atlas lfw.atlas.safetensors --more Smiling --hold 'Male,Youth,Wearing Lipstick' --both --out held.png
for path in line likely; do
	./likeness morph "$model" $pictures --atlas lfw.atlas.safetensors --path $path --out morph-$path.png
	./likeness morph "$model" $pictures --atlas lfw.atlas.safetensors --path $path --loop --out morph-$path.gif
done
