"""What the programs of examples/pytorch-text do in PyTorch: `python3 tools/golden/torch/examples_text.py` writes
examples/pytorch-text/src/recorded.json: the first losses and the characters then drawn.

The text is read from the installed npm package. `settings.json` beside the programs says their sizes and rates.
"""

import json
import math
import os

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))
example = os.path.join(here, "..", "..", "..", "examples", "pytorch-text")
with open(os.path.join(example, "node_modules", "@stdlib", "datasets-moby-dick", "data", "data.txt"), encoding="utf-8", newline="") as file:
    text = file.read()
with open(os.path.join(example, "src", "settings.json"), encoding="utf-8") as file:
    settings = json.load(file)
characters = sorted(set(text))
numbers = {character: number for number, character in enumerate(characters)}
codes = torch.tensor([numbers[character] for character in text])
end = math.floor(len(text) * 0.9)
training, held = codes[:end], codes[end:]


def draw_batch(rows, length):
    starts = torch.randint(0, len(training) - length, (rows,))
    windows = torch.take(training, starts.unsqueeze(1) + torch.arange(length + 1))
    return windows[:, :length], windows[:, 1:]


def draw_characters(logits):
    return torch.multinomial(logits.softmax(-1), 1)


class CharLstm(nn.Module):
    def __init__(self, count, width, hidden):
        super().__init__()
        self.embedding = nn.Embedding(count, width)
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.head = nn.Linear(hidden, count)

    def forward(self, inputs, state=None):
        outputs, state = self.lstm(self.embedding(inputs), state)
        return self.head(outputs), state

    def logits(self, inputs):
        return self(inputs)[0]

    @torch.no_grad()
    def write(self, prompt, count):
        logits, state = self(prompt)
        written = []
        while len(written) < count:
            written.append(draw_characters(logits[:, -1]))
            logits, state = self(written[-1], state)
        return torch.cat(written, 1)


class CausalSelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)

    def forward(self, x):
        query, key, value = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.project(x).chunk(3, -1))
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        weights = scores.masked_fill(later, -math.inf).softmax(-1)
        return self.join((weights @ value).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = CausalSelfAttention(width, heads)
        self.mlp_norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.mlp(self.mlp_norm(x))


class TinyGpt(nn.Module):
    def __init__(self, count, length, width, heads, blocks):
        super().__init__()
        self.length = length
        self.tokens = nn.Embedding(count, width)
        self.positions = nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(blocks)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, count, bias=False)
        for table in (self.tokens, self.positions):
            nn.init.normal_(table.weight, 0, 0.02)

    def forward(self, inputs):
        x = self.tokens(inputs) + self.positions(torch.arange(inputs.shape[1]))
        return self.head(self.norm(self.blocks(x)))

    def logits(self, inputs):
        return self(inputs)

    @torch.no_grad()
    def write(self, window, count):
        written = []
        while len(written) < count:
            written.append(draw_characters(self(window)[:, -1]))
            window = torch.cat([window[:, 1:], written[-1]], 1)
        return torch.cat(written, 1)


def record(model, optimizer, rows, length, max_norm):
    losses = []
    for _ in range(8):
        inputs, targets = draw_batch(rows, length)
        optimizer.zero_grad()
        loss = F.cross_entropy(model.logits(inputs).flatten(0, 1), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(loss.item())
    written = model.write(held[:length].unsqueeze(0), 60)
    return {"losses": losses, "text": "".join(characters[number] for number in written.flatten().tolist())}


def record_lstm(rows, length, width, hidden, rate, maxNorm, steps):
    torch.manual_seed(0)
    model = CharLstm(len(characters), width, hidden)
    return record(model, torch.optim.Adam(model.parameters(), lr=rate), rows, length, maxNorm)


def record_gpt(rows, length, width, heads, blocks, rate, decay, maxNorm, steps):
    torch.manual_seed(0)
    model = TinyGpt(len(characters), length, width, heads, blocks)
    return record(model, torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay), rows, length, maxNorm)


recorded = {"source": f"PyTorch {torch.__version__}", "characters": len(characters), "lstm": record_lstm(**settings["lstm"]), "gpt": record_gpt(**settings["gpt"])}
with open(os.path.join(example, "src", "recorded.json"), "w", encoding="utf-8") as file:
    json.dump(recorded, file, ensure_ascii=False, separators=(",", ":"))
    file.write("\n")
print(json.dumps(recorded, ensure_ascii=False, indent=1))
