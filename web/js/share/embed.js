// The media of an embedded lesson: HLS at the address that the page was given.
import { attach } from "jt/player/source.js"

const video = /** @type {HTMLVideoElement} */ (document.querySelector("[data-part=video]"))
const lesson = JSON.parse(document.getElementById("lesson")?.textContent ?? "{}")
attach(video, lesson.hls, () => { video.controls = true })
