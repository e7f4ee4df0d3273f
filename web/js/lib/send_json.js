/**
 * POST JSON as this page's person. `told` is what came back, null where it did not succeed;
 * `problem` is then the server's sentence, "" where it was not reached.
 * @param {string} address
 * @param {unknown} body
 * @param {string} [method]
 * @returns {Promise<{told: any, problem: string}>}
 */
export async function sendJson(address, body, method = "POST") {
  const token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? ""
  const headers = { "x-csrf-token": token, accept: "application/json", "content-type": "application/json" }
  const answer = await fetch(address, { method, headers, body: JSON.stringify(body) }).catch(() => null)
  const told = await answer?.json().catch(() => null)
  return answer?.ok ? { told: told ?? {}, problem: "" } : { told: null, problem: told?.sentence ?? "" }
}
