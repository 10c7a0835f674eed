// Shows training as it runs: a bar on a terminal, plain lines elsewhere. Owns the cursor until `stop`.
import { Presets, SingleBar } from 'cli-progress'
import type { TrainingEvent } from './train.ts'

export interface Progress {
  show(event: TrainingEvent): void
  /** Takes the bar away and gives the cursor back; may be called twice. */
  stop(): void
}

export interface ProgressOptions {
  readonly epochs: number
  /** Undefined: no bar. */
  readonly terminal: NodeJS.WriteStream | undefined
  readonly print: (line: string) => void
}

export function createProgress({ epochs, terminal, print }: ProgressOptions): Progress {
  const bar = terminal === undefined ? undefined : createBar(terminal)
  const shown = { total: 0, step: 0, payload: { epoch: 1, epochs, doing: '' } }
  const start = (): void => bar?.start(shown.total, shown.step, shown.payload)
  /** The bar steps aside for a line that stays. */
  const line = (text: string): void => {
    bar?.stop()
    print(text)
    if (shown.step < shown.total) start()
  }
  return {
    show: (event) => {
      switch (event.kind) {
        case 'compiled':
          shown.total = event.totalSteps
          line(`A training step is ${event.kernels} kernels, compiled in ${seconds(event.ms)}.`)
          return
        case 'step':
          shown.step = event.step
          shown.payload = { epoch: event.epoch, epochs, doing: `loss ${event.loss.toFixed(3)}` }
          bar?.update(event.step, shown.payload)
          return
        case 'tested':
          bar?.update(shown.step, { ...shown.payload, doing: `testing ${event.images}` })
          return
        case 'epoch':
          line(
            `Epoch ${event.epoch} of ${epochs}: loss ${event.trainingLoss.toFixed(4)}, held out ${event.heldOutLoss.toFixed(4)}, accuracy ${percent(event.accuracy)}, ${seconds(event.trainingMs + event.evaluationMs)}`,
          )
          return
        default:
          return event satisfies never
      }
    },
    stop: () => bar?.stop(),
  }
}

const createBar = (stream: NodeJS.WriteStream): SingleBar =>
  new SingleBar(
    {
      stream,
      format: 'Epoch {epoch}/{epochs} {bar} {value}/{total} steps  {doing}  {eta_formatted} left',
      etaBuffer: 60, // steps
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false, // Ctrl-C is handled by the caller, who calls stop
    },
    Presets.shades_classic,
  )

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
