"""Times diffusers' UNet2DModel in eager PyTorch on the CPU: forward pass and training step.

One shot, prints one JSON object:
    python torch_unet.py --config unet.json --batch 16
Interleaved with another program, one JSON request per line on stdin, one JSON answer per line on stdout:
    python torch_unet.py --config unet.json --batch 16 --serve
    {"kind": "train", "layout": "channels_last", "repeats": 3}
"""

import argparse
import json
import os
import statistics
import sys
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True, help="a UNet2DModel config.json")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--serve", action="store_true", help="answer requests on stdin instead of measuring once")
    return parser.parse_args()


arguments = parse_arguments()
# Before torch is imported: its thread pools read the environment once.
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(arguments.threads)

import torch  # noqa: E402
from diffusers import UNet2DModel  # noqa: E402

torch.set_num_threads(arguments.threads)
torch.manual_seed(0)

LAYOUTS = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
KINDS = ("forward", "train")


def memory_mb(field):
    """A line of /proc/self/status in MB: VmRSS is now, VmHWM the peak since `reset_peak`."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return None


def reset_peak():
    with open("/proc/self/clear_refs", "w", encoding="ascii") as clear:
        clear.write("5")


class Bench:
    """One model with its optimiser, run in either memory layout."""

    def __init__(self, config, batch):
        self.baseline_mb = memory_mb("VmRSS")
        self.model = UNet2DModel.from_config(config)
        self.parameters = sum(p.numel() for p in self.model.parameters())
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)
        size = config["sample_size"]
        self.x = torch.randn(batch, config["in_channels"], size, size)
        self.target = torch.randn(batch, config["out_channels"], size, size)
        self.t = torch.randint(0, 1000, (batch,))
        self.warm = set()

    def forward(self):
        with torch.no_grad():
            self.model(self.x, self.t).sample

    def train(self):
        loss = torch.nn.functional.mse_loss(self.model(self.x, self.t).sample, self.target)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def measure(self, kind, layout, repeats, warmup):
        self.model.to(memory_format=LAYOUTS[layout])
        self.x = self.x.contiguous(memory_format=LAYOUTS[layout])
        self.target = self.target.contiguous(memory_format=LAYOUTS[layout])
        self.model.train(kind == "train")
        run = self.train if kind == "train" else self.forward
        for _ in range(0 if (kind, layout) in self.warm else warmup):
            run()
        self.warm.add((kind, layout))
        reset_peak()
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            run()
            times.append(1000 * (time.perf_counter() - start))
        return {"kind": kind, "layout": layout, "ms": times, "peak_mb": memory_mb("VmHWM")}


def summary(bench):
    results = [bench.measure(k, l, arguments.repeats, arguments.warmup) for k in KINDS for l in LAYOUTS]
    answer = {"torch": torch.__version__, "threads": arguments.threads, "batch": arguments.batch}
    answer |= {"parameters": bench.parameters, "baseline_mb": bench.baseline_mb}
    for result in results:
        answer.setdefault(result["kind"], {})[result["layout"]] = {
            "median_ms": statistics.median(result["ms"]),
            "min_ms": min(result["ms"]),
            "peak_mb": result["peak_mb"],
        }
    return answer


def main():
    with open(arguments.config, encoding="utf8") as file:
        bench = Bench(json.load(file), arguments.batch)
    if not arguments.serve:
        print(json.dumps(summary(bench), indent=2))
        return
    hello = {"torch": torch.__version__, "parameters": bench.parameters, "baseline_mb": bench.baseline_mb}
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = bench.measure(request["kind"], request["layout"], request["repeats"], arguments.warmup)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
