// Trains, and prints how long the pole stood in each episode: `node --conditions=source examples/pytorch-dqn/src/main.ts [seed]`.
import * as torch from '@heddle/torch'
import { train } from './train.ts'

const episodes = 70

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

torch.manualSeed(Number(process.argv[2] ?? 0))
let printed = 0
const durations = train(episodes, {
  episode: (duration) => {
    printed++
    const label = `episode ${String(printed).padStart(2)} ${String(duration).padStart(4)}`
    process.stdout.write(`${label} ${'#'.repeat(Math.ceil(duration / 10))}\n`)
  },
})
const [first, last] = [mean(durations.slice(0, 10)), mean(durations.slice(-10))]
process.stdout.write(
  `pushes an episode: ${first.toFixed(1)} in the first ten, ${last.toFixed(1)} in the last ten\n`,
)
