// Episodes of balancing, learning after every push.
import { Agent } from './agent.ts'
import { CartPole, pushes } from './cart-pole.ts'

export interface Watch {
  /** How many pushes the pole stood. */
  readonly episode?: (duration: number) => void
  /** The loss of a step, which is only read where it is asked for. */
  readonly loss?: (loss: number) => void
}

/** Gives the durations of the episodes. The generator should have been seeded. */
export function train(episodes: number, watch: Watch = {}): readonly number[] {
  const world = new CartPole()
  const agent = new Agent()
  const durations: number[] = []
  for (let episode = 0; episode < episodes; episode++) {
    runEpisode(world, agent, watch)
    durations.push(world.steps)
    watch.episode?.(world.steps)
  }
  return durations
}

function runEpisode(world: CartPole, agent: Agent, watch: Watch): void {
  let state = world.reset()
  let over = false
  while (!over) {
    const action = agent.act(state)
    const { state: next, fell, ended } = world.step(pushes[action] ?? 'left')
    agent.memory.push({ state, action, reward: 1, next, fell })
    const loss = agent.learn()
    if (loss !== null) watch.loss?.(Number(loss.item()))
    state = next
    over = ended
  }
}
