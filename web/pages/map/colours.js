// Colours of points. What has no order gets hues that can be told apart, what has an order a scale.
import {colour, token} from './gl.js';

const hues = {
  light: ['#3f6fa8', '#c9504a', '#4c8f47', '#c77b24', '#8d5f9c', '#3d908b', '#8a6450', '#b0962a', '#c65f86', '#6b86c9', '#7c9a3a', '#a8563a'],
  dark: ['#7fb0e6', '#f08680', '#86c97e', '#f2b266', '#c79bd6', '#76cbc5', '#c9a18c', '#e6cf6a', '#f09cbd', '#a3b8f2', '#b5d06f', '#e09a7c'],
};

/** The ends and, for values on both sides of 0, the middle of scales. */
const scales = {
  light: {low: [222, 205, 178], high: [122, 34, 26], cold: [36, 98, 160], middle: [205, 199, 190], warm: [178, 57, 43]},
  dark: {low: [92, 78, 64], high: [250, 176, 130], cold: [104, 183, 237], middle: [92, 86, 80], warm: [245, 149, 105]},
};

export const SHOWN = hues.light.length;
export const OTHER = 255;

const between = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));

/**
 * palette returns 256 colours of four bytes for categories: 0 for none, 255 for others, those in between by their places.
 * @param {{ordered: boolean, by: string, list: {name: string}[]} | null} categories
 */
export function palette(categories) {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
  const out = new Uint8Array(256 * 4), put = (i, rgb, alpha = 235) => out.set([rgb[0], rgb[1], rgb[2], alpha], 4 * i);
  const muted = token('--muted'), n = categories?.list.length || 0, s = scales[theme];
  for (let i = 0; i < 256; i++) put(i, muted, categories ? 110 : 200);
  for (let i = 0; i < n; i++) {
    const t = n > 1 ? i / (n - 1) : 1;
    if (!categories.ordered) { if (i < SHOWN) put(i + 1, colour(hues[theme][i])); }
    else if (categories.by !== 'attribute') put(i + 1, between(s.low, s.high, t));
    else if (n === 2) put(i + 1, i ? s.warm : s.cold);
    else put(i + 1, t < 0.5 ? between(s.cold, s.middle, 2 * t) : between(s.middle, s.warm, 2 * t - 1));
  }
  return out;
}

/** swatch returns the colour of a category for CSS. */
export const swatch = (palette, i) => `rgb(${palette[4 * i]} ${palette[4 * i + 1]} ${palette[4 * i + 2]})`;
