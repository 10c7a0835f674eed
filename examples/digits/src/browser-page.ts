// The page in the headless browser: trains there on WebGL2 and tells Node what happens. Bundled by `browser.ts`.
import { webgl } from '@heddle/runtime-webgl'
import type { DigitSplit } from './digits.ts'
import { type TrainingEvent, type TrainingRun, type TrainingSettings, train } from './train.ts'

export interface DigitsPage {
  train(split: DigitSplit, settings: TrainingSettings): Promise<TrainingRun>
  /** Ends training after the current step. */
  stop(): void
}

declare global {
  var digitsPage: DigitsPage
  /** Put there by Node. */
  var tellNode: (event: TrainingEvent) => Promise<void>
}

const stopping = new AbortController()

globalThis.digitsPage = {
  train: async (split, settings) => {
    const backend = webgl()
    try {
      // Events arrive in the order they are sent; nobody waits for their arrival.
      const onEvent = (event: TrainingEvent): void => void globalThis.tellNode(event)
      return await train({ backend, split, settings, signal: stopping.signal, onEvent })
    } finally {
      backend.dispose()
    }
  },
  stop: () => stopping.abort(),
}
