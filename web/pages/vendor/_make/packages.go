package main

// packages are what the pages use that is not ours, each in one version: its
// archive must have the SHA-512 that npm's registry told when it was chosen.
var packages = []pack{
	{"preact", "11.2.0", "/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg=="},
	{"htm", "3.1.1", "983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ=="},
	{"@preact/signals", "2.11.4", "Rb+5RPo9gWSaHtzJeauhHxiC8KP/IF2DEPkHPEOGOnuy2wnJzRqyeLRankUCYd6ADqtxS6GnWGv6Ie343d8aYw=="},
	{"@preact/signals-core", "1.14.5", "vcRv7Ityz5JVmeiVqIluLFzT/PDS/AlhHUpw3/aUWqcVUs6bDGIPXE/6RSC4evBNWYvnniozg5Syfj33al3gkg=="},
	{"uplot", "1.6.32", "KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="},
	{"@fontsource-variable/instrument-sans", "5.3.0", "u4gKbDBTNFGkg997tfQn3eHOhHuquWUFTRT/rwzuKtrxX5P2ekfs2x+LgBPP4P32+cC+vUwF1Cr+IdRoPQbrGw=="},
	{"@fontsource-variable/jetbrains-mono", "5.3.0", "F32xpS2NsGYoQi2ADSkKTgpJj7ozajsGgDJ8woTnqjmIB+dxDIqImjl4pXZVEExu8UFZ2ndhmX18EBS/hdz3Lw=="},
}

// bundles are the files that are made, each from the modules that it exports.
var bundles = map[string]string{
	"preact.js": `
		export {render, h, Fragment, Component} from 'preact';
		export {useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useId, useErrorBoundary} from 'preact/hooks';
		export {signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect} from '@preact/signals';
		import htm from 'htm';
		import {h} from 'preact';
		export const html = htm.bind(h);`,
	"uplot.js": `export {default} from 'uplot';`,
}

// copied are files that are taken as they are: from, in node_modules, and to.
var copied = map[string]string{
	"uplot/dist/uPlot.min.css": "uplot.css",
	"@fontsource-variable/instrument-sans/files/instrument-sans-latin-wght-normal.woff2": "instrument-sans.woff2",
	"@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2":   "jetbrains-mono.woff2",
}
