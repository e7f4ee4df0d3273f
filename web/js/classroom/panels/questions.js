// Questions to the teacher: asked, voted for, answered.
import { lastOwn } from "jt/classroom/panels/chat_lines.js"
import { Composer } from "jt/classroom/panels/composer.js"
import { at, copy, keyed, leads, showTime, takesPart, wire, write } from "jt/classroom/panels/parts.js"
import { answered, open } from "jt/classroom/panels/question_order.js"
import { fill } from "jt/lib/clock.js"

/** @typedef {import("jt/classroom/panels/question_order.js").Question} Question */

export class QuestionsPanel {
  /** @param {HTMLElement} element @param {import("jt/classroom/panels/parts.js").PanelRoom} room */
  constructor(element, room) {
    this.element = element
    this.room = room
    this.own = 0
    /** @type {WeakMap<HTMLElement, Question>} what a row was filled with */
    this.filled = new WeakMap()
    this.composer = new Composer(at(element, "form"), {
      key: `draft:question:${room.path}:${room.me}`,
      send: (text) => room.send("ask", { text }),
      refused: () => { at(element, "note").textContent = room.words.not_sent },
    })
    wire(element, {
      vote: (key, button) => this.vote(Number(key), button),
      answered: (key) => room.send("mark_answered", { question: Number(key) }),
      delete: (key) => room.send("delete_question", { question: Number(key) }),
    })
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    const rights = `${leads(state, this.room.me)}${takesPart(state, this.room.me)}`
    if (event && this.questions === state.questions && this.rights === rights) return
    this.questions = state.questions
    this.rights = rights
    const [waiting, done] = [open(state.questions), answered(state.questions)]
    this.fillList("open", waiting, state)
    this.fillList("done", done, state)
    at(this.element, "answered").hidden = !done.length
    at(this.element, "answeredWord").textContent = fill(this.room.words.questions_answered, { n: done.length })
    at(this.element, "empty").hidden = waiting.length > 0
    at(this.element, "form").hidden = !takesPart(state, this.room.me) || leads(state, this.room.me)
    const own = lastOwn(state.questions, this.room.me)
    if (own > this.own) {
      this.composer.arrived()
      at(this.element, "note").textContent = ""
    }
    this.own = Math.max(own, this.own)
  }

  /** Questions that wait for an answer. @param {import("jt/classroom/panels/parts.js").State} state */
  badge(state) {
    return open(state.questions).length
  }

  fillList(/** @type {string} */ name, /** @type {Question[]} */ questions, /** @type {any} */ state) {
    keyed(at(this.element, name), questions, (q) => q.id, () => copy(this.element, "question"), (node, q) =>
      this.fillQuestion(node, q, state))
  }

  fillQuestion(/** @type {HTMLElement} */ node, /** @type {Question} */ q, /** @type {any} */ state) {
    if (this.filled.get(node) === q && node.dataset.rights === this.rights) return
    this.filled.set(node, q)
    node.dataset.rights = this.rights
    const { me, words } = this.room
    const [own, voted, leader] = [q.person === me, q.voters.includes(me), leads(state, me)]
    const vote = at(node, "vote")
    vote.setAttribute("aria-pressed", String(voted))
    vote.disabled = !takesPart(state, me) || q.answered_at !== null
    at(vote, "count").textContent = String(q.votes)
    at(vote, "word").textContent = fill(voted ? words.question_unvote : words.question_vote, { n: q.votes })
    if (!node.classList.contains("is-filled")) {
      node.classList.add("is-filled")
      node.classList.toggle("question--own", own)
      write(at(node, "text"), q.text)
      at(node, "name").textContent = q.name
      showTime(at(node, "time"), q.at, this.room.now())
    }
    if (own && !leader && !node.querySelector(".is-asking")) at(at(node, "delete"), "word").textContent = words.take_back
    at(node, "mark").hidden = !leader || q.answered_at !== null
    at(node, "delete").hidden = !leader && !own
  }

  vote(/** @type {number} */ question, /** @type {HTMLElement} */ button) {
    const type = button.getAttribute("aria-pressed") === "true" ? "unvote" : "vote"
    this.room.send(type, { question })
  }
}
