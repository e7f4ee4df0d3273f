// Lets `node --test` find "jt/…" where the browser's import map does.
import { register } from "node:module"

const js = new URL("../../web/js/", import.meta.url).href
const hook = `export const resolve = (name, context, next) =>
  next(name.startsWith("jt/") ? "${js}" + name.slice(3) : name, context)`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
