"""Writes test/golden/losses/variational.json: the terms of the variational bound by the formulas of the papers.

Independent of the library: numpy in float64 and torch.special.log_ndtr, from Ho et al. 2020 (arXiv:2006.11239), Equations 5-7 and 13, and
Nichol & Dhariwal 2021 (arXiv:2102.09672), Equation 15; the "tanh" decoder is the approximation of Phi that OpenAI's
programs use, with its floor of 1e-12. Inputs are sines, so that only results are stored.

    python -m venv venv && venv/bin/pip install torch numpy && venv/bin/python test/golden/make/variational.py
"""

import json
import pathlib

import numpy as np
import torch

OUT = pathlib.Path(__file__).parent.parent / "losses" / "variational.json"
COUNT = 1000
SIZE = 12
INDICES = [0, 1, 2, 10, 250, 500, 998, 999]


def wave(row, phase, scale):
    i = np.arange(SIZE, dtype=np.float64)
    return np.sin(0.7 * i + 1.3 * row + phase) * scale


def schedule(name):
    if name == "linear":
        return np.linspace(1e-4, 0.02, COUNT)
    f = lambda t: np.cos((t + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.array([min(1 - f((i + 1) / COUNT) / f(i / COUNT), 0.999) for i in range(COUNT)])


def approx_cdf(z):
    return 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))


def log_cdf(z):
    return torch.special.log_ndtr(torch.from_numpy(z)).numpy()


def decoder(x0, mean, log_var, cdf):
    scale = np.exp(-0.5 * log_var)
    upper, lower = (x0 - mean + 1 / 255) * scale, (x0 - mean - 1 / 255) * scale
    floor = lambda p: np.log(np.maximum(p, 1e-12))
    if cdf == "tanh":
        edge_low, edge_high, inside = (
            floor(approx_cdf(upper)),
            floor(1 - approx_cdf(lower)),
            floor(approx_cdf(upper) - approx_cdf(lower)),
        )
    else:
        edge_low, edge_high = log_cdf(upper), log_cdf(-lower)
        flip = lower > 0
        a, b = np.where(flip, -upper, lower), np.where(flip, -lower, upper)
        inside = log_cdf(b) + np.log(-np.expm1(log_cdf(a) - log_cdf(b)))
    return np.where(x0 < -0.999, edge_low, np.where(x0 > 0.999, edge_high, inside))


def kl(m1, lv1, m2, lv2):
    return 0.5 * (-1 + lv2 - lv1 + np.exp(lv1 - lv2) + (m1 - m2) ** 2 * np.exp(-lv2))


def case(name):
    betas = schedule(name)
    bar = np.cumprod(1 - betas)
    before = np.append(1.0, bar[:-1])
    posterior_variance = betas * (1 - before) / (1 - bar)
    low = np.log(np.append(posterior_variance[1], posterior_variance[1:]))
    high = np.log(betas)
    terms = {"exact": [], "tanh": []}
    log_variances = []
    for row, t in enumerate(INDICES):
        # Bytes as in pictures, with both ends among them; x and the model's answers from other phases.
        x0 = np.clip(np.round((wave(row, 0.0, 1.15) + 1) * 127.5), 0, 255) / 127.5 - 1
        x = np.sqrt(bar[t]) * x0 + np.sqrt(1 - bar[t]) * wave(row, 2.0, 1.4)
        fraction = (wave(row, 4.0, 0.9) + 1) / 2
        log_var = fraction * high[t] + (1 - fraction) * low[t]
        guess = x0 + wave(row, 3.0, 0.05)
        a = np.sqrt(before[t]) * betas[t] / (1 - bar[t])
        b = np.sqrt(1 - betas[t]) * (1 - before[t]) / (1 - bar[t])
        mean = a * guess + b * x
        log_variances.append(log_var.tolist())
        for cdf in terms:
            if t == 0:
                nats = -decoder(x0, mean, log_var, cdf)
            else:
                nats = kl(a * x0 + b * x, np.log(posterior_variance[t]), mean, log_var)
            terms[cdf].append(float(nats.mean() / np.log(2)))
    x0 = np.stack([np.clip(np.round((wave(r, 0.0, 1.15) + 1) * 127.5), 0, 255) / 127.5 - 1 for r in range(len(INDICES))])
    prior = kl(np.sqrt(bar[-1]) * x0, np.log(1 - bar[-1]), 0.0, 0.0).mean(axis=1) / np.log(2)
    return {
        "schedule": name,
        "terms": terms["exact"],
        "termsTanh": terms["tanh"],
        "prior": prior.tolist(),
        "logVariance": [row[:3] for row in log_variances],
    }


OUT.parent.mkdir(exist_ok=True)
content = {"indices": INDICES, "size": SIZE, "cases": [case("linear"), case("cosine")]}
OUT.write_text(json.dumps(content, indent=1) + "\n")
