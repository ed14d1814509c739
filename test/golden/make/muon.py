"""Writes test/golden/optimizers/muon.json: ten steps of torch.optim.Muon with the scale that matches AdamW.

torch orthogonalises in bfloat16, which has three digits; here its own code runs in float64, by giving that name
to the other type. Two matrices, a [8, 12] and b [18, 9]. The gradient at step s (from 0) of element i of the k-th one is
sin(0.9·s + 1.7·i + 0.37·i² + 2.3·k)·scale, so that only results are stored.

    python -m venv venv && venv/bin/pip install torch numpy && venv/bin/python test/golden/make/muon.py
"""

import json
import pathlib

import numpy as np
import torch

OUT = pathlib.Path(__file__).parent.parent / "optimizers" / "muon.json"
STEPS = 10
SHAPES = {"a": (8, 12), "b": (18, 9)}
CASES = {
    "defaults": dict(),
    "no decay": dict(weightDecay=0.0),
    "short memory": dict(momentum=0.5, weightDecay=0.3),
    "no momentum": dict(momentum=0.0),
    "three iterations": dict(iterations=3),
    "tiny gradients": dict(scale=1e-4),
    "huge gradients": dict(scale=1e6),
    "changing rate": dict(rates=[0.001, 0.01, 0.1, 0.1, 0.05, 0.02, 0.01, 0.0, 0.003, 0.001]),
}

torch.bfloat16 = torch.float64


def waves(shape, phase):
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    return np.sin(phase + 1.7 * i + 0.37 * i * i).reshape(shape)


def gradient(shape, step, k, scale):
    return torch.from_numpy((waves(shape, 0.9 * step + 2.3 * k) * scale).astype(np.float32)).double()


def short(v):
    return float(f"{float(v):.7g}")


cases = []
for name, case in CASES.items():
    options = dict(momentum=0.95, iterations=5, weightDecay=0.01) | {
        k: v for k, v in case.items() if k in ("momentum", "iterations", "weightDecay")
    }
    rates, scale = case.get("rates", [0.02] * STEPS), case.get("scale", 1.0)
    params = {
        key: torch.nn.Parameter(torch.from_numpy(waves(shape, 5 + k).astype(np.float32)).double())
        for k, (key, shape) in enumerate(SHAPES.items())
    }
    optimizer = torch.optim.Muon(
        params.values(),
        momentum=options["momentum"],
        weight_decay=options["weightDecay"],
        ns_steps=options["iterations"],
        nesterov=True,
        adjust_lr_fn="match_rms_adamw",
    )
    steps = []
    for step in range(STEPS):
        for k, p in enumerate(params.values()):
            p.grad = gradient(p.shape, step, k, scale)
        for group in optimizer.param_groups:
            group["lr"] = rates[step]
        optimizer.step()
        if step in (0, STEPS - 1):
            steps.append(dict(step=step) | {key: [short(v) for v in p.detach().flatten()] for key, p in params.items()})
    cases.append(dict(name=name, options=options, rates=rates, scale=scale, steps=steps))

OUT.write_text(json.dumps(dict(torch=torch.__version__, cases=cases)) + "\n")
