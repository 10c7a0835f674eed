// Shows training as it runs: a bar on a terminal, plain lines elsewhere. Owns the cursor until `stop`.
import { MultiBar, Presets, type SingleBar } from 'cli-progress'
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
  const bars = terminal === undefined ? undefined : createBars(terminal)
  let bar: SingleBar | undefined
  const line = (text: string): void => {
    if (bars === undefined || bar === undefined) print(text)
    else bars.log(`${text}\n`)
  }
  return {
    show: (event) => {
      switch (event.kind) {
        case 'compiled':
          line(`A training step is ${event.kernels} kernels, compiled in ${seconds(event.ms)}.`)
          bar = bars?.create(event.totalSteps, 0, { epoch: 1, epochs, loss: '' })
          return
        case 'step':
          bar?.update(event.step, { epoch: event.epoch, loss: event.loss.toFixed(3) })
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
    stop: () => {
      bars?.stop()
      bar = undefined
    },
  }
}

const createBars = (stream: NodeJS.WriteStream): MultiBar =>
  new MultiBar(
    {
      stream,
      format: 'Epoch {epoch}/{epochs} {bar} {value}/{total} steps  loss {loss}  {eta_formatted} left',
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false, // Ctrl-C is handled by the caller, who calls stop
    },
    Presets.shades_classic,
  )

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
