/**
 * A small PDF (ISO 32000): pages that are a JPEG, or white, with filled paths on them. Pure.
 *
 * @typedef {import("./ink_shape.js").Step} Step
 * @typedef {{steps: Step[], colour: string, alpha: number}} Fill  `colour` is #rrggbb; below 1 it multiplies
 * @typedef {{width: number, height: number, across: number,
 *   image: {jpeg: Uint8Array, width: number, height: number} | null, fills: Fill[]}} Page
 *   width and height in points; the paths' x go from 0 to `across`
 */

const encoder = new TextEncoder()

/** @param {Page[]} pages @returns {Uint8Array<ArrayBuffer>} the file */
export function pdf(pages) {
  const file = new Objects()
  const [catalogue, tree] = [file.reserve(), file.reserve()]
  const numbers = pages.map((page) => writePage(file, page, tree))
  file.write(catalogue, `<< /Type /Catalog /Pages ${tree} 0 R >>`)
  file.write(tree, `<< /Type /Pages /Count ${numbers.length} /Kids [${numbers.map((n) => `${n} 0 R`).join(" ")}] >>`)
  return file.finish(catalogue)
}

function writePage(/** @type {Objects} */ file, /** @type {Page} */ page, /** @type {number} */ tree) {
  const image = page.image ? file.stream(
    `/Type /XObject /Subtype /Image /Width ${page.image.width} /Height ${page.image.height} `
    + "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", page.image.jpeg) : 0
  const alphas = [...new Set(page.fills.map(({ alpha }) => alpha))]
  const states = alphas.map((alpha, i) => `/A${i} << /ca ${alpha} /BM /${alpha < 1 ? "Multiply" : "Normal"} >>`).join(" ")
  const drawn = [
    image ? `q ${page.width} 0 0 ${page.height} 0 0 cm /I Do Q` : "",
    `q ${round(page.width / page.across)} 0 0 ${round(-page.width / page.across)} 0 ${page.height} cm`,
    ...page.fills.map((fill) => `/A${alphas.indexOf(fill.alpha)} gs ${rgb(fill.colour)} rg ${path(fill.steps)} f`),
    "Q",
  ].join("\n")
  const content = file.stream("", encoder.encode(drawn))
  const resources = `<< /ExtGState << ${states} >>${image ? ` /XObject << /I ${image} 0 R >>` : ""} >>`
  const number = file.reserve()
  file.write(number, `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 ${page.width} ${page.height}] `
    + `/Resources ${resources} /Contents ${content} 0 R >>`)
  return number
}

/** Quadratic curves as the cubic ones a PDF knows. @param {Step[]} steps */
function path(steps) {
  let [x, y] = [0, 0]
  return steps.map((step) => {
    if (step[0] === "Z") return "h"
    if (step[0] === "M") {
      ;[, x, y] = step
      return `${round(x)} ${round(y)} m`
    }
    const [, cx, cy, tx, ty] = step
    const curve = [x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3, tx + (cx - tx) * 2 / 3, ty + (cy - ty) * 2 / 3, tx, ty]
    ;[x, y] = [tx, ty]
    return `${curve.map(round).join(" ")} c`
  }).join(" ")
}

function round(/** @type {number} */ value) {
  return Number(value.toFixed(3))
}

function rgb(/** @type {string} */ colour) {
  return [1, 3, 5].map((at) => round(parseInt(colour.slice(at, at + 2), 16) / 255)).join(" ")
}

/** The numbered objects of a file and where they begin. */
class Objects {
  constructor() {
    /** @type {Uint8Array[]} */
    this.parts = []
    this.length = 0
    /** @type {number[]} */
    this.places = []
    this.put("%PDF-1.7\n")
    this.put(new Uint8Array([0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a])) // says that it is no text
  }

  put(/** @type {string | Uint8Array} */ part) {
    const bytes = typeof part === "string" ? encoder.encode(part) : part
    this.parts.push(bytes)
    this.length += bytes.length
  }

  reserve() {
    this.places.push(0)
    return this.places.length
  }

  write(/** @type {number} */ number, /** @type {string} */ body) {
    this.places[number - 1] = this.length
    this.put(`${number} 0 obj\n${body}\nendobj\n`)
  }

  stream(/** @type {string} */ entries, /** @type {Uint8Array} */ bytes) {
    const number = this.reserve()
    this.places[number - 1] = this.length
    this.put(`${number} 0 obj\n<< ${entries} /Length ${bytes.length} >>\nstream\n`)
    this.put(bytes)
    this.put("\nendstream\nendobj\n")
    return number
  }

  finish(/** @type {number} */ root) {
    const at = this.length
    const rows = this.places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("")
    this.put(`xref\n0 ${this.places.length + 1}\n0000000000 65535 f \n${rows}`)
    this.put(`trailer\n<< /Size ${this.places.length + 1} /Root ${root} 0 R >>\nstartxref\n${at}\n%%EOF\n`)
    const file = new Uint8Array(this.length)
    let place = 0
    for (const part of this.parts) {
      file.set(part, place)
      place += part.length
    }
    return file
  }
}
