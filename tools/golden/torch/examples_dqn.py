"""The first steps of deep Q-learning on a cart-pole: examples/pytorch-dqn/src/recorded.json.

    /usr/bin/python3 tools/golden/torch/examples_dqn.py [episodes]

The program of examples/pytorch-dqn in PyTorch, line by line: the same physics, the same draws from the same generator. Recorded are some
states of the cart under a fixed push, and of training the first losses and the durations of the first episodes. With a number of episodes
it trains that long and only prints the durations.
"""

import json
import math
import os
import sys

import torch
from torch import nn, optim

torch.set_num_threads(1)

EPISODES, LOSSES = 12, 100
MOST_STEPS = 500
CAPACITY, BATCH = 10000, 64
GAMMA, TAU, LR = 0.99, 0.01, 1e-3
EPS_START, EPS_END, EPS_DECAY = 0.9, 0.02, 400


class CartPole:
    def reset(self):
        self.state = [0.1 * value - 0.05 for value in torch.rand(4).tolist()]
        self.steps = 0
        return self.state

    def step(self, action):
        x, speed, angle, turn = self.state
        force = 10 if action == 1 else -10
        cosine, sine = math.cos(angle), math.sin(angle)
        push = (force + 0.1 * 0.5 * turn * turn * sine) / 1.1
        spin = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - 0.1 * cosine * cosine / 1.1))
        pull = push - 0.1 * 0.5 * spin * cosine / 1.1
        self.state = [x + 0.02 * speed, speed + 0.02 * pull, angle + 0.02 * turn, turn + 0.02 * spin]
        self.steps += 1
        fell = abs(self.state[0]) > 2.4 or abs(self.state[2]) > 12 * math.pi / 180
        return self.state, fell, fell or self.steps >= MOST_STEPS


class QNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Linear(4, 64)
        self.layer2 = nn.Linear(64, 64)
        self.layer3 = nn.Linear(64, 2)

    def forward(self, x):
        x = nn.functional.relu(self.layer1(x))
        x = nn.functional.relu(self.layer2(x))
        return self.layer3(x)


class Agent:
    def __init__(self):
        self.policy, self.target = QNetwork(), QNetwork()
        self.target.load_state_dict(self.policy.state_dict())
        self.optimizer = optim.AdamW(self.policy.parameters(), lr=LR, amsgrad=True)
        self.criterion = nn.SmoothL1Loss()
        self.memory, self.place, self.steps = [], 0, 0

    def act(self, state):
        eps = EPS_END + (EPS_START - EPS_END) * math.exp(-self.steps / EPS_DECAY)
        self.steps += 1
        if torch.rand(1).item() < eps:
            return torch.randint(2, (1,)).item()
        with torch.no_grad():
            return self.policy(torch.tensor([state])).argmax(1).item()

    def remember(self, *transition):
        if len(self.memory) < CAPACITY:
            self.memory.append(transition)
        else:
            self.memory[self.place] = transition
        self.place = (self.place + 1) % CAPACITY

    def learn(self):
        if len(self.memory) < BATCH:
            return None
        batch = [self.memory[k] for k in torch.randint(len(self.memory), (BATCH,)).tolist()]
        states, actions, rewards, next_states, goes_on = (torch.tensor(column) for column in zip(*batch))
        values = self.policy(states).gather(1, actions.unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            best = self.target(next_states).max(1).values
            wanted = rewards + GAMMA * goes_on * best
        loss = self.criterion(values, wanted)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.policy.parameters(), 1)
        self.optimizer.step()
        with torch.no_grad():
            for slow, fast in zip(self.target.parameters(), self.policy.parameters()):
                slow.lerp_(fast, TAU)
        return loss


def train(seed, episodes, done=lambda duration: None):
    torch.manual_seed(seed)
    world, agent = CartPole(), Agent()
    durations, losses = [], []
    for _ in range(episodes):
        state, ended = world.reset(), False
        while not ended:
            action = agent.act(state)
            following, fell, ended = world.step(action)
            agent.remember(state, action, 1.0, following, 0.0 if fell else 1.0)
            state = following
            loss = agent.learn()
            if loss is not None:
                losses.append(loss.item())
        durations.append(world.steps)
        done(world.steps)
    return durations, losses


def pushed(seed):
    torch.manual_seed(seed)
    world = CartPole()
    states, ended = [world.reset()], False
    while not ended:
        state, _, ended = world.step(1 if world.steps % 3 == 0 else 0)
        states.append(state)
    return states


if __name__ == "__main__":
    if len(sys.argv) > 1:
        train(int(sys.argv[2]) if len(sys.argv) > 2 else 0, int(sys.argv[1]), lambda duration: print(duration, end=" ", flush=True))
        print()
        sys.exit()
    durations, losses = train(0, EPISODES)
    recorded = {"source": f"PyTorch {torch.__version__}", "seed": 0, "pushed": pushed(0), "durations": durations, "losses": losses[:LOSSES]}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 3, "examples", "pytorch-dqn", "src", "recorded.json")
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in recorded.items()) + "\n}\n")
