import { at, copy, write } from "jt/classroom/panels/parts.js"
import { showBars } from "jt/classroom/panels/poll_results.js"
import { clock, fill } from "jt/lib/clock.js"
import { Replay } from "jt/player/replay.js"

/** What was written, asked and polled in a lesson, in step with the playhead. */
export class Talk {
  /**
   * @param {HTMLElement} element with the lists and the templates
   * @param {any} timeline /lessons/{id}/timeline.json
   * @param {Record<string, string>} words
   */
  constructor(element, { chat, questions, polls }, words) {
    this.element = element
    this.words = words
    for (const name of ["chat", "asked"]) at(element, name).replaceChildren()
    this.chat = new Replay(at(element, "chat"), chat, { make: (line) => this.#line(line) })
    const asked = [...questions, ...polls].sort((a, b) => a.at - b.at || a.id - b.id)
    this.asked = new Replay(at(element, "asked"), asked, {
      make: (thing) => copy(element, thing.question === undefined ? "question" : "poll"),
      turns: (thing) => [thing.answered_at, thing.closed_at, thing.shown_at].filter((moment) => moment != null),
      fill: (node, thing) => (thing.question === undefined ? this.#question(node, thing) : this.#poll(node, thing)),
    })
    this.seconds = 0
  }

  follow(/** @type {number} */ seconds) {
    this.seconds = seconds
    for (const [name, list] of /** @type {[string, Replay<any>][]} */ ([["chat", this.chat], ["asked", this.asked]])) {
      list.follow(seconds)
      at(this.element, `no_${name}`).hidden = list.list.childElementCount > 0
    }
  }

  close() {
    this.chat.close()
    this.asked.close()
  }

  #line(/** @type {any} */ line) {
    const node = copy(this.element, "line")
    node.classList.toggle("chat-line--private", line.private)
    node.dataset.at = String(line.at)
    at(node, "name").textContent = line.name
    at(node, "private").hidden = !line.private
    write(at(node, "text"), line.text)
    this.#time(node, line.at)
    return node
  }

  #question(/** @type {HTMLElement} */ node, /** @type {any} */ question) {
    const answered = question.answered_at !== null && question.answered_at <= this.seconds
    node.dataset.at = String(question.at)
    at(node, "name").textContent = question.name
    write(at(node, "text"), question.text)
    at(node, "votes").hidden = !question.votes
    at(node, "votes").textContent = fill(this.words.votes, { n: question.votes })
    at(node, "answered").hidden = !answered
    if (answered) {
      at(node, "answered").textContent = fill(this.words.answered, { at: clock(question.answered_at) })
      at(node, "answered").dataset.jump = String(question.answered_at)
    }
    this.#time(node, question.at)
  }

  /** The result comes when everybody saw it; who may see it anyway, when nobody answered any more. */
  #poll(/** @type {HTMLElement} */ node, /** @type {any} */ poll) {
    const { words, seconds } = this
    const from = poll.shown_at ?? poll.closed_at ?? poll.at
    const closed = poll.closed_at !== null && poll.closed_at <= seconds
    node.dataset.at = String(poll.at)
    at(node, "title").textContent = poll.question
    at(node, "status").textContent = closed ? fill(words.poll_closed, { n: poll.answered }) : words.poll_open
    at(node, "anonymous").hidden = !poll.anonymous
    const shown = poll.result && from <= seconds
    at(node, "results").hidden = !shown
    at(node, "hidden").hidden = poll.result || !closed
    if (shown) showBars(at(node, "results"), this.element, poll, words)
    this.#time(node, poll.at)
  }

  #time(/** @type {HTMLElement} */ node, /** @type {number} */ seconds) {
    const time = at(node, "time")
    time.textContent = clock(seconds)
    time.dataset.jump = String(seconds)
  }
}
