"""Recurrent networks: cells, layers, directions, projections; states before and after; against torch.nn and torch.nn.functional."""

import torch

from golden import case, error, numbers, vector


def weights(name, gates, features, hidden, bias=True, proj=0):
    """One layer in one direction, in the order of PyTorch."""
    draw = lambda part, *shape: numbers(f"{name} {part}", *shape, scale=0.5)
    out = proj or hidden
    result = [draw("w_ih", gates * hidden, features), draw("w_hh", gates * hidden, out)]
    if bias:
        result += [draw("b_ih", gates * hidden), draw("b_hh", gates * hidden)]
    if proj:
        result.append(draw("w_hr", proj, hidden))
    return result


def network(kind, layers, directions, features, hidden, bias=True, proj=0):
    """Weights of all layers and directions."""
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[kind]
    out = proj or hidden
    return [weights(f"{kind} {layer} {direction}", gates, features if layer == 0 else out * directions, hidden, bias, proj)
            for layer in range(layers) for direction in range(directions)]


def run(kind, x, nets, hidden=None, cell=None, *, layers=1, bidirectional=False, batch_first=False, mode="RNN_TANH", proj=0):
    """The functions that torch.nn.RNN, LSTM and GRU call, so that gradients reach the weights given."""
    flat = [weight for net in nets for weight in net]
    directions = 2 if bidirectional else 1
    size = nets[0][0].shape[0] // {"rnn": 1, "lstm": 4, "gru": 3}[kind]
    batched = x.dim() == 3
    rows = x if batched else x.unsqueeze(1)
    batch = rows.shape[0 if batch_first and batched else 1]
    first = batch_first and batched
    lift = lambda state, width: torch.zeros(layers * directions, batch, width, dtype=x.dtype) if state is None else (
        state if batched else state.unsqueeze(1))
    h = lift(hidden, proj or size)
    has_bias = len(nets[0]) >= 4
    if kind == "lstm":
        output, h, c = torch._VF.lstm(rows, (h, lift(cell, size)), flat, has_bias, layers, 0.0, False, bidirectional, first)
    else:
        function = torch._VF.gru if kind == "gru" else {"RNN_TANH": torch._VF.rnn_tanh, "RNN_RELU": torch._VF.rnn_relu}[mode]
        output, h = function(rows, h, flat, has_bias, layers, 0.0, False, bidirectional, first)
    drop = lambda value: value if batched else value.squeeze(1)
    result = {"output": drop(output), "hidden": drop(h)}
    if kind == "lstm":
        result["cell"] = drop(c)
    return result


x = numbers("sequence", 4, 2, 3)
small = numbers("short", 3, 2, 2)

for kind in ("rnn", "lstm", "gru"):
    width = {"rnn": 1, "lstm": 4, "gru": 3}[kind]
    case(kind, [x, network(kind, 1, 1, 3, 2)], lambda x, nets, kind=kind: run(kind, x, nets))
    case(kind, [small, network(kind, 1, 1, 2, 2)], lambda x, nets, kind=kind: run(kind, x, nets), second=True, name=f"{kind} second")
    case(kind, [x, network(kind, 2, 1, 3, 2)], lambda x, nets, kind=kind: run(kind, x, nets, layers=2))
    case(kind, [x, network(kind, 1, 2, 3, 2)], lambda x, nets, kind=kind: run(kind, x, nets, bidirectional=True), bidirectional=True)
    case(kind, [small, network(kind, 2, 2, 2, 2)],
         lambda x, nets, hidden, kind=kind: run(kind, x, nets, hidden, layers=2, bidirectional=True, batch_first=True),
         bidirectional=True, batchFirst=True, hidden=numbers("hidden of four", 4, 3, 2))
    case(kind, [x, network(kind, 1, 1, 3, 2, bias=False)], lambda x, nets, kind=kind: run(kind, x, nets))
    case(kind, [numbers("no batch", 4, 3), network(kind, 1, 1, 3, 2)],
         lambda x, nets, hidden, kind=kind: run(kind, x, nets, hidden), hidden=numbers("hidden of one", 1, 2))
    case(kind, [x.transpose(0, 1), network(kind, 1, 1, 3, 2)], lambda x, nets, kind=kind: run(kind, x, nets))
    error(kind, [x, network(kind, 1, 1, 4, 2)], lambda x, nets, kind=kind: run(kind, x, nets), code="SHAPE_RECURRENT_WEIGHTS")
    error(kind, [numbers("four axes", 2, 2, 2, 3), network(kind, 1, 1, 3, 2)],
          lambda x, nets, kind=kind: getattr(torch.nn, kind.upper())(3, 2).double()(x), code="SHAPE_RECURRENT_INPUT")

case("rnn", [x, network("rnn", 2, 1, 3, 2)], lambda x, nets: run("rnn", x, nets, layers=2, mode="RNN_RELU"), nonlinearity="relu")
case("lstm", [x, network("lstm", 1, 1, 3, 2)], lambda x, nets, hidden, cell: run("lstm", x, nets, hidden, cell),
     hidden=numbers("hidden before", 1, 2, 2), cell=numbers("cell before", 1, 2, 2))
case("lstm", [x, network("lstm", 1, 1, 3, 3, proj=2)], lambda x, nets: run("lstm", x, nets, proj=2))
case("lstm", [x, network("lstm", 2, 2, 3, 3, proj=2)],
     lambda x, nets: run("lstm", x, nets, layers=2, bidirectional=True, proj=2), bidirectional=True)
error("lstm", [x, network("lstm", 1, 1, 3, 2)], lambda x, nets, hidden: run("lstm", x, nets, hidden),
      hidden=numbers("hidden too wide", 1, 2, 3), code="SHAPE_RECURRENT_STATE")

rows, state = numbers("cell rows", 3, 4), numbers("cell state", 3, 2)
case("rnnCell", [rows, state, weights("cell", 1, 4, 2)], lambda x, h, w: torch._VF.rnn_tanh_cell(x, h, *w), second=True)
case("rnnCell", [rows, state, weights("cell", 1, 4, 2)], lambda x, h, w: torch._VF.rnn_relu_cell(x, h, *w), nonlinearity="relu")
case("lstmCell", [rows, {"hidden": state, "cell": numbers("cell cell", 3, 2)}, weights("cell", 4, 4, 2)],
     lambda x, s, w: dict(zip(("hidden", "cell"), torch._VF.lstm_cell(x, (s["hidden"], s["cell"]), *w))), second=True)
case("gruCell", [rows, state, weights("cell", 3, 4, 2)], lambda x, h, w: torch._VF.gru_cell(x, h, *w), second=True)
error("gruCell", [rows, state, weights("cell", 4, 4, 2)], lambda x, h, w: torch._VF.gru_cell(x, h, *w), code="SHAPE_RECURRENT_WEIGHTS")
