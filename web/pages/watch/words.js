// How this page says things.

/** error writes a mean squared error as the program does. */
export const error = v => v === undefined || v === null ? '' : v >= 0.001 ? v.toFixed(6) : v.toPrecision(4);

/** duration says seconds. */
export function duration(seconds) {
  if (!(seconds >= 0)) return '';
  const s = Math.round(seconds);
  if (s < 60) return `${Math.max(s, 1)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

/** states says what a training does. */
export const states = {
  waiting: 'Waits for its turn', preparing: 'Reads its pictures', training: 'Trains', pausing: 'Is being saved', paused: 'Paused',
  stopping: 'Ends and is saved', elsewhere: 'Trains in another program', done: 'Done', cancelled: 'Cancelled', failed: 'Failed',
};

export const active = state => ['waiting', 'preparing', 'training', 'pausing', 'stopping', 'elsewhere'].includes(state);

/** model says in a few words what is trained. */
export function model(i) {
  const code = i.code ? `${i.code} numbers` : 'no code';
  const size = i.prep?.w ? `, pictures of ${i.prep.w}x${i.prep.h}` : '';
  return `${i.architecture}, ${code}${size}${i.corruption ? `, against ${i.corruption}` : ''}`;
}

/** short are the names of what needs no training, for the plot. */
export const short = {
  'exact PCA with the same code size': 'exact PCA', 'the Wiener filter': 'Wiener filter', 'the gaussian fill, given the mask': 'gaussian fill',
  'the mean picture in the black rectangles': 'mean fill', 'leaving pictures as they are': 'left as they are', 'always the mean picture': 'mean picture',
};
