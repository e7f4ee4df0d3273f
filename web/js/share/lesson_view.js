// A lesson without the site around it: in an offline package, or in the page of another site.
// A classic script without imports, so that it runs from a file as well. It fills <main data-lesson>
// from the JSON in <script id="lesson">, and lets others attach the media: `lessonView.video`.
;(() => {
  /**
   * @typedef {{title: string, duration: number, picture: boolean, pages: number, src: string, slides: string,
   *   chapters: {at: number, title: string}[], turns: {at: number, page: number}[],
   *   lines: {start: number, end: number, text: string, name: string}[], language: string}} Lesson
   */
  const root = /** @type {HTMLElement} */ (document.querySelector("[data-lesson]"))
  const lesson = /** @type {Lesson} */ (JSON.parse(document.getElementById("lesson")?.textContent ?? "{}"))
  const part = (/** @type {string} */ name) => /** @type {any} */ (root.querySelector(`[data-part=${name}]`))
  const video = /** @type {HTMLVideoElement} */ (part("video"))
  const slide = /** @type {HTMLImageElement} */ (part("slide"))
  /** @type {HTMLElement[]} */
  let spoken = []

  /** The index of the last of `things` that began at or before `seconds`. */
  function last(/** @type {any[]} */ things, /** @type {number} */ seconds, key = "at") {
    let found = -1
    for (let low = 0, high = things.length - 1; low <= high;) {
      const middle = (low + high) >> 1
      if (things[middle][key] <= seconds) { found = middle; low = middle + 1 } else high = middle - 1
    }
    return found
  }

  function clock(/** @type {number} */ seconds) {
    const whole = Math.max(0, Math.floor(seconds))
    const rest = String(whole % 60).padStart(2, "0")
    const hours = Math.floor(whole / 3600)
    return hours ? `${hours}:${String(Math.floor(whole / 60) % 60).padStart(2, "0")}:${rest}` : `${Math.floor(whole / 60)}:${rest}`
  }

  function jump(/** @type {number} */ seconds) {
    video.currentTime = seconds + 0.01
    video.play().catch(() => {})
  }

  /** A row of a list: its time, and words. */
  function row(/** @type {number} */ at, /** @type {string} */ name, /** @type {string} */ text) {
    const item = document.createElement("li")
    const button = document.createElement("button")
    button.type = "button"
    const time = document.createElement("span")
    time.className = "view__time"
    time.textContent = clock(at)
    const words = document.createElement("span")
    words.dir = "auto"
    words.textContent = name ? `${name}：${text}` : text
    button.append(time, words)
    button.addEventListener("click", () => jump(at))
    item.append(button)
    return item
  }

  function captions() {
    const track = video.addTextTrack("captions", lesson.language, lesson.language)
    for (const line of lesson.lines) {
      const cue = new VTTCue(line.start, Math.max(line.end, line.start + 0.5), "")
      cue.text = (line.name ? `${line.name}：${line.text}` : line.text).replace(/[<&]/g, (char) => (char === "<" ? "&lt;" : "&amp;"))
      track.addCue(cue)
    }
  }

  function follow() {
    const now = video.currentTime
    const turn = lesson.turns[last(lesson.turns, now)]
    if (turn && lesson.pages) {
      const address = `${lesson.slides}${String(turn.page).padStart(3, "0")}.webp`
      if (slide.getAttribute("src") !== address) slide.src = address
    }
    const line = last(lesson.lines, now, "start")
    spoken.forEach((item, index) => item.toggleAttribute("data-now", index === line))
    const chapter = last(lesson.chapters, now)
    ;[...part("chapters").children].forEach((item, index) => item.toggleAttribute("data-now", index === chapter))
  }

  function search() {
    const wanted = part("search").value.trim().toLowerCase()
    spoken.forEach((item) => { item.hidden = wanted !== "" && !item.textContent?.toLowerCase().includes(wanted) })
  }

  root.classList.toggle("view--slides", lesson.pages > 0)
  root.classList.toggle("view--voice", !lesson.picture)
  part("chapters").append(...lesson.chapters.map((one) => row(one.at, "", one.title)))
  part("chapters").hidden = !lesson.chapters.length
  spoken = lesson.lines.map((line) => row(line.start, line.name, line.text))
  part("lines").append(...spoken)
  part("said").hidden = !lesson.lines.length
  part("search").addEventListener("input", search)
  if (lesson.lines.length) captions()
  for (const name of ["timeupdate", "seeking", "loadedmetadata"]) video.addEventListener(name, follow)
  if (lesson.src) video.src = lesson.src
  follow()
})()
