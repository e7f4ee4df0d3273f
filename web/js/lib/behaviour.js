import { Controller } from "@hotwired/stimulus"

/** Stimulus's controller. Its targets and values are made at run time: the type checker lets them be. */
export const Behaviour = /** @type {new (...given: any[]) => Controller & Record<string, any>} */ (
  /** @type {unknown} */ (Controller))
