// Trains, and prints how long the pole stood in each episode: `node --conditions=source examples/pytorch-dqn/src/main.ts [seed]`.
import * as torch from '@heddle/torch'
import { train } from './train.ts'

const episodes = 70

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

torch.manualSeed(Number(process.argv[2] ?? 0))
const bar = torch.utils.progress({ total: episodes, unit: 'episode', leave: false })
const durations = train(episodes, {
  episode: (duration) => {
    bar.update()
    const label = `episode ${String(bar.n).padStart(2)} ${String(duration).padStart(4)}`
    bar.write(`${label} ${'#'.repeat(Math.ceil(duration / 10))}`)
  },
  loss: (loss) => bar.setPostfix({ loss }),
})
bar.close()
const [first, last] = [mean(durations.slice(0, 10)), mean(durations.slice(-10))]
process.stdout.write(
  `pushes an episode: ${first.toFixed(1)} in the first ten, ${last.toFixed(1)} in the last ten\n`,
)
