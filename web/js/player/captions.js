/** Which captions are shown: none, or those in a language, written by a machine or by a person. */

const KEY = "captions"

/** @typedef {{language: string, made: "machine" | "person"}} Track */

export class Captions {
  /**
   * @param {HTMLSelectElement} select
   * @param {HTMLVideoElement} video its text tracks are those that lie with the recording
   * @param {{tracks: Track[], lines: boolean, language: string}} there `lines`: the transcript says what is
   *   said in the first of the tracks, or in `language`
   * @param {Record<string, string>} words
   * @param {Pick<Storage, "getItem" | "setItem">} store
   */
  constructor(select, video, { tracks, lines, language }, words, store) {
    this.select = select
    this.video = video
    this.store = store
    this.spoken = lines ? tracks[0]?.language ?? language : ""
    const all = tracks.length || !lines ? tracks : [{ language, made: /** @type {const} */ ("machine") }]
    this.options = ["off", ...all.map((track) => track.language)]
    select.replaceChildren(...this.options.map((value, at) => {
      const option = document.createElement("option")
      const track = all[at - 1]
      option.value = value
      option.textContent = track ? `${words[`language.${track.language}`] ?? track.language}${track.made === "machine" ? words.machine : ""}` : words.off
      return option
    }))
    const label = /** @type {HTMLElement} */ (select.parentElement)
    label.hidden = this.options.length < 2
    this.choose(this.#kept)
  }

  /** What is chosen: "off" or a language. */
  get chosen() {
    return this.select.value
  }

  /** Show these, and remember it. */
  choose(/** @type {string} */ value, remember = false) {
    const chosen = this.options.includes(value) ? value : "off"
    this.select.value = chosen
    if (chosen !== "off") this.last = chosen
    for (const track of this.video.textTracks) {
      const wanted = chosen !== this.spoken && sameLanguage(track.language, chosen)
      const mode = wanted ? "hidden" : "disabled" // we write the words ourselves
      if (track.mode !== mode) track.mode = mode
    }
    if (remember) attempt(() => this.store.setItem(KEY, chosen))
  }

  /** None, or those that were shown last. */
  toggle() {
    this.choose(this.chosen === "off" ? this.last ?? this.options[1] ?? "off" : "off", true)
  }

  /** What is said now, as chosen; `spoken`: the words of the transcript. */
  text(/** @type {string} */ spoken) {
    if (this.chosen === "off" || this.chosen === this.spoken) return spoken // hidden where off
    const track = [...this.video.textTracks].find((one) => sameLanguage(one.language, this.chosen))
    if (track && track.mode !== "hidden") this.choose(this.chosen) // it has come since
    return [...(track?.activeCues ?? [])].map((cue) => plain(/** @type {VTTCue} */ (cue).text)).join("\n")
  }

  get #kept() {
    return attempt(() => this.store.getItem(KEY)) ?? "off"
  }
}

function sameLanguage(/** @type {string} */ one, /** @type {string} */ other) {
  return one.split("-")[0] === other.split("-")[0]
}

/** A cue without its marks, who speaks before it. */
export function plain(/** @type {string} */ cue) {
  const voice = cue.match(/<v(?:\.[^ \t>]*)?[ \t]+([^>]*)>/)
  const text = decode(cue.replace(/<[^>]*>/g, "")).trim()
  return voice ? `${decode(voice[1])}：${text}` : text
}

function decode(/** @type {string} */ text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&nbsp;", " ").replaceAll("&amp;", "&")
}

/** @template T @param {() => T} act @returns {T | null} */
function attempt(act) {
  try {
    return act()
  } catch {
    return null
  }
}
