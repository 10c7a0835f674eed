// Deep Q-learning: a network that learns what each push will earn, from what a slowly following copy of it expects of the next state.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { State } from './cart-pole.ts'
import { ReplayMemory } from './replay-memory.ts'

type Tensor = torch.Tensor

const capacity = 10_000
const batchSize = 64
/** What a reward is worth one step later. */
const gamma = 0.99
/** How far the target follows the policy each step. */
const tau = 0.01
const learningRate = 1e-3
/** The chance of an action at random, falling from `start` to `end`. */
const epsilon = { start: 0.9, end: 0.02, decay: 400 }

export class QNetwork extends nn.Module {
  layer1: nn.Linear
  layer2: nn.Linear
  layer3: nn.Linear

  constructor() {
    super()
    this.layer1 = new nn.Linear(4, 64)
    this.layer2 = new nn.Linear(64, 64)
    this.layer3 = new nn.Linear(64, 2)
  }

  override forward(states: Tensor): Tensor {
    const first = nn.functional.relu(this.layer1(states))
    const second = nn.functional.relu(this.layer2(first))
    return this.layer3(second)
  }
}

export class Agent {
  readonly policy: QNetwork
  readonly target: QNetwork
  readonly memory: ReplayMemory = new ReplayMemory(capacity)
  readonly #optimizer: optim.AdamW
  readonly #criterion: nn.SmoothL1Loss = new nn.SmoothL1Loss()
  #steps = 0

  constructor() {
    this.policy = new QNetwork()
    this.target = new QNetwork()
    this.target.loadStateDict(this.policy.stateDict())
    this.#optimizer = new optim.AdamW(this.policy.parameters(), { lr: learningRate, amsgrad: true })
  }

  /** The best action known or, with a chance that falls from step to step, one at random. */
  act(state: State): number {
    const { start, end, decay } = epsilon
    const chance = end + (start - end) * Math.exp(-this.#steps / decay)
    this.#steps++
    if (Number(torch.rand(1).item()) < chance) return Number(torch.randint(2, [1]).item())
    return torch.noGrad(() =>
      Number(
        this.policy(torch.tensor([state]))
          .argmax(1)
          .item(),
      ),
    )
  }

  /** One step of the optimiser on a batch of what is remembered; gives its loss, or null while there is too little. */
  learn(): Tensor | null {
    if (this.memory.size < batchSize) return null
    const { states, actions, rewards, nextStates, goesOn } = this.memory.sample(batchSize)
    const values = this.policy(states).gather(1, actions.unsqueeze(1)).squeeze(1)
    const wanted = torch.noGrad(() => {
      const best = this.target(nextStates).max(1).values
      return rewards.add(goesOn.mul(gamma).mul(best))
    })
    const loss = this.#criterion(values, wanted)
    this.#optimizer.zeroGrad()
    loss.backward()
    nn.utils.clipGradValue_(this.policy.parameters(), 1)
    this.#optimizer.step()
    this.#follow()
    return loss
  }

  #follow(): void {
    const parameters = [...this.policy.parameters()]
    torch.noGrad(() => {
      for (const [k, slow] of [...this.target.parameters()].entries())
        slow.lerp_(parameters[k] as Tensor, tau)
    })
  }
}
