// Polls and quizzes: leaders ask, everybody answers, results are drawn.
import { AnswerForm } from "jt/classroom/panels/answer_form.js"
import { at, copy, keyed, leads, seesAll, takesPart, wire } from "jt/classroom/panels/parts.js"
import { PollForm } from "jt/classroom/panels/poll_form.js"
import { expected } from "jt/classroom/panels/poll_math.js"
import { answersByName, saveTable, showBars, showTable } from "jt/classroom/panels/poll_results.js"
import { prompts } from "jt/classroom/panels/prompts.js"
import { fill } from "jt/lib/clock.js"

/** @typedef {import("jt/classroom/panels/poll_math.js").Poll} Poll */

export class PollsPanel {
  /** @param {HTMLElement} element @param {import("jt/classroom/panels/parts.js").PanelRoom} room */
  constructor(element, room) {
    this.element = element
    this.room = room
    /** @type {WeakMap<HTMLElement, AnswerForm>} */
    this.forms = new WeakMap()
    /** @type {WeakMap<HTMLElement, {poll: Poll, mark: string}>} what a row was filled with */
    this.filled = new WeakMap()
    this.put = new Set() // ids of polls one does not want to be prompted about (again)
    this.prompts = prompts(element)
    this.form = new PollForm(at(element, "form"), element, room, () => this.edit(false))
    element.addEventListener("toggle", () => { if (this.state) this.show(this.state, null) }, true) // a table is opened
    wire(element, {
      new: () => this.edit(true),
      cancel: () => this.edit(false),
      close: (key) => room.send("close_poll", { poll: Number(key) }),
      show: (key) => this.showResults(Number(key)),
      save: (key) => this.save(Number(key)),
    })
  }

  /** @param {import("jt/classroom/panels/parts.js").State} state @param {any} event */
  show(state, event) {
    this.state = state
    const mark = [state.polls, state.phase, state.people[this.room.me]?.role, expected(state.people)]
    if (event && this.mark?.every((part, index) => part === mark[index])) return
    this.mark = mark
    const leader = leads(state, this.room.me)
    at(this.element, "new").hidden = !leader || !at(this.element, "form").hidden
    if (!leader) at(this.element, "form").hidden = true
    at(this.element, "empty").hidden = state.polls.length > 0 || !at(this.element, "form").hidden
    const newestFirst = [...state.polls].sort((a, b) => Number(b.phase === "open") - Number(a.phase === "open") || b.id - a.id)
    keyed(at(this.element, "polls"), newestFirst, (poll) => poll.id, () => copy(this.element, "poll"), (node, poll) =>
      this.fillPoll(node, poll, state))
    this.prompt(state, event)
    if (event?.type === "answered" && event.person === this.room.me) this.room.announce(this.room.words.poll_answered)
  }

  /** Polls that wait for one's answer. @param {import("jt/classroom/panels/parts.js").State} state */
  badge(state) {
    return this.unanswered(state).length
  }

  close() {
    this.prompts.remove("poll")
  }

  unanswered(/** @type {any} */ state) {
    if (!takesPart(state, this.room.me) || leads(state, this.room.me) || state.phase === "ended") return []
    return state.polls.filter((/** @type {Poll} */ poll) => poll.phase === "open" && !poll.answers[this.room.me])
  }

  edit(/** @type {boolean} */ on) {
    at(this.element, "form").hidden = !on
    at(this.element, "new").hidden = on
    at(this.element, "empty").hidden = on || this.state.polls.length > 0
    if (on) at(this.element, "question").focus()
    else at(this.element, "new").focus()
  }

  fillPoll(/** @type {HTMLElement} */ node, /** @type {Poll} */ poll, /** @type {any} */ state) {
    const { me, words } = this.room
    const mark = JSON.stringify([this.mark?.slice(1), at(node, "named").open])
    if (this.filled.get(node)?.poll === poll && this.filled.get(node)?.mark === mark) return
    this.filled.set(node, { poll, mark })
    const [leader, open, results] = [leads(state, me), poll.phase === "open", poll.shown || seesAll(state, me)]
    at(node, "title").textContent = poll.question
    at(node, "kind").textContent = words[`poll_${poll.kind}`]
    at(node, "anonymous").hidden = !poll.anonymous
    at(node, "status").textContent = fill(open ? words.poll_progress : words.poll_closed,
      { n: poll.answered, m: Math.max(expected(state.people), poll.answered) })
    node.classList.toggle("poll--open", open)
    this.fillAnswer(at(node, "answer"), poll, open && !leader && takesPart(state, me))
    at(node, "own").hidden = open || !poll.answers[me] || results
    at(node, "results").hidden = !results
    if (results) showBars(at(node, "results"), this.element, poll, words)
    at(node, "unshown").hidden = poll.shown || !seesAll(state, me)
    const named = seesAll(state, me) && !poll.anonymous && Object.keys(poll.answers).length > 0
    at(node, "named").hidden = !named
    if (named && at(node, "named").open) showTable(at(node, "named"), this.element, answersByName(poll, state.people, words), words)
    at(node, "closing").hidden = !leader || !open
    at(node, "showing").hidden = !leader || poll.shown
  }

  fillAnswer(/** @type {HTMLFormElement} */ form, /** @type {Poll} */ poll, /** @type {boolean} */ may) {
    form.hidden = !may
    if (!may) return
    const there = this.forms.get(form) ?? new AnswerForm(form, this.room)
    this.forms.set(form, there)
    there.show(poll)
  }

  /** Ask for an answer wherever one is looking, until it is given or put off. */
  prompt(/** @type {any} */ state, /** @type {any} */ event) {
    const poll = this.unanswered(state).filter(({ id }) => !this.put.has(id)).at(-1)
    if (!poll) return this.prompts.remove("poll")
    const node = this.prompts.show("poll", () => copy(this.element, "prompt"), (made) => wire(made, {
      later: (key) => { this.put.add(Number(key)); this.prompts.remove("poll") },
    }))
    node.dataset.key = String(poll.id)
    at(node, "title").textContent = poll.question
    this.fillAnswer(at(node, "answer"), poll, true)
    if (event?.type === "poll_opened") this.room.announce(fill(this.room.words.poll_opened, { question: poll.question }))
  }

  /** Nobody answers a quiz any more once what is right is known. */
  showResults(/** @type {number} */ id) {
    const poll = this.find(id)
    if (poll.correct.length && poll.phase === "open") this.room.send("close_poll", { poll: id })
    this.room.send("show_results", { poll: id })
  }

  /** @returns {Poll} */
  find(/** @type {number} */ id) {
    return this.state.polls.find((/** @type {Poll} */ poll) => poll.id === id)
  }

  save(/** @type {number} */ id) {
    const poll = this.find(id)
    saveTable(poll, answersByName(poll, this.state.people, this.room.words), this.room.words)
  }
}
