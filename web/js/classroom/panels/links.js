/**
 * Text somebody wrote, cut where an address begins and ends. Only http and https count, and only
 * addresses that do not hide where they lead (`https://bank.example@other.example`).
 *
 * @typedef {{text: string, href: string}} Piece  `href` is "" for plain text
 */

const ADDRESS = /\bhttps?:\/\/[^\s<>"“”‘’「」『』《》【】，。；：！？、（）\p{Cf}]+/giu
const TRAILING = /[.,;:!?'*_~]$/u

/** @param {string} text @returns {Piece[]} which together are the text */
export function pieces(text) {
  /** @type {Piece[]} */
  const found = []
  let done = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0])
    if (!isPlain(address)) continue
    if (match.index > done) found.push({ text: text.slice(done, match.index), href: "" })
    found.push({ text: address, href: new URL(address).href })
    done = match.index + address.length
  }
  if (done < text.length) found.push({ text: text.slice(done), href: "" })
  return found
}

/** Without the punctuation of the sentence around it. */
function trimmed(/** @type {string} */ address) {
  let kept = address
  while (TRAILING.test(kept) || (kept.endsWith(")") && count(kept, ")") > count(kept, "("))) {
    kept = kept.slice(0, -1)
  }
  return kept
}

function count(/** @type {string} */ text, /** @type {string} */ sign) {
  return text.split(sign).length - 1
}

function isPlain(/** @type {string} */ address) {
  if (!URL.canParse(address)) return false
  const { protocol, username, password, hostname } = new URL(address)
  return ["http:", "https:"].includes(protocol) && !username && !password && hostname.includes(".")
}
