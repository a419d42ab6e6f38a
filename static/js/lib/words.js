// The texts scripts say. The server prints them in the reader's language into one element (_words.hbs), so no text lives in a script.

/** word('copy-failed') reads data-w-copy-failed. */
export function word(name) {
  return document.getElementById('words')?.getAttribute(`data-w-${name}`) ?? '';
}
