// Reactions are few and drawn by us: the same look on every machine, and a name for those who do not see them.
import { icon } from '../lib/dom.js';

const drawn = { '👍': 'thumb', '❤️': 'heart', '🎉': 'party', '😄': 'smile', '👀': 'eye', '✅': 'check' };

/** The icon of a sign; a sign of somebody else's client stands as it is. */
export const signIcon = (sign) => (drawn[sign] ? icon(drawn[sign]) : sign);

/** The signs offered, in order. */
export const signs = Object.keys(drawn);

/** Name of its icon, also the name of its text. */
export const signCode = (sign) => drawn[sign];
