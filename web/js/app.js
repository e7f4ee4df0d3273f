// Every page starts here: one Stimulus application, controllers loaded when a page names them.
import { Application } from "@hotwired/stimulus"

const application = Application.start()
const loading = new Map()

/** Load `jt/controllers/<name>.js` for each data-controller on the page. */
function loadControllers(root) {
  for (const element of root.querySelectorAll("[data-controller]")) {
    for (const name of element.dataset.controller.split(/\s+/).filter(Boolean)) {
      if (loading.has(name)) continue
      loading.set(name, import(`jt/controllers/${name.replaceAll("-", "_")}.js`)
        .then((module) => application.register(name, module.default))
        .catch((error) => console.error(`controller ${name} failed to load`, error)))
    }
  }
}

loadControllers(document)
// From here on the page answers; tests wait for it.
Promise.all(loading.values()).then(() => { document.documentElement.dataset.ready = "true" })
