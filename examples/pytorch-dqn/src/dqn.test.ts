// The cart-pole and the training on it do what the same program does in PyTorch, as `tools/golden/torch/examples_dqn.py` recorded it.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'
import { CartPole, type State } from './cart-pole.ts'
import recorded from './recorded.json' with { type: 'json' }
import { ReplayMemory } from './replay-memory.ts'
import { train } from './train.ts'

const relativeError = (found: number, wanted: number): number => Math.abs(found - wanted) / Math.abs(wanted)
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

describe('the cart-pole', () => {
  it('moves as recorded until the pole falls', () => {
    torch.manualSeed(recorded.seed)
    const world = new CartPole()
    const states: State[] = [world.reset()]
    let over = false
    while (!over) {
      const { state, ended } = world.step(world.steps % 3 === 0 ? 'right' : 'left')
      states.push(state)
      over = ended
    }

    expect(states).toHaveLength(recorded.pushed.length)
    for (const [k, state] of states.entries())
      for (const [j, value] of state.entries())
        expect(value).toBeCloseTo(recorded.pushed[k]?.[j] ?? Number.NaN, 12)
  })

  it('ends after 500 pushes where the pole has not fallen', () => {
    torch.manualSeed(0)
    const world = new CartPole()
    let [state, fell, ended]: [State, boolean, boolean] = [world.reset(), false, false]
    while (!ended) {
      const [x, speed, angle, turn] = state
      ;({ state, fell, ended } = world.step(0.1 * x + 0.3 * speed + 5 * angle + turn > 0 ? 'right' : 'left'))
    }

    expect([world.steps, fell]).toEqual([500, false])
  })
})

describe('the memory', () => {
  it('forgets the oldest, and gives rows that belong together', () => {
    torch.manualSeed(0)
    const memory = new ReplayMemory(8)
    for (let k = 0; k < 20; k++) {
      const state: State = [k, k, k, k]
      memory.push({ state, action: k % 2, reward: k, next: [k + 1, 0, 0, 0], fell: k % 5 === 0 })
    }

    const { states, actions, rewards, nextStates, goesOn } = memory.sample(200)

    expect(memory.size).toBe(8)
    const drawn = [...rewards.toArray()].map(Number)
    expect([...new Set(drawn)].sort((a, b) => a - b)).toEqual([12, 13, 14, 15, 16, 17, 18, 19])
    expect(states.tolist()).toEqual(drawn.map((k) => [k, k, k, k]))
    expect(actions.tolist()).toEqual(drawn.map((k) => k % 2))
    expect(nextStates.tolist()).toEqual(drawn.map((k) => [k + 1, 0, 0, 0]))
    expect(goesOn.tolist()).toEqual(drawn.map((k) => (k % 5 === 0 ? 0 : 1)))
  })
})

describe('training', () => {
  it('has the losses and the durations of PyTorch, and compiles nothing after its first steps', () => {
    torch.manualSeed(recorded.seed)
    const losses: number[] = []
    const compiled: number[] = []
    const loss = (value: number): void => {
      losses.push(value)
      compiled.push(torch._internal.stats().compileCount)
    }

    const durations = train(recorded.durations.length, { loss })

    expect(durations).toEqual(recorded.durations)
    recorded.losses.forEach((wanted, k) => {
      expect(relativeError(losses[k] ?? Number.NaN, wanted), `loss ${k}`).toBeLessThan(1e-4)
    })
    expect(new Set(compiled.slice(4))).toEqual(new Set([compiled[4]]))
  })

  it('balances far longer in the end', () => {
    torch.manualSeed(recorded.seed)

    const durations = train(52)

    expect(mean(durations.slice(-5))).toBeGreaterThan(5 * mean(durations.slice(0, 10)))
  })
})
