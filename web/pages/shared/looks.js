// What a person has chosen for all pages: how small faces are enlarged. The browser remembers it.
import {signal, setting} from './ui.js';

/** enlarged is 'crisp', as the model sees faces, or 'smooth'. */
export const enlarged = signal(setting('pixels') || 'crisp');

/** enlarge chooses how. */
export function enlarge(how) {
  setting('pixels', how);
  enlarged.value = how;
}
