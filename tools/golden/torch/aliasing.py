"""Views and writes: every view of a tensor, written through itself, through its base, and through another view of the base.

`python3 tools/golden/torch/aliasing.py` writes `tests/golden/torch/aliasing.json`; `tests/torch/aliasing.test.ts` does the same.

A case is a base, a chain of methods that makes the view (a number picks one of several results), and a write. Of the base, the view
and the other view are recorded: elements, strides, offset, version, whether `_base` is the base, whether they are contiguous, and how
far apart their data are. With `grad` the base is a result of a leaf: then also the nodes of base and view, three deep, and the
gradient of the leaf of a weighted sum of both.
"""

import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
sys.dont_write_bytecode = True

import torch  # noqa: E402

from calls import encode_data  # noqa: E402

NODES = {"ReshapeAliasBackward0": "ViewBackward0"}

BASES = {
    "plain": lambda: torch.arange(24.0).view(2, 3, 4).clone(),
    "ordered": lambda: torch.arange(24.0).view(4, 3, 2).permute(2, 1, 0).clone(),
    "matrix": lambda: torch.arange(12.0).view(3, 4).clone(),
    "thin": lambda: torch.arange(6.0).view(1, 6, 1).clone(),
}
PLAIN = [
    [["view", 6, 4]], [["view", -1]], [["reshape", 4, 6]], [["flatten"]], [["flatten", 1]], [["ravel"]], [["unflatten", 2, [2, 2]]],
    [["as_strided", [2, 3], [1, 5], 2]], [["transpose", 0, 1]], [["transpose", -1, -2]],
    [["permute", 2, 0, 1]], [["swapaxes", 0, 2]], [["movedim", 0, 2]], [["T"]], [["mT"]], [["unsqueeze", 1]], [["squeeze"]],
    [["expand", 2, 3, 4]], [["narrow", 1, 1, 2]], [["select", 1, 2]], [["diagonal"]], [["diagonal", 1, 1, 2]], [["diagonal", -1, 0, 2]],
    [["unfold", 2, 2, 2]], [["unfold", 1, 1, 2]], [["detach"]], [["data"]],
    [["split", 1], 1], [["split", [1, 2], 1], 1], [["chunk", 2, 2], 0], [["unbind"], 1], [["unbind", 2], 3], [["tensor_split", 2, 1], 1],
    [["hsplit", 3], 1], [["vsplit", 2], 0], [["dsplit", 2], 1], [["split_with_sizes", [2, 2], 2], 1],
    [["at", 0]], [["at", {"slice": [None, None, None]}]], [["at", {"slice": [None, None, None]}, 1]], [["at", {"text": "..."}]],
    [["at", None]], [["at", {"text": "..."}, {"slice": [None, None, 2]}]], [["at", 1, {"slice": [1, None, None]}, None]], [["at", 0, 1, 2]],
    [["at", {"slice": [1, 1, None]}]],
    [["transpose", 0, 2], ["select", 0, 1]], [["narrow", 2, 1, 2], ["transpose", 0, 1], ["select", 1, 1]],
    [["permute", 2, 1, 0], ["at", {"slice": [None, None, 2]}]], [["view", -1], ["at", {"slice": [3, None, 4]}]], [["select", 0, 1], ["t"]],
    [["select", 0, 1], ["diagonal"]], [["unsqueeze", 0], ["squeeze", 0]], [["transpose", 1, 2], ["flatten"]],
    [["transpose", 1, 2], ["contiguous"]], [["clone"]], [["flip", [0]]], [["at", [0, 1]]],
]
THIN = [[["squeeze"]], [["squeeze", 0]], [["squeeze", 2]], [["expand", 3, 6, 1]], [["expand", -1, 6, 2]], [["expand", 3, 6, 1], ["select", 0, 1]],
        [["expand", 3, 6, 1], ["narrow", 1, 2, 2]], [["view", 6]], [["unfold", 1, 3, 1]], [["unfold", 1, 2, 1], ["select", 1, 2]],
        [["as_strided", [3, 3], [1, 1]]], [["as_strided", [6, 1], [1, 6]], ["at", {"slice": [None, None, 2]}]], [["broadcast_to", 2, 6, 1]]]
MATRIX = [[["t"]], [["T"]], [["diagonal"]], [["diagonal", 1]], [["diagonal", -2]], [["diagonal"], ["narrow", 0, 1, 2]], [["H"]], [["mT"], ["diagonal"]]]
ORDERED = [[["reshape", -1]], [["permute", 2, 1, 0]], [["permute", 2, 1, 0], ["view", -1]], [["transpose", 0, 2], ["flatten"]], [["select", 0, 1]],
           [["as_strided", [4, 3], [1, 4]]], [["as_strided", [5], [2], 3]], [["diagonal"]], [["expand", 2, 3, 4]], [["contiguous"]], [["clone"]],
           [["unfold", 1, 2, 1]], [["narrow", 2, 1, 2], ["as_strided", [2, 2], [6, 1], 1]], [["at", {"text": "..."}, 1]]]

WRITES = {
    "view.add_": lambda base, view, other: view.add_(100),
    "view.fill_": lambda base, view, other: view.fill_(7),
    "view.copy_": lambda base, view, other: view.copy_(ramp(view)),
    "base.mul_": lambda base, view, other: base.mul_(-2),
    "other.add_": lambda base, view, other: other.add_(50),
    "view.mul_, base.add_": lambda base, view, other: (view.mul_(3), base.add_(1)),
}
GRAD_WRITES = {
    **WRITES,
    "view.mul_ by the leaf": lambda base, view, other, scale: view.mul_(scale),
    "base.mul_ by the leaf, view.mul_": lambda base, view, other, scale: (base.mul_(scale), view.mul_(2)),
    "view.mul_ twice": lambda base, view, other: (view.mul_(2), view.mul_(3)),
}


def ramp(like):
    return (torch.arange(like.numel(), dtype=torch.float64) * 7 % 11 - 5).reshape(like.shape).to(like.dtype) / 4


def argument(value):
    if isinstance(value, dict):
        return slice(*value["slice"]) if "slice" in value else Ellipsis
    return value


def follow(tensor, chain):
    for step in chain:
        if isinstance(step, int):
            tensor = tensor[step]
            continue
        name, *arguments = step
        arguments = [argument(each) for each in arguments]
        if name == "at":
            tensor = tensor[tuple(arguments) if len(arguments) != 1 else arguments[0]]
        else:
            found = getattr(tensor, name)
            tensor = found(*arguments) if callable(found) else found
    return tensor


def layout_of(tensor, base):
    return {"shape": list(tensor.shape), "strides": list(tensor.stride()), "offset": tensor.storage_offset(), "ofBase": tensor._base is base,
            "contiguous": tensor.is_contiguous(),
            "apart": (tensor.data_ptr() - base.data_ptr()) // 4 if tensor.numel() and same_storage(tensor, base) else None}


def overlaps(tensor):
    places = torch.zeros(tensor.shape, dtype=torch.int64)
    for dim, (size, stride) in enumerate(zip(tensor.shape, tensor.stride())):
        places += (torch.arange(size) * stride).view([-1 if each == dim else 1 for each in range(tensor.dim())])
    return 0 not in tensor.stride() and places.unique().numel() < places.numel()


def same_storage(tensor, base):
    return tensor.storage().data_ptr() == base.storage().data_ptr()


def nodes(node, depth=3):
    if node is None:
        return "-"
    name = node.name().removeprefix("torch::autograd::")
    name = NODES.get(name, name)
    below = [nodes(each, depth - 1) for each, _ in node.next_functions] if depth else []
    return name + (f"({','.join(below)})" if below else "")


def text(error):
    return {"kind": type(error).__name__, "message": str(error).split("\n")[0]}


def run(name, chain, write, grad):
    record = {"write": write, **({"grad": True} if grad else {})}
    leaf, base, view, other, scale = make(name, chain, grad)
    action = (GRAD_WRITES if grad else WRITES)[write]
    try:
        action(base, view, other, *([scale] if action.__code__.co_argcount == 4 else []))
    except RuntimeError as error:
        record["error"] = text(error)
        return record
    record["versions"] = [each._version for each in (base, view, other)]
    record["data"] = [encode_data(each.detach().contiguous()) for each in (base, view, other)]
    if grad:
        differentiate(record, leaf, base, view, scale)
    return record


def make(name, chain, grad):
    leaf = BASES[name]()
    scale = torch.tensor(1.5)
    base = leaf
    if grad:
        leaf.requires_grad_()
        scale.requires_grad_()
        base = leaf * 1
    return leaf, base, follow(base, chain), base.as_strided((3,), (2,), 1), scale


def differentiate(record, leaf, base, view, scale):
    record["nodes"] = [nodes(base.grad_fn)]
    try:
        record["nodes"].append(nodes(view.grad_fn))
        loss = (base * ramp(base)).sum() + ((view * ramp(view)).sum() if view.requires_grad else 0)
        loss.backward()
    except RuntimeError as error:
        # PyTorch's own copy of a gradient into an expanded one; here there is a gradient.
        if not str(error).startswith("unsupported operation"):
            record["backward"] = text(error)
        return
    record["gradients"] = [None if each.grad is None else encode_data(each.grad.contiguous()) for each in (leaf, scale)]


views = []
for name, chains in (("plain", PLAIN), ("thin", THIN), ("matrix", MATRIX), ("ordered", ORDERED)):
    for chain in chains:
        _, base, view, other, _ = make(name, chain, False)
        # What a write that reads the view leaves in windows that overlap depends on the order in which it goes.
        ordered = overlaps(view)
        runs = [run(name, chain, write, grad) for grad, writes in ((False, WRITES), (True, GRAD_WRITES)) for write in writes
                if not ordered or "view" not in write or write == "view.fill_"]
        views.append({"base": name, "chain": chain, "layouts": [layout_of(each, base) for each in (base, view, other)], "runs": runs})

path = os.path.join(here, "..", "..", "..", "tests", "golden", "torch", "aliasing.json")
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, "w") as file:
    file.write('{"source":"PyTorch %s","views":[\n' % torch.__version__)
    file.write(",\n".join(json.dumps(each, separators=(",", ":")) for each in views))
    file.write("\n]}\n")
print(f"{sum(len(each['runs']) for each in views)} runs, {os.path.getsize(path) / 1024:.0f} kB")
